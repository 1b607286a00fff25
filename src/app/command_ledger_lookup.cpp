#include <fmt/format.h>

#include "rightful/ledger/log_name.hpp"
#include "rightful/store/ledger_check.hpp"
#include "rightful/store/sequencer.hpp"

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/ledger_view.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {
      .name = "admin ledger rebuild-lookup",
      .summary = "Write anew what queries find a log's entries by.",
      .purpose =
          "Queries of the auditor's API find entries through a table that is made from the "
          "entries and proves nothing. When the nightly check says that it differs, look into "
          "who changed it, then make it anew with this. Runs beside the service.",
      .arguments = {{"LOG", "The log's short name; `rightful admin ledger status` lists them."}},
      .options = {},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger rebuild-lookup 2026", "One log."}},
      .exit_codes = "4 The database does not answer."};
}

CommandSpec check_spec() {
  return {
      .name = "admin ledger check",
      .summary = "Compare what the database holds of a log, as every night.",
      .purpose =
          "Hashes every body again, compares hashes and root with the head, the table that "
          "queries use with the bodies, and the persons that the log names with the keys of "
          "their pseudonyms. Changes nothing. It says whether the database agrees with itself; "
          "whether it agrees with what was signed says `rightful audit verify`.",
      .arguments = {{"LOG", "The log's short name; `rightful admin ledger status` lists them."}},
      .options = {},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger check 2026", "One log."}},
      .exit_codes = "3 Something differs. 4 The database does not answer."};
}

Result<void> check_log_name(const ParsedCommand& line) {
  if (ledger::is_log_name(line.required_argument(0))) return {};
  return fail(ErrorCode::InvalidArgument,
              "LOG is the short name of a log, such as 2026; `rightful admin ledger status` lists "
              "them");
}

Result<LogView> named_log(AdminState& state, const std::string& name) {
  for (LogView& view : view_logs(state.store->pool())) {
    if (view.name == name) return std::move(view);
  }
  return fail(ErrorCode::NotFound,
              "there is no log named " + name + "; `rightful admin ledger status` lists them");
}

Result<void> rebuild(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto view, named_log(*state, invocation.line.required_argument(0)));
  const auto rows = store::rebuild_lookup(state->store->pool().settings(), view.log.log_id);
  invocation.console.err << fmt::format("{} rows were written.\n", rows);
  return {};
}

Result<void> compare(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto view, named_log(*state, invocation.line.required_argument(0)));
  const auto outcome =
      store::check_log(state->store->pool().settings(), view.log.log_id, state->store->keys());
  if (!outcome.passed) {
    return fail(
        ErrorCode::NotAuthentic,
        fmt::format("the log {} does not hold ({}): {}", view.name, outcome.cause, outcome.note));
  }
  invocation.console.out << fmt::format("{} entries of {} agree\n", outcome.size, view.name);
  return {};
}

}  // namespace

Command admin_ledger_rebuild_lookup_command() {
  return {.spec = spec(), .run = &run_admin<&check_log_name, &rebuild>};
}

Command admin_ledger_check_command() {
  return {.spec = check_spec(), .run = &run_admin<&check_log_name, &compare>};
}

}  // namespace rightful::app
