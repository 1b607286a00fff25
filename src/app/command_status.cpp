#include <fmt/format.h>

#include "app/client_session.hpp"
#include "app/command.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {.name = "status",
          .summary = "Show your requests and how far they are.",
          .purpose =
              "Signs you in and prints your requests, newest first: id, state, when it was "
              "received, when the answer "
              "is due, and what the package is like once there is one.",
          .arguments = {{"REQUEST", "Only this request (its id).", false}},
          .options = client_options(),
          .settings = TakesSettings::No,
          .examples = {{"rightful status --account C-10204417", "All requests of the account."}},
          .exit_codes = kClientExitCodes};
}

void print(const Invocation& invocation, const RequestView& request) {
  invocation.console.out << fmt::format("{}  {:<11}  received {}  due {}",
                                        request.id.to_string(),
                                        request.state,
                                        request.received_at,
                                        request.due);
  if (request.package) {
    invocation.console.out << fmt::format("  package {}, until {}",
                                          human_size(request.package->size_bytes),
                                          request.package->expires_at);
  } else if (!has_ended(request)) {
    invocation.console.out << "  " << words_about(request);
  }
  if (!request.note.empty()) invocation.console.out << "  " << request.note;
  invocation.console.out << '\n';
}

Result<ExitCode> show(const Invocation& invocation) {
  ClientWorld world;
  RIGHTFUL_TRY(auto signed_in, sign_in(invocation, world));
  if (const auto id = invocation.line.argument(0)) {
    RIGHTFUL_TRY(const auto request, chosen_request(signed_in.client, id));
    print(invocation, request);
  } else {
    RIGHTFUL_TRY(const auto requests, signed_in.client.list());
    for (const RequestView& request : requests) {
      print(invocation, request);
    }
    if (requests.empty())
      invocation.console.err << "There is no request yet; `rightful request` makes one.\n";
  }
  signed_in.client.sign_out();
  return ExitCode::Ok;
}

ExitCode run(const Invocation& invocation) {
  return run_for_customer(invocation, &check_request_line, &show);
}

}  // namespace

Command status_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
