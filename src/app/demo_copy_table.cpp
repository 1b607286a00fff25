#include "app/demo_copy_table.hpp"

#include "rightful/core/failure.hpp"

namespace rightful::app {

CopyTable::CopyTable(const std::filesystem::path& path)
    : path_(path), file_(path, std::ios::binary | std::ios::trunc) {}

void CopyTable::separate() {
  if (!is_first_column_) file_.put('\t');
  is_first_column_ = false;
}

CopyTable& CopyTable::text(std::string_view value) {
  separate();
  for (const char character : value) {
    if (character == '\\') {
      file_ << "\\\\";
    } else if (character == '\t') {
      file_ << "\\t";
    } else if (character == '\n') {
      file_ << "\\n";
    } else if (character == '\r') {
      file_ << "\\r";
    } else {
      file_.put(character);
    }
  }
  return *this;
}

CopyTable& CopyTable::null() {
  separate();
  file_ << "\\N";
  return *this;
}

CopyTable& CopyTable::text_or_null(const std::optional<std::string_view>& value) {
  return value ? text(*value) : null();
}

CopyTable& CopyTable::integer(std::int64_t value) {
  separate();
  file_ << value;
  return *this;
}

void CopyTable::end_row() {
  file_.put('\n');
  is_first_column_ = true;
}

void CopyTable::finish() {
  file_.close();
  if (file_.fail()) throw Failure(Retry::Later, "demo_write", "cannot write " + path_.string());
}

}  // namespace rightful::app
