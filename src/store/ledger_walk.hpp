/// @file
/// The nightly comparison: every entry of a log hashed again against the head, bodies against
/// hashes, the projection for queries against the bodies. What it finds, `log.checked` says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rightful/ledger/frontier.hpp"
#include "rightful/store/connection_settings.hpp"

#include "store/libpq_handles.hpp"

namespace rightful::store {

class BulkSession;

struct CheckOutcome {
  bool passed;
  std::uint64_t size;  ///< of the tree that was compared
  std::string cause;   ///< of the incident, a word of GuardCause
  std::string note;    ///< the first difference; indexes, no personal data
};

/// One walk over a log, from its beginning to the head that it had when the walk began. In steps,
/// each a transaction of its own, so that batches go on between them.
///
/// Cost  some thousand entries a step; of the log, only missing bodies and redactions are kept.
class LedgerCheck {
 public:
  explicit LedgerCheck(std::int64_t log_id) : log_id_(log_id) {}

  /// @return the outcome with the last step. Errors  DatabaseFailure: the step may be repeated.
  [[nodiscard]] std::optional<CheckOutcome> step(BulkSession& session,
                                                 const ConnectionSettings& settings);

 private:
  struct Target {
    std::uint64_t size;
    ledger::TreeHash root;
  };

  void read_target(BulkSession& session);
  void compare_entries(BulkSession& session);
  void compare_entry(const PGresult* rows, int row);
  void compare_body(std::uint64_t index, const PGresult* rows, int row);
  void compare_end(BulkSession& session);
  void differ(std::string_view cause, std::string note);

  std::int64_t log_id_;
  std::optional<Target> target_;
  std::uint64_t next_ = 0;
  ledger::Frontier frontier_;
  std::map<std::uint64_t, ledger::TreeHash> without_body_;
  std::map<std::uint64_t, std::string> redacted_;  // index: leaf hash in hex
  std::optional<CheckOutcome> difference_;
};

}  // namespace rightful::store
