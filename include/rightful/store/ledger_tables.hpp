/// @file
/// Rows of schema `ledger` as everybody but its writers sees them: logs, heads, hashes, bodies,
/// checkpoints, signer keys, and how full the outbox is. Appends nothing: that is the sequencer.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/tree.hpp"
#include "rightful/store/transaction.hpp"

/// Errors  all of it DatabaseFailure; Failure Never `bad_row` for a row that no code of ours
///         writes; Failure Never `ledger_damaged` where rows of the tree are missing or disagree
///         with each other.
namespace rightful::store::ledger_tables {

/// What `ledger.log.state` says.
enum class LogState : std::uint8_t {
  Open,
  Frozen,  ///< takes leaves, signs nothing
  Sealed,  ///< `log.sealed` is its last leaf
  Purged   ///< bodies are gone, hashes stay
};

/// `open`, `frozen`, `sealed`, `purged`.
[[nodiscard]] std::string_view name_of(LogState state) noexcept;

struct LogRow {
  std::int64_t log_id = 0;
  ledger::Origin origin;
  LogState state = LogState::Open;
  crypto::SignPublicKey enrolment;
  Instant opened_at;
};

/// All of them, oldest first.
[[nodiscard]] std::vector<LogRow> list_logs(Transaction& transaction);
[[nodiscard]] std::optional<LogRow> find_log(Transaction& transaction, std::int64_t log_id);
[[nodiscard]] std::optional<LogRow> find_log(Transaction& transaction,
                                             const ledger::Origin& origin);
/// The newest one that is open or frozen: where new epochs write.
[[nodiscard]] std::optional<LogRow> find_live_log(Transaction& transaction);
/// The last segment of an origin: `…/dsar/2026` → `2026`. Names folders and stands in URLs.
[[nodiscard]] std::string_view short_name(const ledger::Origin& origin) noexcept;
/// @return NotFound
[[nodiscard]] Result<void> set_log_state(Transaction& transaction,
                                         std::int64_t log_id,
                                         LogState state);

/// The right edge of what has been sequenced; its root agrees with the row's. Empty for a log that
/// does not exist.
[[nodiscard]] std::optional<ledger::Frontier> find_head(Transaction& transaction,
                                                        std::int64_t log_id);

/// Entries from … to − 1; every one is there, else `ledger_damaged`. @param from  at most `to`,
/// which is at most the head's size. Cost  memory and answer grow with to − from: ask for at most
/// some 10,000 at once.
[[nodiscard]] std::vector<ledger::TreeHash> leaf_hashes(Transaction& transaction,
                                                        std::int64_t log_id,
                                                        std::uint64_t from,
                                                        std::uint64_t to);
/// As leaf_hashes. An erased body (ledger.md section 10) is empty; that is no damage here.
[[nodiscard]] std::vector<std::optional<Bytes>> bodies(Transaction& transaction,
                                                       std::int64_t log_id,
                                                       std::uint64_t from,
                                                       std::uint64_t to);

/// Where the leaf of a writer's number stands, once it has been sequenced.
[[nodiscard]] std::optional<std::uint64_t> find_leaf(Transaction& transaction,
                                                     std::int64_t log_id,
                                                     const ledger::WriterId& writer,
                                                     std::uint64_t n);

struct CheckpointRow {
  std::uint64_t size;
  ledger::TreeHash root;
  Bytes note;
  Instant signed_at;
};

[[nodiscard]] std::optional<CheckpointRow> newest_checkpoint(Transaction& transaction,
                                                             std::int64_t log_id);
[[nodiscard]] std::optional<CheckpointRow> find_checkpoint(Transaction& transaction,
                                                           std::int64_t log_id,
                                                           std::uint64_t size);
/// The smallest signed size that covers the leaf of a writer's number: `at_size` of a release.
/// Empty while the leaf is not sequenced, or no checkpoint covers it.
[[nodiscard]] std::optional<std::uint64_t> covering_size(Transaction& transaction,
                                                         std::int64_t log_id,
                                                         const ledger::WriterId& writer,
                                                         std::uint64_t n);
/// The same size and root again changes nothing: the first note stays.
/// @return Conflict when another root is stored for this size.
[[nodiscard]] Result<void> add_checkpoint(Transaction& transaction,
                                          std::int64_t log_id,
                                          std::uint64_t size,
                                          const ledger::TreeHash& root,
                                          ByteView note);

enum class SignerKeyState : std::uint8_t { Next, Active, Retiring, Retired, Compromised };

/// `next`, `active`, `retiring`, `retired`, `compromised`.
[[nodiscard]] std::string_view name_of(SignerKeyState state) noexcept;

struct SignerKeyRow {
  ledger::NoteKey key;
  std::uint64_t first_size = 0;
  std::optional<std::uint64_t> last_size;
  SignerKeyState state = SignerKeyState::Next;
};

/// By first size, then by vkey.
[[nodiscard]] std::vector<SignerKeyRow> signer_keys(Transaction& transaction, std::int64_t log_id);
/// @return Conflict when the key is there already, for this log or another.
[[nodiscard]] Result<void> add_signer_key(Transaction& transaction,
                                          std::int64_t log_id,
                                          const SignerKeyRow& key);
/// @param last_size  the last size that the key signs; empty leaves it open. @return NotFound
[[nodiscard]] Result<void> set_signer_key_state(Transaction& transaction,
                                                const ledger::NoteKey& key,
                                                SignerKeyState state,
                                                std::optional<std::uint64_t> last_size);

struct OutboxFacts {
  /// Counted up to `at_most` only.
  std::uint64_t rows = 0;
  /// Of the row with the lowest number; by the database's clock. 0 for an empty outbox.
  std::chrono::milliseconds oldest_age{0};
};

/// Over all logs. Cost  reads at most `at_most` index entries.
[[nodiscard]] OutboxFacts outbox_facts(Transaction& transaction, std::uint64_t at_most);

}  // namespace rightful::store::ledger_tables
