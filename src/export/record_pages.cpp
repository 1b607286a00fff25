#include "export/record_pages.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "export/html_text.hpp"
#include "export/omissions.hpp"
#include "export/titles.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

constexpr std::size_t kFlushBytes = 32U << 10U;
constexpr std::size_t kCopyBytes = 64U << 10U;
constexpr std::size_t kMaxKeyBytes = 60;

/// The beginning of a text that is too long for a list, without half a character.
std::string shortened(std::string_view text) {
  if (text.size() <= kMaxKeyBytes) return std::string(text);
  std::size_t end = kMaxKeyBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return std::string(text.substr(0, end)) + "…";
}

bool may_run_otherwise(const sources::Value& value) {
  return (value.kind == ValueKind::Text || value.kind == ValueKind::Json) &&
         has_wide_characters(value.text);
}

void begin_entry(archive::InnerZipWriter& zip, const std::string& name) {
  const auto begun = zip.begin_entry(name, archive::Compression::Deflate);
  if (!begun)
    throw Failure(Retry::Never, "internal", "a page was refused: " + begun.error().detail);
}

void append_masked_fields(std::string& out, const DatasetSummary& dataset, const Phrases& phrases) {
  out += "<div class=\"note\">\n";
  append_element(out, "h2", phrases.masked);
  append_element(out, "p", phrases.masked_intro);
  out += "<ul>\n";
  for (const auto& omission : omissions_of(dataset, phrases)) {
    if (omission.rule != OmissionRule::Redacted && omission.rule != OmissionRule::Pseudonymised)
      continue;
    append_element(
        out, "li", fmt::format("{}: {}", title_of(*omission.field, phrases), omission.reason));
  }
  out += "</ul>\n</div>\n";
}

}  // namespace

RecordPages::RecordPages(const Phrases& phrases,
                         const sources::DatasetHead& head,
                         archive::SpoolSettings spool)
    : phrases_(phrases),
      head_(head),
      spool_(std::move(spool)),
      columns_(head.columns.size()),
      key_column_(key_column_of(head)) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    column.title = title_of(*head.columns[i].field, phrases);
    std::string begin;
    if (!is_table()) {
      begin = "<dt>";
      append_html(begin, column.title);
    }
    begin += is_table() ? "<td" : "<dd";
    column.before_wide = begin + " dir=auto>";
    column.before_plain = phrases.direction == "rtl" ? column.before_wide : begin + ">";
  }
  if (is_table()) {
    record_begin_ = "<tr><th scope=row>";
    record_end_ = "\n";
  } else {
    record_begin_ = "<article><h2>";
    append_html(record_begin_, phrases.record);
    record_begin_ += ' ';
    record_middle_ = "</h2>\n<dl>";
    record_end_ = "</dl></article>\n";
  }
  html_.reserve(2 * kFlushBytes);
}

void RecordPages::begin_record(std::uint64_t number) {
  end_record();
  const bool is_full = page_.first != 0 && (number - page_.first >= kRecordsPerPage ||
                                            page_.size + html_.size() >= kPageBytes);
  if (is_full) end_page();
  if (page_.first == 0) page_.first = number;
  page_.last = number;
  record_number_ = number;
  has_record_ = true;
  html_ += record_begin_;
  fmt::format_to(std::back_inserter(html_), "{}", number);
  html_ += record_middle_;
}

void RecordPages::cell(std::size_t column, const sources::Value& value) {
  Column& facts = columns_[column];
  html_ += may_run_otherwise(value) ? facts.before_wide : facts.before_plain;
  append_html_value(html_, phrases_, *head_.columns[column].field, value);
  facts.object_at = html_.size();
  if (value.kind == ValueKind::Redacted || value.kind == ValueKind::Pseudonym)
    page_.is_masked = true;
  if (column == key_column_) note_key(column, value);
}

