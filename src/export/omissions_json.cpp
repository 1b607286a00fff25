#include <nlohmann/json.hpp>

#include "export/omissions.hpp"
#include "export/summary_pages.hpp"

namespace rightful::exporting {

namespace {

using nlohmann::ordered_json;

ordered_json term_names(const std::vector<catalog::Term>& terms, std::string_view language) {
  ordered_json names = ordered_json::array();
  for (const auto& term : terms)
    names.push_back({{"term", term.name}, {"title", text_of(term, language)}});
  return names;
}

ordered_json recipients_of(const catalog::Dataset& dataset, std::string_view language) {
  ordered_json recipients = ordered_json::array();
  for (const auto& recipient : dataset.recipients) {
    recipients.push_back({{"name", recipient.name},
                          {"country", recipient.country},
                          {"role", name_of(recipient.role)},
                          {"safeguard", recipient.safeguard.in(language)}});
  }
  return recipients;
}

ordered_json facts_of(const DatasetSummary& summary, std::string_view language) {
  const catalog::Dataset& dataset = *summary.dataset;
  ordered_json facts = {{"name", dataset.name},
                        {"title", dataset.title.in(language)},
                        {"source", dataset.source},
                        {"records", summary.rows},
                        {"files", summary.objects}};
  if (summary.rows == 0)
    return facts;  // the law asks for what concerns this person: only what was found
  facts["purposes"] = term_names(dataset.purposes, language);
  facts["categories"] = term_names(dataset.categories, language);
  facts["recipients"] = recipients_of(dataset, language);
  facts["retention"] = {{"period", dataset.retention.period},
                        {"from", dataset.retention.from},
                        {"criteria", dataset.retention.criteria.in(language)}};
  facts["origin"] = dataset.origin.in(language);
  return facts;
}

}  // namespace

std::string disclosure_json(const PackageSummary& summary) {
  const auto& controller = summary.catalog.controller();
  const std::string_view language = summary.phrases.language;
  ordered_json datasets = ordered_json::array();
  for (const auto& dataset : summary.datasets)
    datasets.push_back(facts_of(dataset, language));
  const ordered_json document = {
      {"request", summary.request.to_string()},
      {"created", format_rfc3339(summary.created)},
      {"language", language},
      {"catalog_version", summary.catalog_version},
      {"controller",
       {{"name", controller.name}, {"address", controller.address}, {"dpo", controller.dpo}}},
      {"authority",
       {{"name", controller.authority.name},
        {"address", controller.authority.address},
        {"url", controller.authority.url}}},
      {"datasets", std::move(datasets)}};
  return document.dump(2) + "\n";
}

std::string omissions_json(const PackageSummary& summary) {
  ordered_json list = ordered_json::array();
  for (const auto& dataset : summary.datasets) {
    for (const auto& omission : omissions_of(dataset, summary.phrases)) {
      list.push_back(
          {{"dataset", dataset.dataset->name},
           {"field",
            omission.field != nullptr ? ordered_json(omission.field->name) : ordered_json()},
           {"rule", name_of(omission.rule)},
           {"reason", omission.reason},
           {"count", omission.count}});
    }
  }
  return list.dump(2) + "\n";
}

}  // namespace rightful::exporting
