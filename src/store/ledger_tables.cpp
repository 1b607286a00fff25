#include "rightful/store/ledger_tables.hpp"

#include <array>
#include <string>
#include <utility>

#include "rightful/core/failure.hpp"

#include "store/queries/ledger_tables.hpp"

namespace rightful::store::ledger_tables {
namespace {

constexpr std::array kLogStates{
    LogState::Open, LogState::Frozen, LogState::Sealed, LogState::Purged};
constexpr std::array kSignerKeyStates{SignerKeyState::Next,
                                      SignerKeyState::Active,
                                      SignerKeyState::Retiring,
                                      SignerKeyState::Retired,
                                      SignerKeyState::Compromised};

[[noreturn]] void throw_bad_row(const std::string& what) {
  throw Failure(Retry::Never, "bad_row", what);
}

[[noreturn]] void throw_damaged(const std::string& what) {
  throw Failure(Retry::Never, "ledger_damaged", what);
}

template <class States>
auto state_of(const States& states, const Row& row) {
  const std::string text = row.text("state");
  for (const auto state : states) {
    if (name_of(state) == text) return state;
  }
  throw_bad_row("a state of the ledger that this version does not know");
}

std::uint64_t size_in(const Row& row, std::string_view column) {
  const std::int64_t value = row.integer(column);
  if (value < 0) throw_bad_row("a size or index of the ledger is negative");
  return static_cast<std::uint64_t>(value);
}

template <class Fixed>
Fixed fixed_in(const Row& row, std::string_view column) {
  const auto value = Fixed::parse(row.bytes(column));
  if (!value) throw_bad_row("a hash or key of the ledger has another size");
  return *value;
}

LogRow read_log(const Row& row) {
  auto origin = ledger::Origin::parse(row.text("origin"));
  if (!origin) throw_bad_row("the origin of a log is none");
  return {.log_id = row.integer("log_id"),
          .origin = *std::move(origin),
          .state = state_of(kLogStates, row),
          .enrolment = fixed_in<crypto::SignPublicKey>(row, "enrol_key"),
          .opened_at = row.instant("opened_at")};
}

std::optional<LogRow> read_one_log(const Rows& rows) {
  const auto row = rows.at_most_one();
  if (!row) return std::nullopt;
  return read_log(*row);
}

CheckpointRow read_checkpoint(const Row& row) {
  return {.size = size_in(row, "size"),
          .root = fixed_in<ledger::TreeHash>(row, "root"),
          .note = row.bytes("note"),
          .signed_at = row.instant("signed_at")};
}

std::optional<CheckpointRow> read_one_checkpoint(const Rows& rows) {
  const auto row = rows.at_most_one();
  if (!row) return std::nullopt;
  return read_checkpoint(*row);
}

std::vector<ledger::TreeHash> split_frontier(ByteView bytes) {
  constexpr std::size_t kHash = ledger::TreeHash::kSizeBytes;
  if (bytes.size() % kHash != 0) throw_bad_row("the frontier of a log is no row of hashes");
  std::vector<ledger::TreeHash> peaks;
  for (std::size_t at = 0; at < bytes.size(); at += kHash) {
    peaks.push_back(ledger::TreeHash::from(bytes.subspan(at).first<kHash>()));
  }
  return peaks;
}

}  // namespace

std::string_view name_of(LogState state) noexcept {
  switch (state) {
    case LogState::Open:
      return "open";
    case LogState::Frozen:
      return "frozen";
    case LogState::Sealed:
      return "sealed";
    case LogState::Purged:
      return "purged";
  }
  return "frozen";
}

std::string_view name_of(SignerKeyState state) noexcept {
  switch (state) {
    case SignerKeyState::Next:
      return "next";
    case SignerKeyState::Active:
      return "active";
    case SignerKeyState::Retiring:
      return "retiring";
    case SignerKeyState::Retired:
      return "retired";
    case SignerKeyState::Compromised:
      return "compromised";
  }
  return "compromised";
}

std::vector<LogRow> list_logs(Transaction& transaction) {
  std::vector<LogRow> logs;
  for (const Row row : transaction.run(queries::kListLogs))
    logs.push_back(read_log(row));
  return logs;
}

std::optional<LogRow> find_log(Transaction& transaction, std::int64_t log_id) {
  return read_one_log(transaction.run(queries::kFindLog, {log_id}));
}

std::optional<LogRow> find_log(Transaction& transaction, const ledger::Origin& origin) {
  return read_one_log(transaction.run(queries::kFindLogNamed, {origin.text()}));
}

std::optional<LogRow> find_live_log(Transaction& transaction) {
  return read_one_log(transaction.run(queries::kFindLiveLog));
}

std::string_view short_name(const ledger::Origin& origin) noexcept {
  const std::string_view text = origin.text();
  return text.substr(text.rfind('/') + 1);
}

Result<void> set_log_state(Transaction& transaction, std::int64_t log_id, LogState state) {
  if (transaction.run(queries::kSetLogState, {log_id, name_of(state)}).affected() == 0) {
    return fail(ErrorCode::NotFound, "there is no such log");
  }
  return {};
}

std::optional<ledger::Frontier> find_head(Transaction& transaction, std::int64_t log_id) {
  const auto row = transaction.run(queries::kFindHead, {log_id}).at_most_one();
  if (!row) return std::nullopt;
  auto head =
      ledger::Frontier::from_peaks(size_in(*row, "size"), split_frontier(row->bytes("frontier")));
  if (!head || head->root() != fixed_in<ledger::TreeHash>(*row, "root")) {
    throw_damaged("size, root and frontier of the log's head do not belong together");
  }
  return *std::move(head);
}

std::vector<ledger::TreeHash> leaf_hashes(Transaction& transaction,
                                          std::int64_t log_id,
                                          std::uint64_t from,
                                          std::uint64_t to) {
  std::vector<ledger::TreeHash> hashes;
  for (const Row row : transaction.run(queries::kLeafHashes, {log_id, from, to})) {
    if (size_in(row, "idx") != from + hashes.size()) break;
    hashes.push_back(fixed_in<ledger::TreeHash>(row, "leaf_hash"));
  }
  if (from + hashes.size() != to) {
    throw_damaged("entry " + std::to_string(from + hashes.size()) + " of the log is missing");
  }
  return hashes;
}

std::vector<std::optional<Bytes>> bodies(Transaction& transaction,
                                         std::int64_t log_id,
                                         std::uint64_t from,
                                         std::uint64_t to) {
  std::vector<std::optional<Bytes>> found(static_cast<std::size_t>(to - from));
  for (const Row row : transaction.run(queries::kBodies, {log_id, from, to})) {
    found.at(static_cast<std::size_t>(size_in(row, "idx") - from)) = row.bytes("leaf");
  }
  return found;
}

std::optional<std::uint64_t> find_leaf(Transaction& transaction,
                                       std::int64_t log_id,
                                       const ledger::WriterId& writer,
                                       std::uint64_t n) {
  const auto row = transaction.run(queries::kFindLeaf, {log_id, writer.text(), n}).at_most_one();
  if (!row) return std::nullopt;
  return size_in(*row, "idx");
}

std::optional<CheckpointRow> newest_checkpoint(Transaction& transaction, std::int64_t log_id) {
  return read_one_checkpoint(transaction.run(queries::kNewestCheckpoint, {log_id}));
}

std::optional<CheckpointRow> find_checkpoint(Transaction& transaction,
                                             std::int64_t log_id,
                                             std::uint64_t size) {
  return read_one_checkpoint(transaction.run(queries::kFindCheckpoint, {log_id, size}));
}

std::optional<std::uint64_t> covering_size(Transaction& transaction,
                                           std::int64_t log_id,
                                           const ledger::WriterId& writer,
                                           std::uint64_t n) {
  const auto row =
      transaction.run(queries::kCoveringSize, {log_id, writer.text(), n}).at_most_one();
  if (!row) return std::nullopt;
  return size_in(*row, "size");
}

Result<void> add_checkpoint(Transaction& transaction,
                            std::int64_t log_id,
                            std::uint64_t size,
                            const ledger::TreeHash& root,
                            ByteView note) {
  if (transaction.run(queries::kAddCheckpoint, {log_id, size, root, note}).affected() == 1) {
    return {};
  }
  const auto stored = find_checkpoint(transaction, log_id, size);
  if (!stored || stored->root != root) {
    return fail(ErrorCode::Conflict,
                "another root is stored for the tree of " + std::to_string(size) + " entries");
  }
  return {};
}

std::vector<SignerKeyRow> signer_keys(Transaction& transaction, std::int64_t log_id) {
  std::vector<SignerKeyRow> keys;
  for (const Row row : transaction.run(queries::kSignerKeys, {log_id})) {
    auto key = ledger::NoteKey::parse(row.text("vkey"));
    if (!key) throw_bad_row("a signer key is no vkey");
    std::optional<std::uint64_t> last;
    if (!row.is_null("last_size")) last = size_in(row, "last_size");
    keys.push_back({.key = *std::move(key),
                    .first_size = size_in(row, "first_size"),
                    .last_size = last,
                    .state = state_of(kSignerKeyStates, row)});
  }
  return keys;
}

Result<void> add_signer_key(Transaction& transaction,
                            std::int64_t log_id,
                            const SignerKeyRow& key) {
  const Rows rows =
      transaction.run(queries::kAddSignerKey,
                      {key.key.text(), log_id, key.first_size, key.last_size, name_of(key.state)});
  if (rows.affected() == 0) return fail(ErrorCode::Conflict, "the signer key is known already");
  return {};
}

Result<void> set_signer_key_state(Transaction& transaction,
                                  const ledger::NoteKey& key,
                                  SignerKeyState state,
                                  std::optional<std::uint64_t> last_size) {
  const Rows rows =
      transaction.run(queries::kSetSignerKeyState, {key.text(), name_of(state), last_size});
  if (rows.affected() == 0) return fail(ErrorCode::NotFound, "there is no such signer key");
  return {};
}

OutboxFacts outbox_facts(Transaction& transaction, std::uint64_t at_most) {
  const Row row = transaction.run(queries::kOutboxFacts, {at_most}).only();
  return {.rows = size_in(row, "rows"),
          .oldest_age = std::chrono::milliseconds(row.optional_integer("oldest_ms").value_or(0))};
}

}  // namespace rightful::store::ledger_tables
