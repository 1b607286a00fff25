#include <fmt/format.h>

#include "rightful/ledger/log_name.hpp"
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

Result<void> check(const ParsedCommand& line) {
  if (ledger::is_log_name(*line.argument(0))) return {};
  return fail(ErrorCode::InvalidArgument,
              "LOG is the short name of a log, such as 2026; `rightful admin ledger status` lists "
              "them");
}

Result<void> rebuild(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  const std::string name = *invocation.line.argument(0);
  for (const LogView& view : view_logs(state->store->pool())) {
    if (view.name != name) continue;
    const auto rows = store::rebuild_lookup(state->store->pool().settings(), view.log.log_id);
    invocation.console.err << fmt::format("{} rows were written.\n", rows);
    return {};
  }
  return fail(ErrorCode::NotFound,
              "there is no log named " + name + "; `rightful admin ledger status` lists them");
}

}  // namespace

Command admin_ledger_rebuild_lookup_command() {
  return {.spec = spec(), .run = &run_admin<&check, &rebuild>};
}

}  // namespace rightful::app
