#include "rightful/lifecycle/ledger_audit.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/tlog_proof.hpp"
#include "rightful/store/pseudonyms.hpp"

namespace rightful::lifecycle {
namespace {

namespace tables = store::ledger_tables;

using AuditedBy = ledger::Code<ledger::CodeList::AuditedBy>;

constexpr std::uint64_t kOutboxCountedTo = 100'000;

std::unexpected<Refusal> nothing_here() {
  return refuse(RefusalKind::NotFound, "there is no such log, or no such file of it");
}

std::unexpected<Refusal> bad_field(std::string field, std::string detail) {
  Refusal refusal{.kind = RefusalKind::InvalidField, .detail = std::move(detail)};
  refusal.field = std::move(field);
  return std::unexpected(std::move(refusal));
}

[[noreturn]] void damaged(const std::string& what) {
  throw Failure(Retry::Never, "ledger_damaged", what);
}

/// What the source answers when the answer is not a client's matter.
[[noreturn]] void throw_unreadable(const Error& error) {
  if (error.code == ErrorCode::NotFound) {
    throw Failure(Retry::Later, "ledger_not_published", "a published file is missing");
  }
  damaged("a published file cannot be read");
}

Answer<Bytes> read_or_nothing(ledger::LogDirectory& directory, const ledger::LogPath& path) {
  auto bytes = directory.read(path);
  if (bytes) return *std::move(bytes);
  if (bytes.error().code == ErrorCode::NotFound) return nothing_here();
  damaged("a published file cannot be read");
}

/// The size that the published checkpoint names; its signatures are the reader's matter.
std::uint64_t published_size(ByteView note) {
  const auto parsed = ledger::parse_note(note);
  if (!parsed) damaged("the published checkpoint is no note");
  const auto checkpoint = ledger::parse_checkpoint(parsed->text);
  if (!checkpoint) damaged("the published checkpoint is none");
  return checkpoint->head.size;
}

/// Does a tree of `size` leaves have this file? A tile of level L has a hash for 256^L leaves.
bool is_covered(const ledger::LogPath& path, std::uint64_t size) {
  if (path.kind() == ledger::LogFileKind::Checkpoint) return true;
  if (path.kind() == ledger::LogFileKind::SavedCheckpoint) return path.index() <= size;
  const std::uint64_t hashes = size >> (8U * path.level());
  return path.index() <= (hashes >> 8U) &&
         path.index() * ledger::kTileWidth + path.width() <= hashes;
}

AuditedBy asked_by(const ledger::EntryFilter& filter) {
  if (filter.subj) return "subject";
  if (filter.req) return "request";
  if (filter.actor) return "actor";
  if (filter.act) return "act";
  if (filter.since || filter.until) return "time";
  return filter.from > 0 || filter.to ? AuditedBy("index") : AuditedBy("all");
}

void record_query(store::Transaction& transaction,
                  const StaffMember& reader,
                  AuditedBy by,
                  std::uint64_t rows,
                  std::uint64_t size) {
  transaction.record(ledger::Event(
      ledger::Staff{reader.ref},
      ledger::events::AuditQueried{.by = by, .rows = ledger::RowsBucket::of(rows), .size = size}));
  transaction.commit();
}

/// The range of a query, cut to the size that it is answered at.
Answer<ledger::EntryFilter> cut(const EntryQuery& query, std::uint64_t size) {
  ledger::EntryFilter filter = query.filter;
  if (filter.from > size) return bad_field("from", "beyond the signed size");
  if (filter.to && *filter.to > size) return bad_field("to", "beyond the signed size");
  if (filter.to && *filter.to < filter.from) return bad_field("to", "before `from`");
  filter.to = filter.to.value_or(size);
  if (query.cursor) {
    if (query.cursor->index < filter.from || query.cursor->index > *filter.to) {
      return bad_field("cursor", "outside the range");
    }
    filter.from = query.cursor->index;
  }
  return filter;
}

}  // namespace

LedgerAudit::LedgerAudit(store::Pool& pool,
                         const crypto::ServerKeys& keys,
                         const Clock& clock,
                         std::filesystem::path directory)
    : pool_(pool), keys_(keys), clock_(clock), directory_(std::move(directory)) {}

namespace {

std::optional<ledger::LogDirectory> open_folder(const std::filesystem::path& directory,
                                                std::string_view log) {
  if (!ledger::is_log_name(log)) return std::nullopt;
  auto opened = ledger::LogDirectory::open(directory / std::string(log));
  if (opened) return *std::move(opened);
  if (opened.error().code == ErrorCode::NotFound) return std::nullopt;
  throw Failure(Retry::Later, "ledger_not_published", "the log's folder cannot be opened");
}

/// The folder of a log that the database has.
ledger::LogDirectory demand_folder(const std::filesystem::path& directory, std::string_view log) {
  auto folder = open_folder(directory, log);
  if (!folder) {
    throw Failure(Retry::Later, "ledger_not_published", "the log's folder does not exist here");
  }
  return *std::move(folder);
}

}  // namespace

Answer<Bytes> LedgerAudit::public_file(std::string_view log, const ledger::LogPath& path) const {
  RIGHTFUL_CHECK(path.kind() != ledger::LogFileKind::EntryBundle);
  auto folder = open_folder(directory_, log);
  if (!folder) return nothing_here();
  RIGHTFUL_TRY(Bytes checkpoint, read_or_nothing(*folder, ledger::LogPath::checkpoint()));
  if (path.kind() == ledger::LogFileKind::Checkpoint) return checkpoint;
  if (!is_covered(path, published_size(checkpoint))) return nothing_here();
  return read_or_nothing(*folder, path);
}

Answer<Bytes> LedgerAudit::entry_bundle(const StaffMember& reader,
                                        std::string_view log,
                                        const ledger::LogPath& path) {
  RIGHTFUL_CHECK(path.kind() == ledger::LogFileKind::EntryBundle);
  auto folder = open_folder(directory_, log);
  if (!folder) return nothing_here();
  RIGHTFUL_TRY(const Bytes checkpoint, read_or_nothing(*folder, ledger::LogPath::checkpoint()));
  const std::uint64_t size = published_size(checkpoint);
  if (!is_covered(path, size)) return nothing_here();
  RIGHTFUL_TRY(Bytes bundle, read_or_nothing(*folder, path));
  const std::uint64_t from = path.index() * ledger::kTileWidth;
  record_read(reader, log, from, from + path.width(), size);
  return bundle;
}

void LedgerAudit::record_read(const StaffMember& reader,
                              std::string_view log,
                              std::uint64_t from,
                              std::uint64_t to,
                              std::uint64_t size) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(clock_.now());
  const std::pair key(reader.ref.text(), std::string(log));
  {
    const std::scoped_lock lock(mutex_);
    const auto found = granted_.find(key);
    if (found != granted_.end() && found->second.minute == minute && from >= found->second.from &&
        to <= found->second.to) {
      return;
    }
  }
  store::Transaction transaction = pool_.begin();
  transaction.record(ledger::Event(ledger::Staff{reader.ref},
                                   ledger::events::AuditRead{.from = from, .to = size}));
  transaction.commit();
  const std::scoped_lock lock(mutex_);
  granted_.insert_or_assign(key, Granted{.minute = minute, .from = from, .to = size});
}

