#include "rightful/export/release_gate.hpp"

#include <utility>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/store/ledger_pressure.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::exporting {

namespace {

namespace ledger_tables = store::ledger_tables;

constexpr std::chrono::seconds kMostWait{10};
constexpr std::chrono::milliseconds kPause{50};
constexpr std::size_t kMaxCarriedBytes = 16'384;  // a text of the package's manifest

[[noreturn]] void throw_not_covering() {
  throw Failure(
      Retry::Later, "ledger_not_covering", "no signed checkpoint covers the leaf in time");
}

/// A key signs from the size at which it came to the one at which it went; a compromised one proves
/// nothing about any.
bool may_have_signed(const ledger_tables::SignerKeyRow& signer, std::uint64_t size) {
  using State = ledger_tables::SignerKeyState;
  if (signer.state == State::Next || signer.state == State::Compromised) return false;
  return size >= signer.first_size && (!signer.last_size || size <= *signer.last_size);
}

/// Whoever can write rows can write a checkpoint's row: what counts is the signature of a key that
/// the log had when it was signed.
ledger::SignedCheckpoint open_note(store::Transaction& transaction,
                                   const ledger_tables::LogRow& log,
                                   const ledger_tables::CheckpointRow& row) {
  std::vector<ledger::NoteKey> keys;
  for (const auto& signer : ledger_tables::signer_keys(transaction, log.log_id)) {
    if (may_have_signed(signer, row.size)) keys.push_back(signer.key);
  }
  auto opened = ledger::open_checkpoint(row.note, keys);
  const bool is_ours = opened && opened->checkpoint.origin == log.origin &&
                       opened->checkpoint.head.size == row.size &&
                       row.note.size() <= kMaxCarriedBytes;
  if (!is_ours) {
    throw Failure(
        Retry::Later, "ledger_not_covering", "a stored checkpoint is not signed by the log");
  }
  return *std::move(opened);
}

std::optional<std::string> read_newest(store::Pool& pool) {
  auto transaction = pool.begin();
  const auto live = ledger_tables::find_live_log(transaction);
  if (!live) return std::nullopt;
  const auto checkpoint = ledger_tables::newest_checkpoint(transaction, live->log_id);
  if (!checkpoint) return std::nullopt;
  static_cast<void>(open_note(transaction, *live, *checkpoint));
  return std::string(as_text(checkpoint->note));
}

std::optional<std::uint64_t> read_covering(store::Pool& pool,
                                           const store::CommittedLeaves& leaves) {
  auto transaction = pool.begin();
  const auto size = ledger_tables::covering_size(
      transaction, leaves.log_id, leaves.writer, leaves.numbers.back());
  if (!size) return std::nullopt;
  const auto log = ledger_tables::find_log(transaction, leaves.log_id);
  const auto checkpoint = ledger_tables::find_checkpoint(transaction, leaves.log_id, *size);
  if (!log || !checkpoint) return std::nullopt;
  static_cast<void>(open_note(transaction, *log, *checkpoint));
  return size;
}

}  // namespace

// Without it a wait in a frozen log would last ten seconds for nothing.
void LedgerGate::demand_calm() {
  const auto trouble = pressure_.trouble();
  if (!trouble) return;
  throw Failure(Retry::Later,
                std::string(store::cause_of(*trouble)),
                "the ledger does not take part: nothing is released");
}

std::string LedgerGate::newest_checkpoint() {
  const auto give_up_at = clock_.steady_now() + kMostWait;
  for (;;) {
    demand_calm();
    if (auto note = read_newest(pool_)) return *std::move(note);
    if (clock_.steady_now() >= give_up_at) throw_not_covering();
    clock_.wait_for({}, kPause);
  }
}

std::optional<std::uint64_t> LedgerGate::wait_until_covered(
    const std::optional<store::CommittedLeaves>& leaves, const std::stop_token& stop) {
  RIGHTFUL_CHECK(leaves.has_value() && !leaves->numbers.empty());
  const auto give_up_at = clock_.steady_now() + kMostWait;
  for (;;) {
    demand_calm();
    if (const auto size = read_covering(pool_, *leaves)) return size;
    if (clock_.steady_now() >= give_up_at) throw_not_covering();
    if (clock_.wait_for(stop, kPause)) return std::nullopt;
  }
}

}  // namespace rightful::exporting
