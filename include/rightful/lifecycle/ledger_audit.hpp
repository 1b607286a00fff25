/// @file
/// The ledger as its readers see it: published files, entries, proofs, pseudonyms, health. Every
/// reading of entries is a leaf itself, committed before anything is given. Verifies nothing: that
/// is the reader's part, offline.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/evidence.hpp"
#include "rightful/ledger/log_path.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/lifecycle/refusal.hpp"
#include "rightful/lifecycle/staff.hpp"
#include "rightful/store/ledger_entries.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::lifecycle {

inline constexpr std::size_t kMaxEntriesAPage = 1000;

/// Where a walk through the pages goes on. The size stays that of the first page, so that nothing
/// shifts while the log grows.
struct EntryCursor {
  std::uint64_t size;
  std::uint64_t index;
};

struct EntryQuery {
  ledger::EntryFilter filter{};
  std::optional<EntryCursor> cursor{};
  std::size_t limit = kMaxEntriesAPage;  ///< 1 … kMaxEntriesAPage
};

struct EntryPage {
  std::uint64_t size;  ///< of the tree that was looked at
  std::vector<store::ledger_entries::EntryRow> entries;
  std::optional<EntryCursor> next;  ///< empty at the end
};

struct ConsistencyProof {
  std::uint64_t from;
  std::uint64_t to;
  ledger::Proof hashes;
};

struct LedgerHealth {
  std::string origin;
  store::ledger_tables::LogState state;
  std::uint64_t head_size;
  std::uint64_t signed_size;
  std::optional<Instant> signed_at;
  store::ledger_tables::OutboxFacts outbox;
};

using ResolveWhy = ledger::Code<ledger::CodeList::ResolveWhy>;

/// Shows nothing beyond the newest signed checkpoint.
///
/// Law      GDPR Art. 5(2): the controller can demonstrate what happened.
/// Owns     nothing: everything given must outlive it.
/// Threads  any.
/// Errors   Failure when the database or the disk does not answer, or a published file is damaged.
/// Secrets  answers hold pseudonyms, never an account.
class LedgerAudit {
 public:
  /// @param directory  setting `ledger.dir`: one folder a log.
  LedgerAudit(store::Pool& pool,
              const crypto::ServerKeys& keys,
              const Clock& clock,
              std::filesystem::path directory);

  /// `checkpoint`, `checkpoints/<size>` or a hash tile, byte for byte, for anybody.
  /// @return NotFound: no such log or file, or one that no checkpoint covers yet.
  [[nodiscard]] Answer<Bytes> public_file(std::string_view log, const ledger::LogPath& path) const;
  /// A bundle of entries, byte for byte. `audit.read` is committed first: one a minute, reader and
  /// log, which names the range from the first entry read to the signed size; one more when the
  /// reader goes back before it.
  /// @param path  of an entry bundle (checked, RIGHTFUL_CHECK). @return as public_file.
  [[nodiscard]] Answer<Bytes> entry_bundle(const StaffMember& reader,
                                           std::string_view log,
                                           const ledger::LogPath& path);
  /// @return NotFound; InvalidField `cursor`, `from`, `to` beyond the signed size or out of order.
  [[nodiscard]] Answer<EntryPage> entries(const StaffMember& reader,
                                          std::string_view log,
                                          const EntryQuery& query);
  /// C2SP tlog-proof under the checkpoint of `size`. @param size  one that was signed; empty = the
  /// newest. @return NotFound; InvalidField `index`, `size`.
  [[nodiscard]] Answer<std::string> inclusion_proof(const StaffMember& reader,
                                                    std::string_view log,
                                                    std::uint64_t index,
                                                    std::optional<std::uint64_t> size);
  /// @param to  empty = the newest signed size. @return NotFound; InvalidField `from`, `to`.
  [[nodiscard]] Answer<ConsistencyProof> consistency_proof(const StaffMember& reader,
                                                           std::string_view log,
                                                           std::uint64_t from,
                                                           std::optional<std::uint64_t> to);
  /// @return NotFound when the ledger knows nobody under this account, or no longer.
  [[nodiscard]] Answer<ledger::Pseudonym> pseudonym(const StaffMember& officer,
                                                    std::string_view log,
                                                    const AccountId& account,
                                                    ResolveWhy why);
  [[nodiscard]] Answer<LedgerHealth> health(std::string_view log);

 private:
  /// What a reader was given in this minute.
  struct Granted {
    std::chrono::sys_time<std::chrono::minutes> minute;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
  };

  [[nodiscard]] Answer<store::ledger_tables::LogRow> find(store::Transaction& transaction,
                                                          std::string_view log) const;
  void record_read(const StaffMember& reader,
                   std::string_view log,
                   std::uint64_t from,
                   std::uint64_t to,
                   std::uint64_t size);

  store::Pool& pool_;
  const crypto::ServerKeys& keys_;
  const Clock& clock_;
  const std::filesystem::path directory_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Granted> granted_;  // by pseudonym and log
};

}  // namespace rightful::lifecycle
