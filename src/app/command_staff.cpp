#include <fmt/format.h>

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/staff_tokens.hpp"

namespace rightful::app {

namespace {

constexpr std::string_view kExitCodes = "4 The database does not answer.";

OptionSpec by_option() {
  return {kOfficerToken,
          "FILE",
          "File with the token of the officer who does this, so that the ledger names them. "
          "Without it the ledger says that it was done on this machine, with the server keys."};
}

CommandSpec add_spec() {
  return {.name = "admin staff add",
          .summary = "Let a member of staff in: prints a token, once.",
          .purpose =
              "Makes Rightful know a member of staff and prints a token, once, to standard output. "
              "It goes into `Authorization: Bearer` of the ledger's API, and into the files that "
              "commands which officers answer for read.\n\nAn officer decides about people: turns "
              "an account into its pseudonym, redacts, thaws. An auditor reads the ledger's "
              "entries. An operator keeps the machines running and reads no entry. No role "
              "contains another. Who comes, goes and is refused stands in the ledger under a "
              "pseudonym.\n\nTo change a role, or when a token was lost, end the member and add "
              "them again: the pseudonym stays.",
          .arguments = {{"NAME",
                         "1 to 64 of a-z 0-9 . _ - that begin with a letter or a digit; better a "
                         "personnel number than a name."}},
          .options = {{"--role", "officer|auditor|operator", "What they may do."}, by_option()},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin staff add a.miller --role auditor > token.txt",
                        "One auditor."}},
          .exit_codes = kExitCodes};
}

CommandSpec list_spec() {
  return {.name = "admin staff list",
          .summary = "Members of staff, those who ended too.",
          .purpose =
              "Prints a line for each: name, role, since when, and until when. A row that somebody "
              "changed in the database without the server keys is marked CHANGED; its token is "
              "refused.",
          .arguments = {},
          .options = {},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin staff list", "Everybody."}},
          .exit_codes = "4 The database does not answer."};
}

CommandSpec end_spec() {
  return {.name = "admin staff end",
          .summary = "Take a member's token away.",
          .purpose =
              "The token is refused from now on. What they did stays in the ledger under their "
              "pseudonym; `rightful admin ledger forget-staff` destroys the link to the name.",
          .arguments = {{"NAME", "As it was added."}},
          .options = {by_option()},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin staff end a.miller", "At once."}},
          .exit_codes = kExitCodes};
}

Result<void> check_name(const ParsedCommand& line) {
  return lifecycle::check_staff_name(line.required_argument(0));
}

Result<void> check_new(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_name(line));
  if (line.has("--role")) return {};
  return fail(ErrorCode::InvalidArgument,
              "say what they may do with --role officer, --role auditor or --role operator");
}

/// The officer who does it, if one is named.
Result<std::optional<ledger::StaffRef>> doer(AdminState& state, const ParsedCommand& line) {
  if (!line.has(kOfficerToken)) return std::nullopt;
  RIGHTFUL_TRY(const auto officer, officer_of(*state.staff, line));
  return officer.ref;
}

Result<void> add(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto role,
               lifecycle::parse_staff_role(invocation.line.required_value("--role")));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto by, doer(*state, invocation.line));
  RIGHTFUL_TRY(const auto added, state->staff->add(invocation.line.required_argument(0), role, by));
  invocation.console.out << added.token.expose() << '\n';
  invocation.console.err << fmt::format(
      "The token above is shown once. {} is an {} from now on; the ledger says {}.\n",
      added.member.name,
      name_of(role),
      added.member.ref.text());
  return {};
}

Result<void> list(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  const auto lines = state->staff->list();
  if (lines.empty()) {
    invocation.console.err
        << "There is no member of staff; `rightful admin staff add` makes one.\n";
  }
  for (const lifecycle::StaffLine& line : lines) {
    invocation.console.out << fmt::format(
        "{:<20}  {:<8}  since {}{}{}\n",
        line.name,
        line.role,
        format_rfc3339(line.added_at),
        line.ended_at ? "  until " + format_rfc3339(*line.ended_at) : std::string(),
        line.is_authentic ? "" : "  CHANGED in the database: its token is refused");
  }
  return {};
}

Result<void> end(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto by, doer(*state, invocation.line));
  RIGHTFUL_TRY(state->staff->end(invocation.line.required_argument(0), by));
  invocation.console.err << "The token is refused from now on.\n";
  return {};
}

}  // namespace

Command admin_staff_add_command() {
  return {.spec = add_spec(), .run = &run_admin<&check_new, &add>};
}

Command admin_staff_list_command() {
  return {.spec = list_spec(), .run = &run_admin<&check_nothing, &list>};
}

Command admin_staff_end_command() {
  return {.spec = end_spec(), .run = &run_admin<&check_name, &end>};
}

}  // namespace rightful::app
