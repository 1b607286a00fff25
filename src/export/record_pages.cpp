#include "export/record_pages.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "export/html_text.hpp"
#include "export/media_list.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

constexpr std::size_t kFlushBytes = 32U << 10U;

std::string_view title_of(const catalog::Field& field, const Phrases& phrases) {
  const std::string& title = field.title.in(phrases.language);
  return title.empty() ? std::string_view(field.name) : std::string_view(title);
}

std::string_view title_of(const catalog::Dataset& dataset, const Phrases& phrases) {
  const std::string& title = dataset.title.in(phrases.language);
  return title.empty() ? std::string_view(dataset.name) : std::string_view(title);
}

void append_note(std::string& out, std::string_view text) {
  out += "<span class=\"none\">";
  append_html(out, text);
  out += "</span>";
}

void append_coded(std::string& out,
                  const Phrases& phrases,
                  const catalog::Field& field,
                  std::string_view text) {
  const auto code = field.codes.find(text);
  if (code == field.codes.end()) {
    append_html(out, text);
    return;
  }
  append_html(out, code->second.in(phrases.language));
  out += " (";
  append_html(out, text);
  out += ')';
}

}  // namespace

std::string page_name(std::string_view dataset, std::uint64_t number) {
  return fmt::format("pages/{}-{:04}.html", dataset, number);
}

void append_html_value(std::string& out,
                       const Phrases& phrases,
                       const catalog::Field& field,
                       const sources::Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return append_note(out, phrases.no_value);
    case ValueKind::Redacted:
      return append_note(out, phrases.redacted);
    case ValueKind::Pseudonym:
      return append_note(out, fmt::format("{} {}", phrases.person, value.text));
    case ValueKind::Boolean:
      if (field.codes.empty())
        return append_html(out, value.text == "true" ? phrases.yes : phrases.no);
      [[fallthrough]];
    case ValueKind::Integer:
    case ValueKind::Decimal:
    case ValueKind::Double:
    case ValueKind::Text:
    case ValueKind::Instant:
    case ValueKind::DateTime:
    case ValueKind::Date:
    case ValueKind::Time:
    case ValueKind::Interval:
    case ValueKind::Bytes:
    case ValueKind::Json:
    case ValueKind::Uuid:
      return append_coded(out, phrases, field, value.text);
  }
}

void append_html_object(std::string& out, const Phrases& phrases, const PageObject& object) {
  if (object.entry_name.empty()) return append_note(out, phrases.missing_file);
  const std::string_view ending =
      std::string_view(object.entry_name).substr(object.entry_name.rfind('.') + 1);
  switch (media_kind_of(ending)) {
    case MediaKind::Audio:
      out +=
          fmt::format("<audio controls preload=\"none\" src=\"../{}\"></audio>", object.entry_name);
      break;
    case MediaKind::Video:
      out +=
          fmt::format("<video controls preload=\"none\" src=\"../{}\"></video>", object.entry_name);
      break;
    case MediaKind::Image:
      out += fmt::format("<img loading=\"lazy\" alt=\"\" src=\"../{}\">", object.entry_name);
      break;
    case MediaKind::Other:
      break;
  }
  out += fmt::format("<a href=\"../{}\">", object.entry_name);
  append_html(out, phrases.open_file);
  out += fmt::format(" ({})</a>", object.entry_name.substr(object.entry_name.rfind('/') + 1));
}

RecordPages::RecordPages(const Phrases& phrases,
                         const sources::DatasetHead& head,
                         archive::SpoolSettings spool)
    : phrases_(phrases),
      head_(head),
      spool_(std::move(spool)),
      pages_in_all_(
          std::max<std::uint64_t>(1, (head.rows + kRecordsPerPage - 1) / kRecordsPerPage)) {}

void RecordPages::begin_page() {
  append_page_begin(page_, phrases_, title_of(*head_.dataset, phrases_), PageDepth::OneDown);
  if (const auto& description = head_.dataset->description.in(phrases_.language);
      !description.empty()) {
    page_ += "<p>";
    append_html(page_, description);
    page_ += "</p>\n";
  }
  page_ += fmt::format("<p>{}: {}. <a href=\"../data/{}.json\">{}</a></p>\n",
                       phrases_.records,
                       head_.rows,
                       head_.dataset->name,
                       phrases_.machine_readable);
  append_page_links();
  if (head_.rows == 0) page_ += fmt::format("<p>{}</p>\n", phrases_.nothing_here);
  is_page_open_ = true;
  on_page_ = 0;
  if (head_.rows > 0 && is_table()) append_table_head();
}

