#include "app/client_session.hpp"
#include "app/command.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

constexpr std::string_view kDefaultTarget = "rightful-package.zip";

CommandSpec spec() {
  std::vector<OptionSpec> options = client_options();
  options.push_back(
      {"--output", "FILE", "Where to put the package. Default: rightful-package.zip here."});
  options.push_back({"--overwrite", "", "Replace FILE if it exists, once the new one is whole."});
  return {.name = "download",
          .summary = "Fetch your package.",
          .purpose =
              "Signs you in and fetches the package, still locked. What arrives is kept in "
              "FILE.….part beside FILE; a download that broke off, at whatever byte, goes on from "
              "there when the same command is run again. Only a whole file, compared with the "
              "checksum of what was released, gets the name FILE.\n\n`rightful unlock` opens it.",
          .arguments = {{"REQUEST", "Id of the request. Default: your newest one.", false}},
          .options = std::move(options),
          .settings = TakesSettings::No,
          .examples = {{"rightful download --account C-10204417 --output my-data.zip",
                        "Your newest package."}},
          .exit_codes =
              "3 The credential is wrong, the server is not the one that was met before, or what "
              "arrived is not "
              "what was released.\n4 The server does not answer, or the download broke off; run it "
              "again."};
}

Result<ExitCode> download(const Invocation& invocation) {
  const std::string target =
      invocation.line.value("--output").value_or(std::string(kDefaultTarget));
  ClientWorld world;
  RIGHTFUL_TRY(auto signed_in, sign_in(invocation, world));
  RIGHTFUL_TRY(const auto request, chosen_request(signed_in.client, invocation.line.argument(0)));
  ProgressDisplay display(invocation.console, world.clock, {"download"}, OffTerminal::Nothing);
  const auto overwrite =
      invocation.line.has("--overwrite") ? archive::Overwrite::Replace : archive::Overwrite::Refuse;
  RIGHTFUL_TRY(signed_in.client.download(
      request, target, overwrite, [&](std::uint64_t done, std::uint64_t total) {
        display.update_bytes(0, done, total);
        return true;
      }));
  if (request.package) display.finish(0, human_size(request.package->size_bytes));
  signed_in.client.sign_out();
  invocation.console.out << target << '\n';
  return ExitCode::Ok;
}

ExitCode run(const Invocation& invocation) {
  return run_for_customer(invocation, &check_request_line, &download);
}

}  // namespace

Command download_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
