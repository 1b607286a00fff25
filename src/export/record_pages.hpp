/// @file
/// The readable pages of one dataset: made while its records stream, kept aside, added when its
/// data entry is closed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/manifest.hpp"
#include "rightful/archive/sealed_spool.hpp"
#include "rightful/sources/record_sink.hpp"

#include "export/dataset_summary.hpp"
#include "export/find_page.hpp"
#include "export/phrases.hpp"
#include "export/value_html.hpp"

namespace rightful::exporting {

/// Few columns make tables, many make one definition list a record.
///
/// Owns     a spool of the records' HTML; everything passed in must outlive it. Threads  one.
/// Cost     constant memory but for some hundred bytes a page.
class RecordPages {
 public:
  static constexpr std::uint64_t kRecordsPerPage = 500;
  /// A page of long texts ends sooner.
  static constexpr std::uint64_t kPageBytes = 1U << 20U;
  static constexpr std::size_t kMaxTableColumns = 6;
  /// Up to here all records stand on one further page, which the browser's own search covers.
  static constexpr std::uint64_t kMaxRecordsOfAll = 20'000;
  static constexpr std::uint64_t kMaxBytesOfAll = 16U << 20U;

  RecordPages(const Phrases& phrases,
              const sources::DatasetHead& head,
              archive::SpoolSettings spool);

  /// Begins a record; its cells follow in the order of the columns.
  void begin_record(std::uint64_t number);
  void cell(std::size_t column, const sources::Value& value);
  /// What the cell of this column names, in the record whose cells were given last.
  void object(std::size_t column, const PageObject& object);

  /// Writes all pages. @param dataset  counted to its end. @return how many entries: at least 1.
  std::uint64_t write(const DatasetSummary& dataset,
                      archive::InnerZipWriter& zip,
                      archive::ManifestWriter& manifest);

 private:
  struct Column {
    std::string before_plain;  ///< what begins a cell whose text runs as the page does
    std::string before_wide;   ///< what begins one whose text decides its direction
    std::string title;
    std::size_t object_at = 0;  ///< where an object of the record at hand would stand
  };

  [[nodiscard]] bool is_table() const noexcept { return columns_.size() <= kMaxTableColumns; }

  void end_record();
  void end_page();
  void note_key(std::size_t column, const sources::Value& value);
  [[nodiscard]] bool has_one_page_for_all() const;
  void append_page(std::string& out, const DatasetSummary& dataset, std::size_t index) const;
  void append_links(std::string& out, std::size_t index) const;
  void append_records_begin(std::string& out, std::string_view caption) const;
  void append_records_end(std::string& out) const;
  void write_page(const DatasetSummary& dataset,
                  std::size_t index,
                  archive::SpoolReader& records,
                  archive::InnerZipWriter& zip) const;
  void write_all(archive::InnerZipWriter& zip) const;
  void copy_records(archive::SpoolReader& records,
                    std::uint64_t size,
                    archive::InnerZipWriter& zip) const;

  const Phrases& phrases_;
  sources::DatasetHead head_;
  archive::SealedSpool spool_;
  std::vector<Column> columns_;
  std::string record_begin_;
  std::string record_middle_;
  std::string_view record_end_;
  std::size_t key_column_;

  std::vector<PageFacts> pages_;  ///< complete ones
  PageFacts page_;                ///< the open one
  bool has_record_ = false;
  std::uint64_t record_number_ = 0;
  std::string html_;  ///< of the open page, not yet spooled
};

}  // namespace rightful::exporting