void RecordPages::append_table_head() {
  page_ += "<div class=\"table\">\n<table>\n<caption>";
  append_html(page_, phrases_.records);
  page_ += "</caption>\n<thead><tr><th scope=\"col\">";
  append_html(page_, phrases_.record);
  page_ += "</th>";
  for (const auto& column : head_.columns) {
    page_ += "<th scope=\"col\">";
    append_html(page_, title_of(*column.field, phrases_));
    page_ += "</th>";
  }
  page_ += "</tr></thead>\n<tbody>\n";
}

void RecordPages::append_page_links() {
  if (pages_in_all_ == 1) return;
  const std::uint64_t number = page_sizes_.size() + 1;
  page_ += fmt::format("<nav aria-label=\"{}\"><ul>", phrases_.pages);
  const auto link = [&](std::uint64_t to, std::string_view text) {
    page_ +=
        fmt::format("<li><a href=\"{}-{:04}.html\">{}</a></li>", head_.dataset->name, to, text);
  };
  if (number > 1) link(number - 1, phrases_.previous);
  page_ += fmt::format("<li>{} {} {} {}</li>", phrases_.page, number, phrases_.of, pages_in_all_);
  if (number < pages_in_all_) link(number + 1, phrases_.next);
  page_ += "</ul></nav>\n";
}

void RecordPages::end_page() {
  if (head_.rows > 0 && is_table()) page_ += "</tbody>\n</table>\n</div>\n";
  append_page_links();
  append_page_end(page_);
  flush();
  page_sizes_.push_back(page_size_);
  page_size_ = 0;
  is_page_open_ = false;
}

void RecordPages::flush() {
  spool_.append(as_bytes(page_));
  page_size_ += page_.size();
  page_.clear();
}

void RecordPages::begin_record(std::uint64_t number) {
  if (is_page_open_ && on_page_ == kRecordsPerPage) end_page();
  if (!is_page_open_) begin_page();
  ++on_page_;
  page_ += is_table() ? fmt::format("<tr><th scope=\"row\">{}</th>", number)
                      : fmt::format("<article><h2>{} {}</h2>\n<dl>\n", phrases_.record, number);
}

void RecordPages::cell(const catalog::Field& field, std::string_view html) {
  if (is_table()) {
    page_ += "<td dir=\"auto\">";
    page_ += html;
    page_ += "</td>";
    return;
  }
  page_ += "<dt>";
  append_html(page_, title_of(field, phrases_));
  page_ += "</dt><dd dir=\"auto\">";
  page_ += html;
  page_ += "</dd>\n";
}

void RecordPages::end_record() {
  page_ += is_table() ? "</tr>\n" : "</dl></article>\n";
  if (page_.size() >= kFlushBytes) flush();
}

std::uint64_t RecordPages::write(archive::InnerZipWriter& zip, archive::ManifestWriter& manifest) {
  if (!is_page_open_ && page_sizes_.empty()) begin_page();
  if (is_page_open_) end_page();
  RIGHTFUL_CHECK(page_sizes_.size() == pages_in_all_);
  auto reader = spool_.read();
  std::vector<std::byte> buffer(kFlushBytes);
  for (std::size_t index = 0; index < page_sizes_.size(); ++index) {
    const auto begun =
        zip.begin_entry(page_name(head_.dataset->name, index + 1), archive::Compression::Deflate);
    if (!begun)
      throw Failure(Retry::Never, "internal", "a page was refused: " + begun.error().detail);
    for (std::uint64_t left = page_sizes_[index]; left > 0;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
      const std::size_t got = reader.read(std::span(buffer).first(size));
      RIGHTFUL_CHECK(got > 0);
      zip.write(std::span(buffer).first(got));
      left -= got;
    }
    manifest.add(zip.end_entry(), {});
  }
  return page_sizes_.size();
}

}  // namespace rightful::exporting