Answer<tables::LogRow> LedgerAudit::find(store::Transaction& transaction,
                                         std::string_view log) const {
  for (tables::LogRow& row : tables::list_logs(transaction)) {
    if (tables::short_name(row.origin) == log) return std::move(row);
  }
  return nothing_here();
}

Answer<EntryPage> LedgerAudit::entries(const StaffMember& reader,
                                       std::string_view log,
                                       const EntryQuery& query) {
  RIGHTFUL_CHECK(query.limit > 0 && query.limit <= kMaxEntriesAPage);
  store::Transaction transaction = pool_.begin();
  RIGHTFUL_TRY(const tables::LogRow row, find(transaction, log));
  const auto newest = tables::newest_checkpoint(transaction, row.log_id);
  const std::uint64_t signed_size = newest ? newest->size : 0;
  const std::uint64_t size = query.cursor ? query.cursor->size : signed_size;
  if (size > signed_size) return bad_field("cursor", "beyond the signed size");
  RIGHTFUL_TRY(const ledger::EntryFilter filter, cut(query, size));

  EntryPage page{.size = size, .entries = {}, .next = std::nullopt};
  page.entries = store::ledger_entries::select(transaction, row.log_id, filter, query.limit);
  if (page.entries.size() == query.limit &&
      page.entries.back().index + 1 < filter.to.value_or(size)) {
    page.next = EntryCursor{.size = size, .index = page.entries.back().index + 1};
  }
  record_query(transaction, reader, asked_by(query.filter), page.entries.size(), size);
  return page;
}

