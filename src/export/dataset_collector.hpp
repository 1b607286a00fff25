/// @file
/// One dataset on its way into the package: each record becomes JSON, HTML and, where the catalog
/// asks for it, CSV while it passes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/manifest.hpp"
#include "rightful/core/account_scope.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/record_sink.hpp"

#include "export/csv_table.hpp"
#include "export/dataset_summary.hpp"
#include "export/media_list.hpp"
#include "export/page_lane.hpp"
#include "export/phrases.hpp"
#include "export/record_pages.hpp"

namespace rightful::exporting {

/// sources::AccountReader::open_object, or what stands for it.
using OpenObject = std::function<sources::SourceResult<std::unique_ptr<sources::ObjectStream>>(
    const sources::ObjectReference&)>;

/// Where a collector writes; all outlive it.
struct CollectorParts {
  const AccountId& account;
  const catalog::Catalog& catalog;
  const Phrases& phrases;
  OpenObject open_object;
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

  /// Closes the data entry, writes table, schema and pages. @param facts  what the reader counted.
  [[nodiscard]] DatasetSummary finish(const sources::DatasetFacts& facts);

 private:
  void append_json(std::size_t column, const sources::Value& value);
  void place_object(std::size_t column, const PageObject& object);
  void end_record();
  void flush_json();
  void write_schema();

  const CollectorParts& parts_;
  DatasetSummary summary_;
  std::size_t dataset_index_ = 0;
  std::unique_ptr<RecordPages> pages_;
  std::unique_ptr<PageLane> lane_;  ///< the way into the pages until finish()
  std::optional<CsvTable> csv_;

  std::vector<std::string> members_;    ///< `,"name":` of each column
  std::vector<std::size_t> object_at_;  ///< of the record at hand: the `null` that a file replaces
  bool has_record_ = false;
  std::string json_;  ///< on its way to the entry
};

}  // namespace rightful::exporting
