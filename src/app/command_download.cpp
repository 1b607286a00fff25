#include <fmt/format.h>

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
  return {.name = "download",
          .summary = "Fetch your package.",
          .purpose =
              "Signs you in and fetches the package, still locked. A download that broke off goes "
              "on where it stopped when "
              "the same command is run again. At the end the file is compared with the checksum of "
              "what was released; "
              "another file is removed.\n\n`rightful unlock` opens it.",
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

Result<void> download(const Invocation& invocation) {
  const std::string target =
      invocation.line.value("--output").value_or(std::string(kDefaultTarget));
  ClientWorld world;
  RIGHTFUL_TRY(auto signed_in, sign_in(invocation, world));
  RIGHTFUL_TRY(const auto request, chosen_request(signed_in.client, invocation.line.argument(0)));
  ProgressDisplay display(invocation.console, world.clock, {"download"});
  RIGHTFUL_TRY(
      signed_in.client.download(request, target, [&](std::uint64_t done, std::uint64_t total) {
        const double share =
            total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
        display.update(0, share, fmt::format("{} of {}", human_size(done), human_size(total)));
        return true;
      }));
  display.finish(0, human_size(request.package->size_bytes));
  signed_in.client.sign_out();
  invocation.console.out << target << '\n';
  return {};
}

ExitCode run(const Invocation& invocation) {
  const auto done = download(invocation);
  return done ? ExitCode::Ok : report(invocation.console, done.error());
}

}  // namespace

Command download_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
