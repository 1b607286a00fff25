#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/signer_memory.hpp"
#include "rightful/store/enrolment_leaf.hpp"
#include "rightful/store/entry_tree.hpp"
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
  return {
      .name = "admin ledger thaw",
      .summary = "Let a signer that lost its memory sign again; two officers answer for it.",
      .purpose =
          "For a log that is frozen by memory_lost, memory_rolled_back or wrong_key. Shows that "
          "the entries in the database go on from the last published checkpoint and from one that "
          "was held elsewhere: an auditor's memory, or the `checkpoint` out of a delivered "
          "package, the newer the better. Then it writes `log.thawed` into the ledger, once for "
          "each officer, and gives the signer a new memory, or leaves it the one that came "
          "back.\n\nAfter any other reason, or "
          "when the proof does not "
          "hold, the log is dead: `rightful admin ledger open --recover`.",
      .arguments = {},
      .options = {{"--held", "FILE", "A checkpoint of this log that was held elsewhere."},
                  {"--log",
                   "NAME",
                   "Another log than the live one: the last part of its origin, such as 2026."},
                  officer_option(),
                  second_officer_option()},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger thaw --held auditor.note --officer-token a.token "
                    "--second-token b.token",
                    "After a machine was set back to an older image."}},
      .exit_codes = "3 The evidence does not hold. 4 The database does not answer."};
}

Result<void> check(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_two_officers(line));
  if (line.has("--held")) return {};
  return fail(ErrorCode::InvalidArgument,
              "give a checkpoint that was held elsewhere with --held FILE: an auditor's memory, "
              "or the one out of a delivered package");
}

Result<ledger::SignedCheckpoint> read_checkpoint(const std::filesystem::path& file,
                                                 const LogView& view) {
  const auto note = read_file(file, ledger::kMaxNoteSizeBytes);
  if (!note) {
    return fail(note.error().code,
                note.error().detail +
                    ": the last published checkpoint and one held elsewhere are needed. A copy "
                    "that somebody kept, or the `checkpoint` out of a package, may stand for it");
  }
  std::vector<ledger::NoteKey> keys;  // also the retired ones: it may be old
  keys.reserve(view.keys.size());
  for (const auto& row : view.keys)
    keys.push_back(row.key);
  auto opened = ledger::open_checkpoint(*note, keys);
  if (opened) return opened;
  const bool is_forged =
      opened.error().code == ErrorCode::NotAuthentic || opened.error().code == ErrorCode::NotFound;
  return fail(
      opened.error().code,
      file.string() + ": " +
          (is_forged ? "no key of " + view.log.origin.text() +
                           " has signed this checkpoint: it was changed, or is another log's"
                     : opened.error().detail));
}

Result<ledger::Proof> proof_from(store::Pool& pool,
                                 const LogView& view,
                                 const ledger::SignedCheckpoint& old) {
  const std::uint64_t size = old.checkpoint.head.size;
  if (size > view.head.size()) {
    return fail(ErrorCode::NotAuthentic,
                fmt::format("a checkpoint over {} entries was signed, and the database has {}: "
                            "entries are lost, so this log is dead; open its successor with "
                            "`rightful admin ledger open --recover`",
                            size,
                            view.head.size()));
  }
  if (size == 0 || size == view.head.size()) return ledger::Proof();
  store::EntryTree tree(pool, view.log.log_id, view.head.size());
  return ledger::make_consistency_proof(tree, size, view.head.size());
}

/// The entries must give the head that the proofs lead to.
Result<void> check_head(store::Pool& pool, const LogView& view) {
  store::EntryTree tree(pool, view.log.log_id, view.head.size());
  RIGHTFUL_TRY(const auto root, ledger::tree_root(tree, view.head.size()));
  if (root == view.head.root()) return {};
  return fail(ErrorCode::NotAuthentic, "the database's entries do not give its own root");
}

/// The signer has it again, and it knows of all that was signed: the log is frozen in the database
/// alone.
Result<bool> has_memory_back(store::Pool& pool,
                             const LogView& view,
                             const SignerRoom& room,
                             std::initializer_list<const ledger::SignedCheckpoint*> evidence) {
  const auto memory = room.memory();
  if (!memory || memory->frozen() || memory->checkpoint().origin != view.log.origin) return false;
  const ledger::Checkpoint known = memory->checkpoint();
  for (const auto* const signed_one : evidence) {
    if (signed_one->checkpoint.head.size > known.head.size) return false;
  }
  RIGHTFUL_TRY(const auto proof, proof_from(pool, view, {.checkpoint = known, .signed_by = {}}));
  RIGHTFUL_TRY(ledger::verify_extends(
      known, {view.log.origin, {view.head.size(), view.head.root()}}, proof));
  return true;
}

