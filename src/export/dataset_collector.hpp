/// @file
/// One dataset on its way into the package: each record becomes JSON and HTML while it passes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/manifest.hpp"
#include "rightful/core/account_scope.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/record_sink.hpp"

#include "export/media_list.hpp"
#include "export/phrases.hpp"
#include "export/record_pages.hpp"

namespace rightful::exporting {

/// What became of one dataset; kept to the end for index, manifest and ledger.
struct DatasetSummary {
  const catalog::Dataset* dataset = nullptr;
  std::vector<sources::ColumnHead> columns;
  std::uint64_t rows = 0;
  std::uint64_t objects = 0;
  std::uint64_t missing_objects = 0;
  std::uint64_t bytes = 0;  ///< of data and media, uncompressed
  std::uint64_t pages = 0;
  std::map<std::string, std::uint64_t> redacted;
  std::map<std::string, std::uint64_t> pseudonymised;
};

/// Where a collector writes; all outlive it.
struct CollectorParts {
  const AccountScope& scope;
  const catalog::Catalog& catalog;
  const Phrases& phrases;
  sources::AccountReader& reader;
  archive::InnerZipWriter& zip;
  archive::ManifestWriter& manifest;
  MediaList& media;
  archive::SpoolSettings spool;
  std::function<void(const DatasetSummary&)> on_progress;  ///< now and then
};

/// Made for one dataset. Threads  one. Errors  ExportStopped; Failure of the target.
class DatasetCollector final : public sources::RecordSink {
 public:
  explicit DatasetCollector(const CollectorParts& parts) : parts_(parts) {}

  void begin_dataset(const sources::DatasetHead& head) override;
  void on_record(const sources::Record& record) override;
  void on_object(const sources::ObjectReference& object) override;

  /// Closes the data entry, writes schema and pages. @param facts  what the reader counted.
  [[nodiscard]] DatasetSummary finish(const sources::DatasetFacts& facts);

 private:
  /// A value that names an object: JSON and HTML wait for what becomes of it.
  struct Slot {
    const catalog::Field* field;
    std::string value;
    std::optional<PageObject> object;
  };

  void write_record();
  void append_slot(const Slot& slot);
  void flush_json();

  const CollectorParts& parts_;
  DatasetSummary summary_;
  std::size_t dataset_index_ = 0;
  std::unique_ptr<RecordPages> pages_;

  // The record at hand: finished pieces and slots take turns, so that an object can be filled in
  // afterwards.
  struct Piece {
    std::string json;
    std::string html;
    const catalog::Field* field = nullptr;
    std::optional<Slot> slot;
  };

  bool has_record_ = false;
  std::uint64_t record_number_ = 0;
  std::string owner_;
  std::vector<Piece> cells_;

  std::string json_;  ///< on its way to the entry
};

}  // namespace rightful::exporting