void RecordPages::note_key(std::size_t column, const sources::Value& value) {
  const ValueKind kind = head_.columns[column].kind;
  if (value.kind != kind) return;  // absent, or a time that its form cannot hold
  const bool is_time =
      kind == ValueKind::Instant || kind == ValueKind::DateTime || kind == ValueKind::Date;
  if (page_.from.empty() || (is_time && value.text < page_.from))
    page_.from = shortened(value.text);
  // The last plain value is noted when its page ends; here only what may be it, without a copy of
  // its own for short texts.
  if (!is_time || value.text > page_.to) page_.to.assign(value.text.substr(0, 4 * kMaxKeyBytes));
}

void RecordPages::object(std::size_t column, const PageObject& object) {
  const std::size_t at = columns_[column].object_at;
  std::string html = " ";
  append_html_object(
      html, phrases_, object, fmt::format("{} {}", columns_[column].title, record_number_));
  html_.insert(at, html);
  for (std::size_t later = column + 1; later < columns_.size(); ++later)
    columns_[later].object_at += html.size();
}

void RecordPages::end_record() {
  if (!std::exchange(has_record_, false)) return;
  html_ += record_end_;
  if (html_.size() < kFlushBytes) return;
  spool_.append(as_bytes(html_));
  page_.size += html_.size();
  html_.clear();
}

void RecordPages::end_page() {
  spool_.append(as_bytes(html_));
  page_.size += html_.size();
  html_.clear();
  page_.to = shortened(page_.to);
  pages_.push_back(std::exchange(page_, {}));
}

bool RecordPages::has_one_page_for_all() const {
  return pages_.size() > 1 && pages_.back().last <= kMaxRecordsOfAll &&
         spool_.size() <= kMaxBytesOfAll;
}

void RecordPages::append_records_begin(std::string& out, std::string_view caption) const {
  static_assert(kMaxTableColumns < kMaxColumnLooks);
  if (!is_table()) {
    out += "<div class=\"records\">\n";
    return;
  }
  std::vector<ColumnLook> looks{ColumnLook::Number};
  for (const auto& column : head_.columns)
    looks.push_back(look_of(column));
  append_table_begin(out, {.text = caption, .looks = looks});
  out += "<thead><tr>";
  append_column_head(out, phrases_.record);
  for (const auto& column : columns_)
    append_column_head(out, column.title);
  out += "</tr></thead>\n<tbody>\n";
}

void RecordPages::append_records_end(std::string& out) const {
  if (is_table()) return append_table_end(out);
  out += "</div>\n";
}

void RecordPages::append_links(std::string& out, std::size_t index) const {
  const auto link = [&](std::string_view target, std::string_view text) {
    out += "<li><a href=\"";
    out += target;
    out += "\">";
    append_html(out, text);
    out += "</a></li>\n";
  };
  const std::string& name = head_.dataset->name;
  const std::size_t last = pages_.size() - 1;
  if (index > 1) link(beside(page_name(name, 1)), phrases_.first);
  if (index > 0) link(beside(page_name(name, index)), phrases_.previous);
  append_element(
      out, "li", fmt::format("{} {} {} {}", phrases_.page, index + 1, phrases_.of, last + 1));
  if (index < last) link(beside(page_name(name, index + 2)), phrases_.next);
  if (index + 1 < last) link(beside(page_name(name, last + 1)), phrases_.last);
  link(beside(find_page_name(name)), phrases_.find);
}

