/// @file
/// The supervisor's side of one export: checks what the child says, writes it down under the lease,
/// signs for it, and releases its package.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/export/package_store.hpp"
#include "rightful/export/release_gate.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/queue/job_handler.hpp"

#include "export/child_protocol.hpp"
#include "export/upload_files.hpp"

namespace rightful::store {
class Pool;
class Transaction;
struct Package;
}  // namespace rightful::store

namespace rightful::exporting {

/// What an attempt works with; all outlive it.
struct AttemptParts {
  store::Pool& pool;
  PackageStore& packages;
  const crypto::ServerKeys& keys;
  Clock& clock;
  Random& random;
  ReleaseGate& gate;
  std::chrono::days package_lifetime;
  /// Shared, because these parts are copied: the files go with the last copy.
  std::shared_ptr<const UploadFiles> uploads = {};
};

class ExportAttempt final : public queue::JobAttempt {
 public:
  /// @param datasets  names of the frozen catalog, in its order.
  ExportAttempt(const AttemptParts& parts,
                store::ClaimedJob job,
                ChildInput input,
                std::vector<std::string> datasets);

  [[nodiscard]] std::string child_input() override { return encode(input_); }

  [[nodiscard]] std::optional<std::string> on_frame(std::string_view text) override;

  [[nodiscard]] std::optional<queue::JobFailure> named_failure() const override { return failure_; }

  [[nodiscard]] bool has_result() const override { return result_.has_value(); }

  [[nodiscard]] std::string_view stage() const override { return stage_; }

  [[nodiscard]] store::JobProgress progress() const override { return progress_; }

  /// Errors  LeaseLost, or what the gate says; then `package.release_refused` is written, and the
  /// object is gone with its own leaf.
  [[nodiscard]] queue::ReleaseEnd release(const store::AttemptEnd& end,
                                          const std::stop_token& stop) override;

 private:
  using Answer = std::optional<std::string>;

  Answer on(const StageMessage& message);
  Answer on(const ProgressMessage& message);
  Answer on(const DatasetMessage& message);
  Answer on(const SignMessage& message);
  Answer on(const ResultMessage& message);
  Answer on(const FailureMessage& message);

  void enter_stage(std::string_view stage);
  void enter_verifying();
  void record_datasets();
  void record_dataset(store::Transaction& transaction, std::size_t index);
  /// Only once has_result().
  [[nodiscard]] const ResultMessage& result() const;
  [[nodiscard]] std::optional<store::CommittedLeaves> record_verified();
  [[nodiscard]] store::Package package_at(Instant now) const;
  void insert_released(const store::AttemptEnd& end, std::uint64_t at_size);
  void refuse_release(ledger::Code<ledger::CodeList::ReleaseWhy> why);
  [[nodiscard]] ledger::Code<ledger::CodeList::ReleaseWhy> why_not_ours();
  void destroy_sealed(ledger::Code<ledger::CodeList::RemovalWhy> why);
  void check_stored(const ResultMessage& message);
  void check_envelope(const ResultMessage& message);
  [[nodiscard]] std::size_t index_of(std::string_view dataset) const;
  template <class Fields>
  [[nodiscard]] ledger::Event event(const Fields& fields,
                                    ledger::Outcome outcome = ledger::Outcome::Ok) const;

  AttemptParts parts_;
  store::ClaimedJob job_;
  ledger::RequestRef request_ref_;
  ledger::PackageRef package_ref_;
  ChildInput input_;
  std::vector<std::string> datasets_;
  std::vector<std::optional<DatasetMessage>> facts_;
  std::string stage_ = "starting";
  store::JobProgress progress_;
  std::optional<crypto::Sha256Digest> signed_manifest_;
  std::optional<crypto::Sha256Digest> signed_envelope_;
  std::optional<ResultMessage> result_;
  std::optional<queue::JobFailure> failure_;
};

}  // namespace rightful::exporting
