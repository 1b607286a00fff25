/// @file
/// One table as a file in COPY's text format, as `\copy` of psql reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

namespace rightful::app {

/// Format   PostgreSQL 15, "COPY", text format: tab between columns, `\N` for NULL, backslash
/// escapes. Errors   Failure from finish() when anything could not be written.
class CopyTable {
 public:
  explicit CopyTable(const std::filesystem::path& path);

  /// The next column of the current row. @param value  UTF-8 without NUL.
  CopyTable& text(std::string_view value);
  CopyTable& null();
  CopyTable& text_or_null(const std::optional<std::string_view>& value);
  CopyTable& integer(std::int64_t value);
  void end_row();

  void finish();

 private:
  void separate();

  std::filesystem::path path_;
  std::ofstream file_;
  bool is_first_column_ = true;
};

}  // namespace rightful::app
