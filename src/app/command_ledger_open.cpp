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
  RIGHTFUL_TRY(const auto origin, ledger::Origin::parse(line.required_argument(0)));
  RIGHTFUL_TRY(ledger::log_name(origin));
  if (line.has("--recover")) return check_officer(line);
  if (line.has("--why") || line.has(kOfficerToken)) {
    return fail(ErrorCode::InvalidArgument, "--why and --officer-token belong to --recover");
  }
  return {};
}

/// The largest tree that this log's keys have signed, wherever that is known: a restored database
/// has forgotten some.
ledger::TreeHead last_signed(const StateStore& state,
                             const LogView& view,
                             const Result<SignerRoom>& room) {
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

/// Who gives the log up, and why.
struct Recovery {
  Why why;
  ledger::StaffRef officer;
};

Result<Recovery> recovery_of(AdminState& state, const LogView& view, const ParsedCommand& line) {
  RIGHTFUL_TRY(const auto why, reason_of(*state.store, view, line));
  RIGHTFUL_TRY(const auto officer, officer_of(*state.staff, line));
  return Recovery{.why = why, .officer = officer.ref};
}

ledger::Event event_of(const Recovery& recovery,
                       const LogView& view,
                       const ledger::TreeHead& last) {
  return ledger::Event(ledger::Staff{recovery.officer},
                       ledger::events::LogRecovery{.old_origin = view.log.origin,
                                                   .recovered = view.head.size(),
                                                   .root = last.root,
                                                   .size = last.size,
                                                   .why = recovery.why});
}

Result<void> check_name_is_free(store::Pool& pool, const ledger::Origin& origin) {
  for (const LogView& view : view_logs(pool)) {
    if (view.name != tables::short_name(origin)) continue;
    return fail(ErrorCode::Conflict,
                "a log called " + view.name + " exists: " + view.log.origin.text() +
                    "; a log's name is never used again");
  }
  return {};
}

/// For ever: a checkpoint that is larger than what `log.recovery` names would contradict it. The
/// reason is one that nobody can thaw; a signer without a memory signs nothing anyway.
Result<void> end_signing(const Result<SignerRoom>& room, const LogView& view) {
  if (!room && room.error().code == ErrorCode::NotFound) return {};
  if (!room) return std::unexpected(room.error());
  const auto memory = room->memory();
  if (!memory && memory.error().code == ErrorCode::Denied) return std::unexpected(memory.error());
  const bool is_known = memory && memory->checkpoint().origin == view.log.origin;
  if (is_known && !memory->frozen()) {
    room->keep(memory->frozen_by(ledger::FreezeReason::WrongOrigin));
  }
  return {};
}

Result<void> open(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto origin, ledger::Origin::parse(invocation.line.required_argument(0)));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(LogView old, view_live_log(state->store->pool()));
  const bool recovers = invocation.line.has("--recover");
  if (!recovers && old.log.state == tables::LogState::Frozen) {
    return fail(ErrorCode::Conflict,
                "the live log is frozen; `rightful admin ledger status` says why. Thaw it, or "
                "open its successor with --recover");
  }
  std::optional<Recovery> given_up;
  if (recovers) {
    RIGHTFUL_TRY(given_up, recovery_of(*state, old, invocation.line));
  }
  RIGHTFUL_TRY(check_name_is_free(state->store->pool(), origin));
  const SignerPlace place(state->store->signer_directory());
  RIGHTFUL_TRY(const auto key, place.open_log(origin, state->random));
  // Until the commit nothing is signed: what is named as the last is the last.
  const auto room = place.enter(old.name);
  if (given_up) {
    RIGHTFUL_TRY(end_signing(room, old));
    RIGHTFUL_TRY(old, view_log_or_live(state->store->pool(), old.name));
  }
  const ledger::TreeHead last = last_signed(*state->store, old, room);
  std::optional<ledger::Event> recovery;
  if (given_up) recovery = event_of(*given_up, old, last);
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
