#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "export/find_page.hpp"
#include "export/html_text.hpp"
#include "export/omissions.hpp"
#include "export/summary_pages.hpp"
#include "export/titles.hpp"

namespace rightful::exporting {

namespace {

void append_heading(std::string& out, std::string_view text) {
  append_element(out, "h2", text);
}

void append_paragraph(std::string& out, std::string_view text) {
  append_element(out, "p", text);
}

void append_column_heads(std::string& out, std::initializer_list<std::string_view> heads) {
  out += "<thead><tr>";
  for (const auto head : heads) {
    append_column_head(out, head);
  }
  out += "</tr></thead>\n<tbody>\n";
}

void append_data_links(std::string& out, const DatasetSummary& dataset) {
  const std::string& name = dataset.dataset->name;
  out += fmt::format("<a href=\"data/{0}.json\">{0}.json</a>", name);
  if (dataset.has_csv) out += fmt::format(" · <a href=\"data/{0}.csv\">{0}.csv</a>", name);
}

void append_dataset(std::string& out, const DatasetSummary& dataset, const Phrases& phrases) {
  out += fmt::format("<tr><th scope=\"row\"><a href=\"{}\">", page_name(dataset.dataset->name, 1));
  append_html(out, title_of(*dataset.dataset, phrases));
  out += "</a></th><td>";
  append_count(out, dataset.rows, phrases);
  out += "</td><td>";
  append_count(out, dataset.objects, phrases);
  out += "</td><td>";
  append_data_links(out, dataset);
  out += "</td></tr>\n";
}

void append_datasets(std::string& out, const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  append_heading(out, phrases.searched);
  append_paragraph(out, phrases.searched_intro);
  constexpr std::array kLooks{
      ColumnLook::Text, ColumnLook::Number, ColumnLook::Number, ColumnLook::Long};
  append_table_begin(out, {.text = phrases.overview, .looks = kLooks, .caption = Caption::Hidden});
  append_column_heads(out,
                      {phrases.dataset, phrases.records, phrases.files, phrases.machine_readable});
  // What was found comes first; a place where nothing was found is a part of the answer too.
  for (const auto& dataset : summary.datasets) {
    if (dataset.rows > 0) append_dataset(out, dataset, phrases);
  }
  for (const auto& dataset : summary.datasets) {
    if (dataset.rows == 0) append_dataset(out, dataset, phrases);
  }
  append_table_end(out);
}

void append_fact(std::string& out, std::string_view name, std::string_view html) {
  out += "<dt>";
  append_html(out, name);
  out += "</dt><dd dir=auto>";
  out += html;
  out += "</dd>\n";
}

void append_facts(std::string& out, const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  std::string controller;
  append_html(controller, summary.catalog.controller().name);
  std::string created;
  append_time(created, summary.created);
  out += "<dl class=\"facts\">\n";
  append_fact(out, phrases.controller, controller);
  append_fact(out, phrases.created, created);
  append_fact(out, phrases.request, summary.request.to_string());
  append_fact(out, phrases.catalog, std::to_string(summary.catalog_version));
  out += "</dl>\n";
}

void append_snapshots(std::string& out, const PackageSummary& summary) {
  append_heading(out, summary.phrases.snapshot);
  out += "<dl>\n";
  for (const auto& snapshot : summary.snapshots) {
    out += "<dt>";
    append_html(out, snapshot.source);
    out += "</dt><dd>";
    append_time(out, snapshot.taken_at);
    out += "</dd>\n";
  }
  out += "</dl>\n";
}

void append_omission(std::string& out,
                     const DatasetSummary& dataset,
                     const Omission& omission,
                     const Phrases& phrases) {
  out += "<tr><th scope=\"row\">";
  append_html(out, title_of(*dataset.dataset, phrases));
  out += "</th><td>";
  if (omission.field != nullptr) {
    append_html(out, title_of(*omission.field, phrases));
  }
  out += "</td><td>";
  append_html(out, omission.reason);
  out += "</td><td>";
  if (omission.count > 0) append_count(out, omission.count, phrases);
  out += "</td></tr>\n";
}

void append_omissions(std::string& out, const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  append_heading(out, phrases.omissions);
  std::string rows;
  for (const auto& dataset : summary.datasets) {
    for (const auto& omission : omissions_of(dataset, phrases))
      append_omission(rows, dataset, omission, phrases);
  }
  if (rows.empty()) return append_paragraph(out, phrases.omissions_none);
  constexpr std::array kLooks{
      ColumnLook::Text, ColumnLook::Text, ColumnLook::Long, ColumnLook::Number};
  append_table_begin(out, {.text = phrases.omissions, .looks = kLooks, .caption = Caption::Hidden});
  append_column_heads(out, {phrases.dataset, phrases.field, phrases.reason, phrases.count});
  out += rows;
  append_table_end(out);
}

void append_reading(std::string& out, const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  append_heading(out, phrases.reading);
  append_paragraph(out, phrases.reading_pages);
  append_paragraph(out, phrases.find_here);
  append_paragraph(out, phrases.reading_data);
  if (summary.catalog.packaging().has_csv) append_paragraph(out, phrases.reading_csv);
  append_paragraph(out, phrases.reading_linked);
  append_paragraph(out, phrases.reading_proof);
}

}  // namespace

std::string index_page(const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  std::string out;
  append_page_begin(out,
                    phrases,
                    {.heading = phrases.title,
                     .part = summary.catalog.controller().name,
                     .depth = PageDepth::Root});
  append_paragraph(out, phrases.intro);
  append_facts(out, summary);
  if (std::ranges::all_of(summary.datasets,
                          [](const auto& dataset) { return dataset.rows == 0; })) {
    append_paragraph(out, phrases.nothing_at_all);
  }
  out += "<p><a href=\"about/index.html\">";
  append_html(out, phrases.about);
  out += "</a></p>\n";
  append_datasets(out, summary);
  append_omissions(out, summary);
  append_snapshots(out, summary);
  append_reading(out, summary);
  append_page_end(out);
  return out;
}

}  // namespace rightful::exporting
