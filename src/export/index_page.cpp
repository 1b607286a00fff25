#include <algorithm>

#include <fmt/format.h>

#include "export/html_text.hpp"
#include "export/omissions.hpp"
#include "export/summary_pages.hpp"

namespace rightful::exporting {

namespace {

std::string_view title_of(const catalog::Dataset& dataset, const Phrases& phrases) {
  const std::string& title = dataset.title.in(phrases.language);
  return title.empty() ? std::string_view(dataset.name) : std::string_view(title);
}

void append_heading(std::string& out, std::string_view text) {
  out += "<h2>";
  append_html(out, text);
  out += "</h2>\n";
}

void append_paragraph(std::string& out, std::string_view text) {
  out += "<p>";
  append_html(out, text);
  out += "</p>\n";
}

void append_column_heads(std::string& out, std::initializer_list<std::string_view> heads) {
  out += "<thead><tr>";
  for (const auto head : heads) {
    out += "<th scope=\"col\">";
    append_html(out, head);
    out += "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
}

void append_datasets(std::string& out, const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  append_heading(out, phrases.searched);
  append_paragraph(out, phrases.searched_intro);
  out += fmt::format("<div class=\"table\">\n<table>\n<caption>{}</caption>\n", phrases.overview);
  append_column_heads(out,
                      {phrases.dataset, phrases.records, phrases.files, phrases.machine_readable});
  for (const auto& dataset : summary.datasets) {
    const std::string& name = dataset.dataset->name;
    out += fmt::format("<tr><th scope=\"row\"><a href=\"pages/{}-0001.html\">", name);
    append_html(out, title_of(*dataset.dataset, phrases));
    out += fmt::format(
        "</a></th><td class=\"number\">{}</td><td class=\"number\">{}</td><td><a "
        "href=\"data/{}.json\">{}.json</a></td></tr>\n",
        dataset.rows,
        dataset.objects,
        name,
        name);
  }
  out += "</tbody>\n</table>\n</div>\n";
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
    const std::string& title = omission.field->title.in(phrases.language);
    append_html(out, title.empty() ? omission.field->name : title);
  }
  out += "</td><td>";
  append_html(out, omission.reason);
  out += fmt::format("</td><td class=\"number\">{}</td></tr>\n",
                     omission.count > 0 ? std::to_string(omission.count) : "");
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
  out += fmt::format("<div class=\"table\">\n<table>\n<caption class=\"unseen\">{}</caption>\n",
                     phrases.omissions);
  append_column_heads(out, {phrases.dataset, phrases.field, phrases.reason, phrases.count});
  out += rows;
  out += "</tbody>\n</table>\n</div>\n";
}

void append_reading(std::string& out, const Phrases& phrases) {
  append_heading(out, phrases.reading);
  append_paragraph(out, phrases.reading_pages);
  append_paragraph(out, phrases.reading_data);
  append_paragraph(out, phrases.reading_proof);
}

}  // namespace

std::string index_page(const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  std::string out;
  append_page_begin(out, phrases, phrases.title, PageDepth::Root);
  append_paragraph(out, phrases.intro);
  out += "<p><strong>";
  append_html(out, summary.catalog.controller().name);
  out += fmt::format(
      "</strong> · {} {} · {} ", phrases.request, summary.request.to_string(), phrases.created);
  append_time(out, summary.created);
  out += fmt::format(" · {} {}</p>\n", phrases.catalog, summary.catalog_version);
  if (std::ranges::all_of(summary.datasets,
                          [](const auto& dataset) { return dataset.rows == 0; })) {
    append_paragraph(out, phrases.nothing_at_all);
  }
  out += fmt::format("<p><a href=\"about/index.html\">{}</a></p>\n", phrases.about);
  append_datasets(out, summary);
  append_omissions(out, summary);
  append_snapshots(out, summary);
  append_reading(out, phrases);
  append_page_end(out);
  return out;
}

}  // namespace rightful::exporting
