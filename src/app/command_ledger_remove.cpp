#include <charconv>

#include <fmt/format.h>

#include "rightful/ledger/log_name.hpp"
#include "rightful/lifecycle/log_retention.hpp"
#include "rightful/lifecycle/redaction.hpp"

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/staff_tokens.hpp"

namespace rightful::app {

namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::string_view kOnlyReason = "accident";
constexpr std::string_view kExitCodes =
    "4 The database does not answer, or no checkpoint came in time.";

CommandSpec redact_spec() {
  return {
      .name = "admin ledger redact",
      .summary = "Take away the body of one entry that should not have been logged.",
      .purpose =
          "For the accident that something personal stands in an entry. The body goes out of the "
          "database and out of every published file; its hash stays, so that the tree and every "
          "checkpoint still hold, and `log.redacted` names index, hash and both officers. A "
          "verifier reports it.\n\nOnly in the log that is open, since a later entry has to say "
          "so. Never for log.*, writer.*, keyring.*, subject_key.destroyed and actor.forgotten. "
          "Copies that auditors hold, and backups, keep the body: tell them. If it ends before its "
          "time, run it again.",
      .arguments = {{"INDEX", "The entry's index, from 0."}},
      .options = {{"--why", "accident", "What it is done for; the leaf says it."},
                  officer_option(),
                  second_officer_option()},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger redact 4711 --why accident --officer-token a.token "
                    "--second-token b.token",
                    "One entry."}},
      .exit_codes = kExitCodes};
}

CommandSpec purge_spec() {
  return {
      .name = "admin ledger purge",
      .summary = "Destroy the entries of a log whose retention is over.",
      .purpose =
          "Entries are pseudonymous, hence personal data, and are not kept for ever. Once a "
          "sealed log is older than the setting ledger.retention_months, this destroys its "
          "bodies, its lookup rows and its published bundles. Hashes and the last checkpoint "
          "stay, so that proofs which somebody holds can still be checked, and `log.purged` "
          "stands in the live log. This cannot be taken back. If it ends before its time, run "
          "it again.",
      .arguments = {{"LOG", "The log's short name; `rightful admin ledger status` lists them."}},
      .options = {},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger purge 2026", "In 2030."}},
      .exit_codes = "4 The database does not answer."};
}

Result<std::uint64_t> index_of(const ParsedCommand& line) {
  const std::string text = line.required_argument(0);
  std::uint64_t index = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, index);
  if (error == std::errc() && stop == end && index <= ledger::kMaxInteger) return index;
  return fail(ErrorCode::InvalidArgument, "INDEX is the number of an entry, from 0");
}

Result<void> check_redact(const ParsedCommand& line) {
  RIGHTFUL_TRY(const auto index, index_of(line));
  static_cast<void>(index);
  if (line.value("--why") != kOnlyReason) {
    return fail(ErrorCode::InvalidArgument,
                "say with --why accident what it is done for; an entry is taken away for no other "
                "reason");
  }
  return check_two_officers(line);
}

Result<void> check_purge(const ParsedCommand& line) {
  if (ledger::is_log_name(line.required_argument(0))) return {};
  return fail(ErrorCode::InvalidArgument,
              "LOG is the short name of a log, such as 2026; `rightful admin ledger status` lists "
              "them");
}

Result<void> redact(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto index, index_of(invocation.line));
  RIGHTFUL_TRY(const auto why, lifecycle::LogWhy::parse(invocation.line.required_value("--why")));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto officers, two_officers_of(*state->staff, invocation.line));
  RIGHTFUL_TRY(
      const auto report,
      lifecycle::redact(
          state->tools(),
          state->store->ledger_directory(),
          {.index = index, .why = why, .first = officers.first.ref, .second = officers.second.ref},
          kPatience));
  invocation.console.err << fmt::format(
      "{}The body of entry {} is gone; {} published files were written anew.\n",
      report.was_done_before ? "It had been redacted before. " : "",
      index,
      report.files);
  return {};
}

Result<void> purge(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(
      const auto report,
      lifecycle::purge_log(state->tools(),
                           state->store->ledger_directory(),
                           invocation.line.required_argument(0),
                           std::chrono::months(settings.integer("ledger.retention_months"))));
  invocation.console.err << fmt::format(
      "{}The {} entries of this log are gone; its hashes and its last checkpoint stay.\n",
      report.went_on ? "A purge that had broken off is finished. " : "",
      report.entries);
  return {};
}

}  // namespace

Command admin_ledger_redact_command() {
  return {.spec = redact_spec(), .run = &run_admin<&check_redact, &redact>};
}

Command admin_ledger_purge_command() {
  return {.spec = purge_spec(), .run = &run_admin<&check_purge, &purge>};
}

}  // namespace rightful::app
