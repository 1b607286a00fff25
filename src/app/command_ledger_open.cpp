#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/store/log_succession.hpp"

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/ledger_view.hpp"
#include "app/staff_tokens.hpp"

namespace rightful::app {

namespace {

namespace tables = store::ledger_tables;
using Why = ledger::Code<ledger::CodeList::LogWhy>;

CommandSpec spec() {
  auto officer = officer_option();
  officer.explanation = "With --recover: file with the token of the officer who answers for it.";
  return {
      .name = "admin ledger open",
      .summary = "Open the next log: a new year, or the successor of a log that is dead.",
      .purpose =
          "Makes the new log's signing key and memory below the signer's directory, then opens "
          "the log. Its first entry names the log before, and the newest size and root that were "
          "signed of it. Every process goes over to it within seconds; nothing stops meanwhile. "
          "The old log gets its last entry, `log.sealed`, once it is a day old and empty. Give "
          "auditors the new key with `rightful admin ledger trust`.\n\nA log that was frozen "
          "because the database contradicts what was signed is never continued: entries are lost. "
          "--recover opens its successor, whose second entry says so, with the reason. So does a "
          "database that was restored from a backup, and a signing key that somebody may have "
          "read.",
      .arguments = {{"ORIGIN",
                     "The new log's name, such as audit.example.org/dsar/2027; after a recovery "
                     "audit.example.org/dsar/2026b. Its last part names folders and is never used "
                     "twice."}},
      .options = {{"--recover", "", "The log before is dead; needs --officer-token."},
                  {"--why",
                   "restored|key_compromised",
                   "With --recover: the reason, when the signer does not know one."},
                  officer},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger open audit.example.org/dsar/2027", "On 1 January."},
                   {"rightful admin ledger open audit.example.org/dsar/2026b --recover "
                    "--why restored --officer-token officer.token",
                    "After a backup was restored."}},
      .exit_codes = "4 The database does not answer."};
}

Result<void> check(const ParsedCommand& line) {
  RIGHTFUL_TRY(const auto origin, ledger::Origin::parse(*line.argument(0)));
  RIGHTFUL_TRY(ledger::log_name(origin));
  if (line.has("--recover")) return check_officer(line);
  if (line.has("--why") || line.has(kOfficerToken)) {
    return fail(ErrorCode::InvalidArgument, "--why and --officer-token belong to --recover");
  }
  return {};
}

/// The largest tree that this log's keys have signed, wherever that is known: a restored database
/// has forgotten some.
ledger::TreeHead last_signed(const StateStore& state, const LogView& view) {
  ledger::TreeHead last{0, ledger::empty_root()};
  const auto consider = [&last](const ledger::TreeHead& head) {
    if (head.size > last.size) last = head;
  };
  if (view.newest) consider({view.newest->size, view.newest->root});
  const auto note =
      read_file(state.ledger_directory() / view.name / "checkpoint", ledger::kMaxNoteSizeBytes);
  if (note) {
    const auto opened = ledger::open_checkpoint(*note, keys_that_sign(view));
    if (opened && opened->checkpoint.origin == view.log.origin) consider(opened->checkpoint.head);
  }
  const auto room = SignerPlace(state.signer_directory()).enter(view.name);
  if (!room) return last;
  const auto memory = room->memory();
  if (memory && memory->checkpoint().origin == view.log.origin) consider(memory->checkpoint().head);
  return last;
}

Result<Why> reason_of(const StateStore& state, const LogView& view, const ParsedCommand& line) {
  if (const auto given = line.value("--why")) return Why::parse(*given);
  RIGHTFUL_TRY(const auto reason, freeze_reason(SignerPlace(state.signer_directory()), view));
  if (!reason) {
    return fail(ErrorCode::Conflict,
                "this log is not frozen; say with --why restored or --why key_compromised why it "
                "must not go on");
  }
  if (ledger::can_thaw(*reason)) {
    return fail(ErrorCode::Conflict,
                fmt::format("the log is frozen by {}, after which it may go on: `rightful admin "
                            "ledger thaw`; if the checkpoints that it needs are lost too, give "
                            "--why restored",
                            ledger::name_of(*reason)));
  }
  return Why::parse(ledger::name_of(*reason));
}

Result<ledger::Event> recovery_of(AdminState& state,
                                  const LogView& view,
                                  const ledger::TreeHead& last,
                                  const ParsedCommand& line) {
  RIGHTFUL_TRY(const auto why, reason_of(*state.store, view, line));
  RIGHTFUL_TRY(const auto officer, officer_of(*state.staff, line));
  return ledger::Event(ledger::Staff{officer.ref},
                       ledger::events::LogRecovery{.old_origin = view.log.origin,
                                                   .recovered = view.head.size(),
                                                   .root = last.root,
                                                   .size = last.size,
                                                   .why = why});
}

Result<void> open(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto origin, ledger::Origin::parse(*invocation.line.argument(0)));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const LogView old, view_live_log(state->store->pool()));
  const bool recovers = invocation.line.has("--recover");
  if (!recovers && old.log.state == tables::LogState::Frozen) {
    return fail(ErrorCode::Conflict,
                "the live log is frozen; `rightful admin ledger status` says why. Thaw it, or "
                "open its successor with --recover");
  }
  const ledger::TreeHead last = last_signed(*state->store, old);
  std::optional<ledger::Event> recovery;
  if (recovers) {
    RIGHTFUL_TRY(auto event, recovery_of(*state, old, last, invocation.line));
    recovery = std::move(event);
  }
  RIGHTFUL_TRY(const auto key,
               SignerPlace(state->store->signer_directory()).open_log(origin, state->random));
  RIGHTFUL_TRY(store::open_next_log(
      state->store->pool(),
      {.origin = origin, .key = key, .last_signed = last, .recovery = std::move(recovery)},
      state->store->keys(),
      state->clock,
      state->random));
  invocation.console.out << key.text() << '\n';
  invocation.console.err << fmt::format(
      "{} is open. Above is its signing key; `rightful admin ledger trust` prints what auditors "
      "need. It follows {} with {} signed entries.\n",
      origin.text(),
      old.log.origin.text(),
      last.size);
  return {};
}

}  // namespace

Command admin_ledger_open_command() {
  return {.spec = spec(), .run = &run_admin<&check, &open>};
}

}  // namespace rightful::app