void RecordPages::append_page(std::string& out,
                              const DatasetSummary& dataset,
                              std::size_t index) const {
  const PageFacts& page = pages_[index];
  const bool is_one_of_many = pages_.size() > 1;
  append_page_begin(
      out,
      phrases_,
      {.heading = title_of(*head_.dataset, phrases_),
       .part = is_one_of_many ? fmt::format("{} {}", phrases_.page, index + 1) : std::string()});
  if (const auto& text = head_.dataset->description.in(phrases_.language); !text.empty())
    append_element(out, "p", text);
  out += "<p>";
  append_html(out, phrases_.records);
  out += ": ";
  append_count(out, dataset.rows, phrases_);
  out += ". <a href=\"../data/" + head_.dataset->name + ".json\">";
  append_html(out, phrases_.machine_readable);
  out += "</a>";
  if (dataset.has_csv) {
    out += " · <a href=\"../data/" + head_.dataset->name + ".csv\">";
    append_html(out, phrases_.csv);
    out += "</a>";
  }
  out += "</p>\n";
  if (is_one_of_many) {
    out += "<nav aria-label=\"";
    append_html(out, phrases_.pages);
    out += "\"><ul>\n";
    append_links(out, index);
    out += "</ul></nav>\n";
  }
  if (page.is_masked) append_masked_fields(out, dataset, phrases_);
  if (page.first == 0) return append_element(out, "p", phrases_.nothing_here);
  append_records_begin(out,
                       fmt::format("{} {}–{}",
                                   phrases_.records,
                                   count_text(page.first, phrases_),
                                   count_text(page.last, phrases_)));
}

void RecordPages::copy_records(archive::SpoolReader& records,
                               std::uint64_t size,
                               archive::InnerZipWriter& zip) const {
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(size, kCopyBytes)));
  while (size > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size()));
    const std::size_t got = records.read(std::span(buffer).first(wanted));
    RIGHTFUL_CHECK(got > 0);  // we wrote them ourselves
    zip.write(std::span(buffer).first(got));
    size -= got;
  }
}

void RecordPages::write_page(const DatasetSummary& dataset,
                             std::size_t index,
                             archive::SpoolReader& records,
                             archive::InnerZipWriter& zip) const {
  begin_entry(zip, page_name(head_.dataset->name, index + 1));
  std::string text;
  append_page(text, dataset, index);
  zip.write(as_bytes(text));
  copy_records(records, pages_[index].size, zip);
  text.clear();
  if (pages_[index].first != 0) append_records_end(text);
  if (pages_.size() > 1) {
    text += "<ul class=\"pages\">\n";
    append_links(text, index);
    text += "</ul>\n";
  }
  append_page_end(text);
  zip.write(as_bytes(text));
}

void RecordPages::write_all(archive::InnerZipWriter& zip) const {
  begin_entry(zip, all_page_name(head_.dataset->name));
  std::string text;
  append_page_begin(text,
                    phrases_,
                    {.heading = title_of(*head_.dataset, phrases_), .part = phrases_.all_records});
  append_element(text, "p", phrases_.find_here);
  append_records_begin(text, phrases_.all_records);
  zip.write(as_bytes(text));
  auto records = spool_.read();
  copy_records(records, spool_.size(), zip);
  text.clear();
  append_records_end(text);
  append_page_end(text);
  zip.write(as_bytes(text));
}

std::uint64_t RecordPages::write(const DatasetSummary& dataset,
                                 archive::InnerZipWriter& zip,
                                 archive::ManifestWriter& manifest) {
  end_record();
  if (page_.first != 0 || pages_.empty()) end_page();
  auto records = spool_.read();
  for (std::size_t index = 0; index < pages_.size(); ++index) {
    write_page(dataset, index, records, zip);
    manifest.add(zip.end_entry(), {});
  }
  if (pages_.size() == 1) return 1;
  const bool has_all = has_one_page_for_all();
  if (has_all) {
    write_all(zip);
    manifest.add(zip.end_entry(), {});
  }
  begin_entry(zip, find_page_name(head_.dataset->name));
  zip.write(as_bytes(find_page(phrases_,
                               {.head = head_,
                                .pages = pages_,
                                .key_column = key_column_,
                                .has_all = has_all,
                                .has_csv = dataset.has_csv})));
  manifest.add(zip.end_entry(), {});
  return pages_.size() + (has_all ? 2 : 1);
}

}  // namespace rightful::exporting
