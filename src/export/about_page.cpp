#include <fmt/format.h>

#include "export/html_text.hpp"
#include "export/period_text.hpp"
#include "export/summary_pages.hpp"
#include "export/titles.hpp"

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
  out += "</dt><dd dir=auto>";
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

std::string retention_text(const catalog::Dataset& dataset, const Phrases& phrases) {
  const auto& retention = dataset.retention;
  if (retention.period.empty()) return retention.criteria.in(phrases.language);
  const auto* from = dataset.find_field(retention.from);
  const std::string_view title = from != nullptr ? title_of(*from, phrases) : retention.from;
  return fmt::format(
      "{}, {} {}", period_text(retention.period, phrases), phrases.retention_from, title);
}

void append_dataset(std::string& out, const catalog::Dataset& dataset, const Phrases& phrases) {
  out += "<article>\n<h2>";
  append_html(out, title_of(dataset, phrases));
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
  append_element(out, "h2", phrases.rights);
  out += "<ul>\n";
  // Art. 15(1)(e) and (f).
  for (const auto right : {&Phrases::right_rectification,
                           &Phrases::right_erasure,
                           &Phrases::right_restriction,
                           &Phrases::right_objection,
                           &Phrases::right_portability,
                           &Phrases::right_complaint}) {
    append_element(out, "li", phrases.*right);
  }
  out += "</ul>\n<dl>\n";
  append_item(out, phrases.authority, controller.authority.name);
  append_item(out, phrases.address, controller.authority.address);
  append_item(out, phrases.website, controller.authority.url);
  out += "</dl>\n";
}

}  // namespace

std::string about_page(const PackageSummary& summary) {
  const Phrases& phrases = summary.phrases;
  std::string out;
  append_page_begin(out, phrases, {.heading = phrases.about, .part = phrases.title});
  append_element(out, "p", phrases.about_intro);
  append_controller(out, summary.catalog.controller(), phrases);
  for (const auto& dataset : summary.datasets) {
    if (dataset.rows > 0) append_dataset(out, *dataset.dataset, phrases);
  }
  append_rights(out, summary.catalog.controller(), phrases);
  append_element(out, "h2", phrases.automated);  // (h)
  append_element(out, "p", phrases.automated_text);
  append_page_end(out);
  return out;
}

}  // namespace rightful::exporting
