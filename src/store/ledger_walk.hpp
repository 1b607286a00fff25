/// @file
/// The comparison of check_log() in steps: the sequencer goes on between them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/ledger_check.hpp"

#include "store/libpq_handles.hpp"
#include "store/subject_comparison.hpp"

namespace rightful::store {

class BulkSession;

/// One walk over a log, from its beginning to the head that it had when the walk began. In steps,
/// each a transaction of its own, so that batches go on between them.
///
/// Cost  some thousand entries a step; of the log, only missing bodies and redactions are kept.
class LedgerWalk {
 public:
  static constexpr std::uint64_t kStepEntries = 4096;

  /// @param step_entries  at least 1.
  LedgerWalk(std::int64_t log_id,
             const crypto::ServerKeys& keys,
             std::uint64_t step_entries = kStepEntries)
      : log_id_(log_id), keys_(keys), step_entries_(step_entries) {}

  /// @return the outcome with the last step. Errors  DatabaseFailure: the step may be repeated.
  [[nodiscard]] std::optional<CheckOutcome> step(BulkSession& session,
                                                 const ConnectionSettings& settings);

 private:
  struct Target {
    ledger::Origin origin;
    std::uint64_t size = 0;
    ledger::TreeHash root;
    bool is_live = false;
  };

  [[nodiscard]] bool compare_some(BulkSession& session);
  void read_target(BulkSession& session);
  /// What read_target() read.
  [[nodiscard]] const Target& target() const;
  void compare_entries(BulkSession& session);
  void compare_entry(const PGresult* rows, int row);
  void compare_body(std::uint64_t index, const PGresult* rows, int row);
  void compare_end(BulkSession& session);
  void compare_missing(BulkSession& session);
  void read_later_redactions(BulkSession& session);
  void note_redaction(const ledger::Leaf& leaf);
  [[nodiscard]] std::optional<std::uint64_t> first_unexplained() const;
  [[nodiscard]] bool compare_subjects(BulkSession& session, SubjectComparison& subjects);
  void differ(std::string_view cause, std::string note);
  [[nodiscard]] bool hash_differs() const;

  std::int64_t log_id_;
  const crypto::ServerKeys& keys_;
  std::uint64_t step_entries_;
  std::optional<Target> target_;
  std::uint64_t next_ = 0;
  ledger::Frontier frontier_;
  std::map<std::uint64_t, ledger::TreeHash> without_body_;
  std::map<std::uint64_t, std::string> redacted_;  // index: leaf hash in hex
  std::optional<SubjectComparison> subjects_;
  std::optional<CheckOutcome> difference_;
};

}  // namespace rightful::store
