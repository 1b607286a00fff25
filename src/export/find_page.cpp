#include "export/find_page.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "export/html_text.hpp"
#include "export/titles.hpp"
#include "export/value_html.hpp"

namespace rightful::exporting {

namespace {

using sources::ValueKind;

constexpr std::size_t kMaxRows = 1000;

bool is_time(ValueKind kind) {
  return kind == ValueKind::Instant || kind == ValueKind::DateTime || kind == ValueKind::Date;
}

bool is_plain(ValueKind kind) {
  return kind == ValueKind::Integer || kind == ValueKind::Decimal || kind == ValueKind::Text ||
         kind == ValueKind::Uuid;
}

/// Whether every record shows its own value.
bool is_open(const sources::ColumnHead& column) {
  return !column.field->attach && (column.field->third_party == catalog::ThirdParty::None ||
                                   column.field->third_party == catalog::ThirdParty::Keep);
}

void append_link(std::string& out, std::string_view target, std::string_view text) {
  out += "<a href=\"";
  out += target;
  out += "\">";
  append_html(out, text);
  out += "</a>";
}

void append_key_range(std::string& out,
                      const Phrases& phrases,
                      const FindFacts& facts,
                      std::size_t first,
                      std::size_t last) {
  const auto& pages = facts.pages;
  const auto& column = facts.head.columns[facts.key_column];
  const ValueKind kind = column.kind;
  std::string_view from = pages[first].from;
  std::string_view to = pages[last].to;
  for (std::size_t i = first; i <= last && is_time(kind); ++i) {
    if (!pages[i].from.empty() && (from.empty() || pages[i].from < from)) from = pages[i].from;
    if (pages[i].to > to) to = pages[i].to;
  }
  for (const auto text : {from, to}) {
    out += "<td dir=auto>";
    // Nothing when no value of the page has the column's own form.
    if (!text.empty()) append_html_value(out, phrases, *column.field, {kind, text});
  }
}

void append_rows(std::string& out, const Phrases& phrases, const FindFacts& facts) {
  const auto& pages = facts.pages;
  const std::size_t step = (pages.size() + kMaxRows - 1) / kMaxRows;
  for (std::size_t first = 0; first < pages.size(); first += step) {
    const std::size_t last = std::min(first + step, pages.size()) - 1;
    out += "<tr><th scope=row>";
    append_link(out,
                beside(page_name(facts.head.dataset->name, first + 1)),
                fmt::format("{} {}", phrases.page, first + 1));
    if (last > first) {
      out += " – ";
      append_link(out,
                  beside(page_name(facts.head.dataset->name, last + 1)),
                  fmt::format("{} {}", phrases.page, last + 1));
    }
    out += "<td>";
    append_count(out, pages[first].first, phrases);
    out += " – ";
    append_count(out, pages[last].last, phrases);
    if (facts.key_column < facts.head.columns.size())
      append_key_range(out, phrases, facts, first, last);
    out += '\n';
  }
}

void append_list(std::string& out, const Phrases& phrases, const FindFacts& facts) {
  append_element(out, "h2", phrases.find_list);
  if (facts.pages.size() > kMaxRows) append_element(out, "p", phrases.find_list_some);
  const bool has_key = facts.key_column < facts.head.columns.size();
  const ColumnLook key = has_key ? look_of(facts.head.columns[facts.key_column]) : ColumnLook::Text;
  const std::array looks{ColumnLook::Whole, ColumnLook::Whole, key, key};
  append_table_begin(out, {.text = phrases.find_list, .looks = looks, .caption = Caption::Hidden});
  out += "<thead><tr>";
  append_column_head(out, phrases.page);
  append_column_head(out, phrases.records);
  if (has_key) {
    const auto title = title_of(*facts.head.columns[facts.key_column].field, phrases);
    append_column_head(out, fmt::format("{}: {}", title, phrases.from));
    append_column_head(out, fmt::format("{}: {}", title, phrases.to));
  }
  out += "</tr></thead>\n<tbody>\n";
  append_rows(out, phrases, facts);
  append_table_end(out);
}

}  // namespace

std::string page_name(std::string_view dataset, std::uint64_t number) {
  return fmt::format("pages/{}-{:04}.html", dataset, number);
}

std::string find_page_name(std::string_view dataset) {
  return fmt::format("pages/{}-find.html", dataset);
}

std::string all_page_name(std::string_view dataset) {
  return fmt::format("pages/{}-all.html", dataset);
}

std::string_view beside(std::string_view page_name) {
  return page_name.substr(page_name.rfind('/') + 1);
}

std::size_t key_column_of(const sources::DatasetHead& head) {
  const auto first_of = [&](bool (*fits)(ValueKind)) {
    const auto found = std::ranges::find_if(
        head.columns, [&](const auto& column) { return is_open(column) && fits(column.kind); });
    return static_cast<std::size_t>(found - head.columns.begin());
  };
  const std::size_t time = first_of(is_time);
  return time < head.columns.size() ? time : first_of(is_plain);
}

std::string find_page(const Phrases& phrases, const FindFacts& facts) {
  const std::string& name = facts.head.dataset->name;
  std::string out;
  append_page_begin(
      out, phrases, {.heading = title_of(*facts.head.dataset, phrases), .part = phrases.find});
  append_element(out, "h2", phrases.find);
  append_element(out, "p", phrases.find_here);
  if (!facts.has_all) append_element(out, "p", phrases.find_too_many);
  out += "<ul>\n";
  const auto item = [&](std::string_view target, std::string_view text) {
    out += "<li>";
    append_link(out, target, text);
    out += "</li>\n";
  };
  if (facts.has_all) item(beside(all_page_name(name)), phrases.find_all);
  if (facts.has_csv) item(fmt::format("../data/{}.csv", name), phrases.csv);
  item(fmt::format("../data/{}.json", name), phrases.machine_readable);
  out += "</ul>\n";
  append_list(out, phrases, facts);
  append_page_end(out);
  return out;
}

}  // namespace rightful::exporting