Answer<std::string> LedgerAudit::inclusion_proof(const StaffMember& reader,
                                                 std::string_view log,
                                                 std::uint64_t index,
                                                 std::optional<std::uint64_t> size) {
  std::optional<tables::CheckpointRow> head;
  {
    store::Transaction transaction = pool_.begin();
    RIGHTFUL_TRY(const tables::LogRow row, find(transaction, log));
    head = size ? tables::find_checkpoint(transaction, row.log_id, *size)
                : tables::newest_checkpoint(transaction, row.log_id);
    if (!head) return bad_field("size", "no checkpoint was signed at this size");
    if (index >= head->size) return bad_field("index", "beyond the size");
    record_query(transaction, reader, "index", 1, head->size);
  }
  auto folder = demand_folder(directory_, log);
  ledger::TileHashes tiles(folder, head->size);
  auto hashes = ledger::make_inclusion_proof(tiles, index, head->size);
  if (!hashes) throw_unreadable(hashes.error());
  return ledger::format_tlog_proof(
      {.index = index, .hashes = *std::move(hashes), .note = head->note});
}

Answer<ConsistencyProof> LedgerAudit::consistency_proof(const StaffMember& reader,
                                                        std::string_view log,
                                                        std::uint64_t from,
                                                        std::optional<std::uint64_t> to) {
  ConsistencyProof proof{.from = from, .to = 0, .hashes = {}};
  std::uint64_t signed_size = 0;
  {
    store::Transaction transaction = pool_.begin();
    RIGHTFUL_TRY(const tables::LogRow row, find(transaction, log));
    if (const auto newest = tables::newest_checkpoint(transaction, row.log_id)) {
      signed_size = newest->size;
    }
    proof.to = to.value_or(signed_size);
    if (proof.to > signed_size) return bad_field("to", "beyond the signed size");
    if (from == 0 || from > proof.to) return bad_field("from", "1 to `to`");
    record_query(transaction, reader, "index", 0, proof.to);
  }
  auto folder = demand_folder(directory_, log);
  ledger::TileHashes tiles(folder, signed_size);
  auto hashes = ledger::make_consistency_proof(tiles, from, proof.to);
  if (!hashes) throw_unreadable(hashes.error());
  proof.hashes = *std::move(hashes);
  return proof;
}

Answer<ledger::Pseudonym> LedgerAudit::pseudonym(const StaffMember& officer,
                                                 std::string_view log,
                                                 const AccountId& account,
                                                 ResolveWhy why) {
  store::Transaction transaction = pool_.begin();
  RIGHTFUL_TRY(const tables::LogRow row, find(transaction, log));
  auto pseudonym = store::find_pseudonym(transaction, account, row.origin, keys_);
  // A leaf about a person makes them a key; nobody gets one by having been asked for.
  if (pseudonym) {
    transaction.record(ledger::Event(
        ledger::Staff{officer.ref}, account, ledger::events::AuditResolved{.why = why}));
  } else {
    transaction.record(ledger::Event(
        ledger::Staff{officer.ref},
        ledger::events::StaffSearched{.by = "account", .rows = ledger::RowsBucket::of(0)}));
  }
  transaction.commit();
  if (!pseudonym) {
    return refuse(RefusalKind::NotFound, "the ledger knows nobody under this account");
  }
  return *std::move(pseudonym);
}

Answer<LedgerHealth> LedgerAudit::health(std::string_view log) {
  store::Transaction transaction = pool_.begin();
  RIGHTFUL_TRY(const tables::LogRow row, find(transaction, log));
  const auto head = tables::find_head(transaction, row.log_id);
  const auto newest = tables::newest_checkpoint(transaction, row.log_id);
  LedgerHealth health{.origin = row.origin.text(),
                      .state = row.state,
                      .head_size = head ? head->size() : 0,
                      .signed_size = newest ? newest->size : 0,
                      .signed_at = std::nullopt,
                      .outbox = tables::outbox_facts(transaction, kOutboxCountedTo)};
  if (newest) health.signed_at = newest->signed_at;
  return health;
}

}  // namespace rightful::lifecycle
