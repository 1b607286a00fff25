#include <fmt/format.h>

#include "app/client_session.hpp"
#include "app/command.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  std::vector<OptionSpec> options = client_options();
  options.push_back({"--language",
                     kLanguageValue,
                     "Language of this package, such as en. Default: the one of your account."});
  options.push_back({"--no-wait", "", "Return as soon as the request is on record."});
  return {
      .name = "request",
      .summary = "Ask for a copy of everything that is stored about you.",
      .purpose =
          "Signs you in, signs the request with your own key, sends it, and shows how far the "
          "export is. The answer is "
          "a package that only you can open: `rightful download` fetches it, `rightful unlock` "
          "opens it.\n\nWithin one "
          "month the company must answer (GDPR Article 12(3)); the date is printed. The wait may "
          "be broken off with "
          "Ctrl-C: the request goes on.",
      .arguments = {},
      .options = std::move(options),
      .settings = TakesSettings::No,
      .examples =
          {{"rightful request --account C-10204417",
            "Asks the service on this machine, and waits."},
           {"rightful request --server https://rightful.example.org --account C-10204417 --no-wait",
            "Only asks; `rightful status` tells later how it goes."}},
      .exit_codes =
          "3 The credential is wrong, or the server is not the one that was met before.\n"
          "4 The server does not answer; try again later.\n"
          "5 The export ended without a package; the message says why."};
}

ExitCode conclude(const Invocation& invocation, const RequestView& request) {
  if (request.package) {
    invocation.console.err << fmt::format(
        "Your package is ready: {}, until {}. `rightful download` fetches it.\n",
        human_size(request.package->size_bytes),
        request.package->expires_at);
    return ExitCode::Ok;
  }
  invocation.console.err << fmt::format(
      "There is no package: the request is `{}`. {}\n", request.state, request.note);
  return ExitCode::NoPackage;
}

Result<ExitCode> ask(const Invocation& invocation) {
  ClientWorld world;
  RIGHTFUL_TRY(auto signed_in, sign_in(invocation, world));
  Client& client = signed_in.client;
  RIGHTFUL_TRY(const auto root, client.unwrap_root());
  RIGHTFUL_TRY(const auto request, client.submit(root, invocation.line.value("--language")));
  invocation.console.out << request.id.to_string() << '\n' << std::flush;
  invocation.console.err << fmt::format("Your request is on record; the answer is due by {}.\n",
                                        request.due);
  if (invocation.line.has("--no-wait")) return ExitCode::Ok;
  ProgressDisplay display(invocation.console, world.clock, {"your export"});
  RIGHTFUL_TRY(const auto end, client.wait(request.id, [&](const RequestView& view) {
    if (!has_ended(view)) display.update(0, share_of(view), words_about(view));
    return true;
  }));
  display.finish(0, end.state);
  client.sign_out();
  return conclude(invocation, end);
}

ExitCode run(const Invocation& invocation) {
  return run_for_customer(invocation, &check_client_line, &ask);
}

}  // namespace

Command request_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
