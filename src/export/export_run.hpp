/// @file
/// From checked input to verified package: the order of an export, step by step. Not the process
/// around it (export_child.cpp).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/archive/package_writer.hpp"
#include "rightful/archive/verify_package.hpp"
#include "rightful/catalog/catalog.hpp"
#include "rightful/core/account_scope.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/export/package_store.hpp"
#include "rightful/sources/account_reader.hpp"

#include "export/child_protocol.hpp"
#include "export/dataset_collector.hpp"
#include "export/media_list.hpp"
#include "export/summary_pages.hpp"

namespace rightful::exporting {

/// The supervisor, as the export sees it.
class Supervision {
 public:
  virtual ~Supervision() = default;

  virtual void tell(const ChildMessage& message) = 0;
  /// Errors  ExportStopped("supervisor_gone") when no signature comes.
  [[nodiscard]] virtual crypto::Signature sign(crypto::ServiceLabel label,
                                               const crypto::Sha256Digest& digest) = 0;
};

/// What an export works with; all outlive it.
struct RunParts {
  const ChildInput& input;
  const catalog::Catalog& catalog;
  const AccountScope& scope;
  PackageStore& packages;
  Supervision& supervision;
  Clock& clock;
  Random& random;
  /// Called when everything that needs a path is open, before the first row is read.
  std::function<void()> confine;
};

/// Threads  one; the archive layer encrypts on one of its own.
/// Errors   ExportStopped and Failure: then the store holds nothing of this export, unless the
/// process dies. Secrets  the passphrase is wiped before run() returns.
class ExportRun {
 public:
  explicit ExportRun(const RunParts& parts);
  ~ExportRun();
  ExportRun(const ExportRun&) = delete;
  ExportRun& operator=(const ExportRun&) = delete;

  [[nodiscard]] ResultMessage run();

 private:
  struct Sealed;

  /// Until run() wipes it.
  [[nodiscard]] crypto::SealedPayload& payload();
  void collect();
  void collect_dataset(const catalog::Dataset& dataset);
  void write_media();
  void write_object(const ListedObject& listed, DatasetSummary& summary);
  void write_summaries();
  void add_entry(const std::string& name, std::string_view content);
  [[nodiscard]] crypto::Sha256Digest write_manifest();
  [[nodiscard]] std::vector<archive::DatasetCoverage> coverage() const;
  [[nodiscard]] std::string seal(const archive::ContentFacts& content);
  [[nodiscard]] ResultMessage verify(const archive::ContentFacts& content,
                                     const crypto::Sha256Digest& manifest_digest,
                                     const std::string& envelope,
                                     std::uint64_t size);
  void report_progress(const DatasetSummary* current);
  void report_datasets();

  const RunParts& parts_;
  archive::SpoolSettings spool_;
  sources::AccountReader reader_;
  std::unique_ptr<PackageUpload> upload_;
  std::optional<crypto::SealedPayload> payload_;  ///< holds the passphrase
  std::unique_ptr<archive::PackageWriter> writer_;
  std::unique_ptr<archive::ManifestWriter> manifest_;
  MediaList media_;
  std::vector<std::byte> copy_buffer_;
  Phrases phrases_;
  PackageSummary summary_;
  std::chrono::steady_clock::time_point reported_at_;
  store::JobProgress progress_;
};

}  // namespace rightful::exporting
