/// @file
/// What the subcommands of `admin` share: their words are checked before a database is looked for.
#pragma once

#include "app/command.hpp"
#include "app/program_settings.hpp"

namespace rightful::app {

inline Result<void> check_nothing(const ParsedCommand& /*line*/) {
  return {};
}

/// @tparam Check   the words alone; a refusal is a usage error (exit code 2).
/// @tparam Action  the work.
template <Result<void> (*Check)(const ParsedCommand&),
          Result<void> (*Action)(const Invocation&, const Settings&)>
ExitCode run_admin(const Invocation& invocation) {
  const auto settings = read_quiet_settings(invocation.line, invocation.environment);
  if (!settings) return report_usage(invocation.console, settings.error());
  const auto checked = Check(invocation.line);
  if (!checked) return report_usage(invocation.console, checked.error());
  const auto done = Action(invocation, *settings);
  return done ? ExitCode::Ok : report(invocation.console, done.error());
}

}  // namespace rightful::app
