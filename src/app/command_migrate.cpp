#include <fmt/format.h>

#include "app/command.hpp"
#include "app/program_settings.hpp"
#include "app/state_store.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {
      .name = "migrate",
      .summary = "Bring the state database to this program's schema.",
      .purpose =
          "Applies the schema steps that the database does not have yet, one transaction each, and "
          "records them. Run "
          "it before the first start on a database of yours, and after every update of the "
          "program. A second run "
          "changes nothing. An embedded database is brought up to date by `rightful serve` itself."
          "\n\nThe database's role must own the database and have CREATEROLE, because a step makes "
          "the roles of the ledger.",
      .arguments = {},
      .options = {},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful migrate --database postgresql://state.internal/rightful",
                    "Your own PostgreSQL."}},
      .exit_codes = "4 The database does not answer."};
}

Result<void> migrate(const Invocation& invocation, const Settings& settings) {
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.schema = SchemaUse::Migrate;
  options.role = "migrate";
  RIGHTFUL_TRY(const auto state, StateStore::open(options, clock, random));
  const store::MigrationReport& report = state->migrated();
  for (const int version : report.applied) {
    invocation.console.out << fmt::format("applied {:04}\n", version);
  }
  invocation.console.out << fmt::format("the schema is at version {:04}\n", report.head);
  return {};
}

ExitCode run(const Invocation& invocation) {
  const auto settings = read_quiet_settings(invocation.line, invocation.environment);
  if (!settings) return report_usage(invocation.console, settings.error());
  const auto done = migrate(invocation, *settings);
  return done ? ExitCode::Ok : report(invocation.console, done.error());
}

}  // namespace

Command migrate_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
