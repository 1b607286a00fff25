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

#include "export/phrases.hpp"

namespace rightful::exporting {

/// `pages/<dataset>-0001.html`. @param number  from 1.
[[nodiscard]] std::string page_name(std::string_view dataset, std::uint64_t number);

/// What stands where a record names an object.
struct PageObject {
  std::string entry_name;  ///< in the package; empty = the object is missing
};

/// Appends one value as HTML: text escaped, codes explained, nothing removed. No object.
void append_html_value(std::string& out,
                       const Phrases& phrases,
                       const catalog::Field& field,
                       const sources::Value& value);
/// Appends player, picture or link.
void append_html_object(std::string& out, const Phrases& phrases, const PageObject& object);

/// Few columns make tables, many make one definition list a record.
///
/// Owns     a spool; everything passed in must outlive it. Threads  one.
/// Cost     constant memory but for eight bytes a page.
class RecordPages {
 public:
  static constexpr std::uint64_t kRecordsPerPage = 500;
  static constexpr std::size_t kMaxTableColumns = 6;

  RecordPages(const Phrases& phrases,
              const sources::DatasetHead& head,
              archive::SpoolSettings spool);

  /// Begins a record; its cells follow in the order of the columns.
  void begin_record(std::uint64_t number);
  /// @param html  what append_html_value or append_html_object made.
  void cell(const catalog::Field& field, std::string_view html);
  void end_record();

  /// Ends the last page and writes all of them. @return how many there are: at least 1.
  std::uint64_t write(archive::InnerZipWriter& zip, archive::ManifestWriter& manifest);

 private:
  void begin_page();
  void end_page();
  void append_table_head();
  void append_page_links();
  void flush();

  [[nodiscard]] bool is_table() const noexcept { return head_.columns.size() <= kMaxTableColumns; }

  const Phrases& phrases_;
  sources::DatasetHead head_;
  archive::SealedSpool spool_;
  std::uint64_t pages_in_all_;
  std::vector<std::uint64_t> page_sizes_;
  std::string page_;             ///< of the open page, not yet spooled
  std::uint64_t page_size_ = 0;  ///< of the open page, spooled part
  std::uint64_t on_page_ = 0;
  bool is_page_open_ = false;
};

}  // namespace rightful::exporting