/// Empty when the signer keeps the one that it has.
Result<std::optional<ledger::SignerMemory>> make_memory(AdminState& state,
                                                        const LogView& view,
                                                        ledger::FreezeReason reason,
                                                        const SignerRoom& room,
                                                        const std::string& held) {
  store::Pool& pool = state.store->pool();
  const auto published = state.store->ledger_directory() / view.name / "checkpoint";
  RIGHTFUL_TRY(auto last, read_checkpoint(published, view));
  RIGHTFUL_TRY(auto other, read_checkpoint(held, view));
  RIGHTFUL_TRY(check_head(pool, view));
  RIGHTFUL_TRY(auto from_last, proof_from(pool, view, last));
  RIGHTFUL_TRY(auto from_other, proof_from(pool, view, other));
  RIGHTFUL_TRY(const auto signers, room.signers(view.log.origin, state.clock.now()));
  const auto known = keys_that_sign(view);
  std::vector<ledger::NoteKey> keys;
  for (const auto& signer : signers) {
    if (std::ranges::find(known, signer.key()) == known.end()) {
      return fail(ErrorCode::Denied,
                  "the signer's key is none of this log's: put the right one back first, or open "
                  "a successor with `rightful admin ledger open --recover`");
    }
    keys.push_back(signer.key());
  }
  RIGHTFUL_TRY(const bool is_back, has_memory_back(pool, view, room, {&last, &other}));
  RIGHTFUL_TRY(auto made,
               ledger::thaw(reason,
                            view.head,
                            {.published = std::move(last),
                             .held = std::move(other),
                             .from_published = std::move(from_last),
                             .from_held = std::move(from_other)},
                            std::move(keys)));
  if (is_back) return std::optional<ledger::SignerMemory>();
  return std::optional(std::move(made));
}

/// A leaf for each of the two: both answer for it.
Result<void> record(AdminState& state,
                    const LogView& view,
                    ledger::FreezeReason reason,
                    const TwoOfficers& officers) {
  RIGHTFUL_TRY(const auto why, Why::parse(ledger::name_of(reason)));
  store::Transaction transaction = state.store->pool().begin();
  RIGHTFUL_TRY(tables::set_log_state(transaction, view.log.log_id, tables::LogState::Open));
  for (const lifecycle::StaffMember* const officer : {&officers.first, &officers.second}) {
    store::stage_enrolment_leaf(
        transaction,
        view.log.log_id,
        view.log.origin,
        state.store->keys(),
        ledger::Event(ledger::Staff{officer->ref},
                      ledger::events::LogThawed{.size = view.head.size(), .why = why}),
        state.clock,
        state.random);
  }
  transaction.commit();
  return {};
}

Result<void> check_may_go_on(store::Pool& pool, const LogView& view) {
  if (view.log.state != tables::LogState::Frozen) {
    return fail(ErrorCode::Conflict,
                "this log is not frozen; `rightful admin ledger status` shows it");
  }
  store::Transaction transaction = pool.begin();
  if (!store::may_be_given_up(transaction, view.log.log_id)) return {};
  return fail(ErrorCode::Conflict,
              "this log was given up (`log.recovery` in its successor): it never goes on, and "
              "nothing is to be done. If its successor was opened a moment ago as the log of a "
              "new year, wait until that is sequenced, and run this again");
}

Result<void> thaw(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto officers, two_officers_of(*state->staff, invocation.line));
  store::Pool& pool = state->store->pool();
  RIGHTFUL_TRY(LogView view, view_log_or_live(pool, invocation.line.value("--log")));
  const SignerPlace place(state->store->signer_directory());
  RIGHTFUL_TRY(const auto known, freeze_reason(place, view));
  // The one reason that no memory keeps, because there was none: it may be back by now.
  const auto reason = known.value_or(ledger::FreezeReason::MemoryLost);
  RIGHTFUL_TRY(const auto room, place.enter(view.name));
  RIGHTFUL_TRY(view, view_log_or_live(pool, view.name));  // as it is while nobody else has the room
  RIGHTFUL_TRY(check_may_go_on(pool, view));
  RIGHTFUL_TRY(const auto memory,
               make_memory(*state, view, reason, room, invocation.line.required_value("--held")));
  // In this order: a signer that stays frozen freezes the row again when it is asked.
  RIGHTFUL_TRY(record(*state, view, reason, officers));
  if (memory) room.keep(*memory);
  invocation.console.err << fmt::format(
      "{} signs again, from {} entries on. Tell the auditors why it stood still.\n",
      view.log.origin.text(),
      view.head.size());
  return {};
}

}  // namespace

Command admin_ledger_thaw_command() {
  return {.spec = spec(), .run = &run_admin<&check, &thaw>};
}

}  // namespace rightful::app
