#include "export/csv_table.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/failure.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

constexpr std::size_t kFlushBytes = 32U << 10U;
// Spreadsheets read a CSV file without it in the character set of their country.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kLineEnd = "\r\n";

bool may_be_formula(std::string_view text) {
  // The full-width forms of = + - @ are formulas to a spreadsheet in Japanese.
  constexpr std::string_view kWide[] = {
      "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
  if (text.empty()) return false;
  return std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos ||
         std::ranges::any_of(kWide, [&](auto wide) { return text.starts_with(wide); });
}

bool is_number(ValueKind kind, std::string_view text) {
  return (kind == ValueKind::Integer || kind == ValueKind::Decimal || kind == ValueKind::Double) &&
         text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.back() == ' ' ||
         text.find_first_of(",\"\r\n\t;") != std::string_view::npos;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (;;) {
    const std::size_t quote = text.find('"');
    out += text.substr(0, quote);
    if (quote == std::string_view::npos) break;
    out += "\"\"";
    text.remove_prefix(quote + 1);
  }
  out += '"';
}

void append_text(std::string& out, std::string_view text) {
  const bool is_escaped = may_be_formula(text);
  if (!is_escaped && !needs_quotes(text)) {
    out += text;
    return;
  }
  const std::size_t begin = out.size();
  append_quoted(out, text);
  if (is_escaped) out.insert(begin + 1, 1, '\'');
}

}  // namespace

void append_csv_field(std::string& out, ValueKind kind, std::string_view text) {
  switch (kind) {
    case ValueKind::Null:
      return;
    case ValueKind::Redacted:
      out += "[redacted]";
      return;
    case ValueKind::Pseudonym:
      out += "[person ";
      out += text;
      out += ']';
      return;
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Double:
      if (is_number(kind, text)) {
        out += text;
        return;
      }
      [[fallthrough]];
    case ValueKind::Boolean:
    case ValueKind::Text:
    case ValueKind::Instant:
    case ValueKind::DateTime:
    case ValueKind::Date:
    case ValueKind::Time:
    case ValueKind::Interval:
    case ValueKind::Bytes:
    case ValueKind::Json:
    case ValueKind::Uuid:
      return append_text(out, text);
  }
}

CsvTable::CsvTable(const sources::DatasetHead& head, archive::SpoolSettings spool)
    : head_(head), entry_(std::move(spool)), object_at_(head.columns.size()) {
  text_.reserve(2 * kFlushBytes);
  text_ += kByteOrderMark;
  append_text(text_, "@owner");
  for (const auto& column : head_.columns) {
    text_ += ',';
    append_text(text_, column.field->name);
    if (!column.field->attach) continue;
    text_ += ',';
    append_text(text_, column.field->name + " (file)");
  }
  text_ += kLineEnd;
}

void CsvTable::begin_record(std::span<const std::string_view> owners, std::string_view account) {
  end_record();
  has_record_ = true;
  std::string names;
  for (const auto owner : owners) {
    if (!names.empty()) names += "; ";
    names += owners.size() == 1 || owner == account ? owner : "another person";
  }
  append_text(text_, names);
}

void CsvTable::cell(std::size_t column, const sources::Value& value) {
  text_ += ',';
  append_csv_field(text_, value.kind, value.text);
  if (!head_.columns[column].field->attach) return;
  text_ += ',';
  object_at_[column] = text_.size();
}

void CsvTable::object(std::size_t column, std::string_view entry_name) {
  text_.insert(object_at_[column], entry_name);
  for (std::size_t later = column + 1; later < object_at_.size(); ++later)
    object_at_[later] += entry_name.size();
}

void CsvTable::end_record() {
  if (!std::exchange(has_record_, false)) return;
  text_ += kLineEnd;
  if (text_.size() < kFlushBytes) return;
  entry_.write(as_bytes(text_));
  text_.clear();
}

void CsvTable::write(archive::InnerZipWriter& zip, archive::ManifestWriter& manifest) {
  end_record();
  entry_.write(as_bytes(text_));
  entry_.finish();
  const auto facts = zip.add_spooled("data/" + head_.dataset->name + ".csv", entry_);
  if (!facts)
    throw Failure(Retry::Never, "internal", "a table was refused: " + facts.error().detail);
  manifest.add(*facts, {});
}

}  // namespace rightful::exporting
