/// @file
/// Whether every person that a log names still has the key of their pseudonym, or was erased.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event_fields.hpp"

namespace rightful::store {

class BulkSession;

/// In steps, each inside a transaction of the caller. First all keys, then all persons of the log
/// below a size, then once more those without a key: an erasure that was committed meanwhile is in
/// the log by then.
///
/// Secrets  keys are unwrapped one by one; kept are hashes of pseudonyms, which are public.
class SubjectComparison {
 public:
  SubjectComparison(std::int64_t log_id,
                    ledger::Origin origin,
                    std::uint64_t size,
                    const crypto::ServerKeys& keys);

  /// @return true with the last step. Errors  DatabaseFailure.
  [[nodiscard]] bool step(BulkSession& session);

  /// How many persons have neither key nor `subject_key.destroyed`.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

 private:
  enum class Phase : std::uint8_t { Keys, Persons, Doubts };

  void read_keys(BulkSession& session);
  void read_persons(BulkSession& session);
  void settle_doubts(BulkSession& session);

  std::int64_t log_id_;
  ledger::Origin origin_;
  std::uint64_t size_;
  const crypto::ServerKeys& keys_;
  Phase phase_ = Phase::Keys;
  std::string last_;
  std::unordered_set<std::size_t> known_;
  std::vector<std::string> doubts_;
  std::uint64_t lost_ = 0;
};

}  // namespace rightful::store
