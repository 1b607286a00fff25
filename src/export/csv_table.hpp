/// @file
/// The records of one dataset as CSV, for spreadsheets. Made beside the open JSON entry, added when
/// that one is closed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/manifest.hpp"
#include "rightful/sources/record_sink.hpp"

namespace rightful::exporting {

/// Appends one field: quoted where RFC 4180 or a reader that trims asks for it; with an apostrophe
/// in front where a spreadsheet would take a text for a formula (`=`, `+`, `-`, `@`, tab, carriage
/// return or line feed, their full-width forms too). Numbers are left alone.
/// @param kind  what the value is; Null gives nothing, an empty text `""`.
void append_csv_field(std::string& out, sources::ValueKind kind, std::string_view text);

/// Format   docs/formats/package-content.md section 4; RFC 4180
/// Owns     a spool of the packed table. Threads  one. Cost  constant memory.
class CsvTable {
 public:
  CsvTable(const sources::DatasetHead& head, archive::SpoolSettings spool);

  /// Begins a record; its cells follow in the order of the columns.
  /// @param owners  as in the JSON file: other people are not named.
  void begin_record(std::span<const std::string_view> owners, std::string_view account);
  void cell(std::size_t column, const sources::Value& value);
  /// The file that the cell of this column names, in the record whose cells were given last.
  void object(std::size_t column, std::string_view entry_name);

  /// Ends the table and adds it as `data/<dataset>.csv`.
  void write(archive::InnerZipWriter& zip, archive::ManifestWriter& manifest);

 private:
  void end_record();

  sources::DatasetHead head_;
  archive::SpooledEntry entry_;
  std::vector<std::size_t> object_at_;  ///< of the record at hand, one a column
  bool has_record_ = false;
  std::string text_;
};

}  // namespace rightful::exporting
