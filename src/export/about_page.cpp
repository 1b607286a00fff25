#include <array>

#include <fmt/format.h>

#include "export/html_text.hpp"
#include "export/summary_pages.hpp"

namespace rightful::exporting {

namespace {

std::string_view role_text(catalog::RecipientRole role, const Phrases& phrases) {
  switch (role) {
    case catalog::RecipientRole::Processor:
      return phrases.role_processor;
    case catalog::RecipientRole::JointController:
      return phrases.role_joint;
    case catalog::RecipientRole::Controller:
      return phrases.role_controller;
    case catalog::RecipientRole::Authority:
      return phrases.role_authority;
  }
  return phrases.role_controller;
}

void append_item(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += "<dt>";
  append_html(out, name);
  out += "</dt><dd dir=\"auto\">";
  append_html(out, text);
  out += "</dd>\n";
}

std::string join_terms(const std::vector<catalog::Term>& terms, std::string_view language) {
  std::string text;
  for (const auto& term : terms) {
    if (!text.empty()) text += ", ";
    text += text_of(term, language);
  }
  return text;
}

std::string recipients_text(const catalog::Dataset& dataset, const Phrases& phrases) {
  if (dataset.recipients.empty()) return std::string(phrases.recipients_none);
  std::string text;
  for (const auto& recipient : dataset.recipients) {
    if (!text.empty()) text += "\n";
    text += fmt::format(
        "{} ({}, {})", recipient.name, recipient.country, role_text(recipient.role, phrases));
    // GDPR Art. 15(2): the safeguard of a transfer to a third country.
    if (const auto& safeguard = recipient.safeguard.in(phrases.language); !safeguard.empty()) {
      text += fmt::format(" · {}: {}", phrases.safeguard, safeguard);
    }
  }
  return text;
}

struct Unit {
  char sign;
  std::string_view one;
  std::string_view many;
};

using Units = std::array<Unit, 4>;

constexpr Units kEnglishUnits{{{'Y', "year", "years"},
                               {'M', "month", "months"},
                               {'W', "week", "weeks"},
                               {'D', "day", "days"}}};
constexpr Units kFrenchUnits{{{'Y', "an", "ans"},
                              {'M', "mois", "mois"},
                              {'W', "semaine", "semaines"},
                              {'D', "jour", "jours"}}};
constexpr Units kGermanUnits{{{'Y', "Jahr", "Jahre"},
                              {'M', "Monat", "Monate"},
                              {'W', "Woche", "Wochen"},
                              {'D', "Tag", "Tage"}}};

const Units& units_in(std::string_view language) {
  if (language == "fr") return kFrenchUnits;
  if (language == "de") return kGermanUnits;
  return kEnglishUnits;
}

/// `P1Y6M` as `1 year, 6 months`: nobody has to know ISO 8601 (GDPR Art. 12(1)).
std::string period_text(std::string_view period, std::string_view language) {
  std::string text;
  std::string number;
  for (const char c : period.substr(1)) {
    if (c >= '0' && c <= '9') {
      number += c;
      continue;
    }
    for (const Unit& unit : units_in(language)) {
      if (unit.sign != c) continue;
      text += fmt::format(
          "{}{} {}", text.empty() ? "" : ", ", number, number == "1" ? unit.one : unit.many);
    }
    number.clear();
  }
  return text;
}

std::string retention_text(const catalog::Dataset& dataset, const Phrases& phrases) {
  const auto& retention = dataset.retention;
  if (retention.period.empty()) return retention.criteria.in(phrases.language);
  const auto* from = dataset.find_field(retention.from);
  const std::string title = from != nullptr ? from->title.in(phrases.language) : std::string();
  return fmt::format("{}, {} {}",
                     period_text(retention.period, phrases.language),
                     phrases.retention_from,
                     title.empty() ? retention.from : title);
}

void append_dataset(std::string& out, const catalog::Dataset& dataset, const Phrases& phrases) {
  out += "<article>\n<h2>";
  const std::string& title = dataset.title.in(phrases.language);
  append_html(out, title.empty() ? dataset.name : title);
  out += "</h2>\n<dl>\n";
  append_item(
      out, phrases.purposes, join_terms(dataset.purposes, phrases.language));  // Art. 15(1)(a)
  append_item(out, phrases.categories, join_terms(dataset.categories, phrases.language));  // (b)
  append_item(out, phrases.recipients, recipients_text(dataset, phrases));                 // (c)
  append_item(out, phrases.retention, retention_text(dataset, phrases));                   // (d)
  append_item(out, phrases.origin, dataset.origin.in(phrases.language));                   // (g)
  out += "</dl>\n</article>\n";
}

void append_controller(std::string& out,
                       const catalog::Controller& controller,
                       const Phrases& phrases) {
  out += "<dl>\n";
  append_item(out, phrases.controller, controller.name);
  append_item(out, phrases.address, controller.address);
  append_item(out, phrases.dpo, controller.dpo);
  out += "</dl>\n";
}

void append_rights(std::string& out,
                   const catalog::Controller& controller,
                   const Phrases& phrases) {
  out += fmt::format("<h2>{}</h2>\n<ul>\n", phrases.rights);
  // Art. 15(1)(e) and (f).
  const std::array rights{phrases.right_rectification,
                          phrases.right_erasure,
                          phrases.right_restriction,
                          phrases.right_objection,
                          phrases.right_portability,
                          phrases.right_complaint};
  for (const auto right : rights) {
    out += "<li>";
    append_html(out, right);
    out += "</li>\n";
  }
  out += "</ul>\n<dl>\n";
  append_item(out, phrases.authority, controller.authority.name);
  append_item(out, phrases.address, controller.authority.address);
  append_item(out, "www", controller.authority.url);
  out += "</dl>\n";
}

}  // namespace

std::string about_page(const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  std::string out;
  append_page_begin(out, phrases, phrases.about, PageDepth::OneDown);
  out += "<p>";
  append_html(out, phrases.about_intro);
  out += "</p>\n";
  append_controller(out, summary.catalog.controller(), phrases);
  for (const auto& dataset : summary.datasets) {
    if (dataset.rows > 0) append_dataset(out, *dataset.dataset, phrases);
  }
  append_rights(out, summary.catalog.controller(), phrases);
  out += fmt::format("<h2>{}</h2>\n<p>{}</p>\n", phrases.automated, phrases.automated_text);  // (h)
  append_page_end(out);
  return out;
}

}  // namespace rightful::exporting
