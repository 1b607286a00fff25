#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/catalog/dpv_terms.hpp"

#include "export/summary_pages.hpp"
#include "export/titles.hpp"

namespace rightful::exporting {

namespace {

using nlohmann::ordered_json;

// Inside, because nothing in a package may have to be fetched. dpv, pd, eu-gdpr, legal-eu, loc:
// Data Privacy Vocabulary 2.3.
constexpr std::string_view kContext = R"({
  "dpv": "https://w3id.org/dpv#",
  "pd": "https://w3id.org/dpv/pd#",
  "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
  "legal-eu": "https://w3id.org/dpv/legal/eu#",
  "loc": "https://w3id.org/dpv/loc#",
  "dcterms": "http://purl.org/dc/terms/",
  "dcat": "http://www.w3.org/ns/dcat#",
  "foaf": "http://xmlns.com/foaf/0.1/",
  "xsd": "http://www.w3.org/2001/XMLSchema#",
  "id": "@id",
  "type": "@type",
  "issued": {"@id": "dcterms:issued", "@type": "xsd:dateTime"},
  "title": "dcterms:title",
  "description": "dcterms:description",
  "extent": {"@id": "dcterms:extent", "@type": "xsd:nonNegativeInteger"},
  "format": {"@id": "dcterms:format", "@type": "@id"},
  "version": {"@id": "dcterms:hasVersion", "@language": null},
  "controller": {"@id": "dpv:hasDataController", "@type": "@id"},
  "dpo": {"@id": "dpv:hasDataProtectionOfficer", "@type": "@id"},
  "authority": {"@id": "dpv:hasAuthority", "@type": "@id"},
  "name": {"@id": "dpv:hasName", "@language": null},
  "address": {"@id": "dpv:hasAddress", "@language": null},
  "contact": {"@id": "dpv:hasContact", "@language": null},
  "page": {"@id": "foaf:page", "@type": "@id"},
  "country": {"@id": "dpv:hasCountry", "@type": "@id"},
  "right": {"@id": "dpv:hasRight", "@type": "@id", "@container": "@set"},
  "status": {"@id": "dpv:hasStatus", "@type": "@id"},
  "law": {"@id": "dpv:hasApplicableLaw", "@type": "@id"},
  "processes": {"@id": "dpv:hasProcess", "@type": "@id", "@container": "@set"},
  "purpose": {"@id": "dpv:hasPurpose", "@type": "@id", "@container": "@set"},
  "personalData": {"@id": "dpv:hasPersonalData", "@type": "@id", "@container": "@set"},
  "recipient": {"@id": "dpv:hasRecipient", "@type": "@id", "@container": "@set"},
  "safeguard": {"@id": "dpv:hasTechnicalOrganisationalMeasure", "@type": "@id", "@container": "@set"},
  "source": {"@id": "dpv:hasDataSource", "@type": "@id", "@container": "@set"},
  "storage": {"@id": "dpv:hasStorageCondition", "@type": "@id"},
  "duration": {"@id": "dpv:hasDuration", "@type": "xsd:duration"},
  "copy": {"@id": "dcterms:hasPart", "@type": "@id", "@container": "@set"}
})";

constexpr std::string_view kMediaTypes = "https://www.iana.org/assignments/media-types/";

std::string urn_of(const PackageSummary& summary, std::string_view part) {
  return fmt::format("urn:uuid:{}#{}", summary.request.to_string(), part);
}

/// A term of the vocabulary by its name; another one by what the catalog says about it.
ordered_json concept_of(const catalog::Term& term,
                        bool is_known,
                        std::string_view prefix,
                        std::string_view kind,
                        std::string_view language) {
  if (is_known) return fmt::format("{}:{}", prefix, term.name);
  return {{"type", kind}, {"title", text_of(term, language)}};
}

ordered_json purposes_of(const catalog::Dataset& dataset, std::string_view language) {
  ordered_json list = ordered_json::array();
  for (const auto& term : dataset.purposes)
    list.push_back(
        concept_of(term, catalog::is_dpv_purpose(term.name), "dpv", "dpv:Purpose", language));
  return list;
}

ordered_json categories_of(const catalog::Dataset& dataset, std::string_view language) {
  ordered_json list = ordered_json::array();
  for (const auto& term : dataset.categories)
    list.push_back(concept_of(
        term, catalog::is_dpv_personal_data(term.name), "pd", "dpv:PersonalData", language));
  return list;
}

std::string_view kind_of(catalog::RecipientRole role) {
  switch (role) {
    case catalog::RecipientRole::Processor:
      return "dpv:DataProcessor";
    case catalog::RecipientRole::JointController:
      return "dpv:JointDataControllers";
    case catalog::RecipientRole::Controller:
      return "dpv:DataController";
    case catalog::RecipientRole::Authority:
      return "dpv:Authority";
  }
  return "dpv:Recipient";
}

ordered_json recipients_of(const catalog::Dataset& dataset, std::string_view language) {
  ordered_json list = ordered_json::array();
  for (const auto& recipient : dataset.recipients) {
    ordered_json entry = {{"type", kind_of(recipient.role)},
                          {"name", recipient.name},
                          {"country", "loc:" + recipient.country}};
    // GDPR Art. 15(2)
    if (const auto& safeguard = recipient.safeguard.in(language); !safeguard.empty()) {
      entry["safeguard"] = ordered_json::array(
          {{{"type", "dpv:SafeguardForDataTransfer"}, {"description", safeguard}}});
    }
    list.push_back(std::move(entry));
  }
  return list;
}

/// `P2W` as `P14D`: xsd:duration knows no weeks. Of another form nothing is changed.
std::string without_weeks(const std::string& period) {
  constexpr std::size_t kMaxDigits = 6;
  const std::size_t digits = period.size() < 3 ? 0 : period.size() - 2;
  const bool is_weeks = period.starts_with('P') && period.ends_with('W') && digits > 0 &&
                        digits <= kMaxDigits &&
                        period.find_first_not_of("0123456789", 1) == period.size() - 1;
  return is_weeks ? fmt::format("P{}D", 7 * std::stoi(period.substr(1, digits))) : period;
}

ordered_json storage_of(const catalog::Dataset& dataset, const Phrases& phrases) {
  const auto& retention = dataset.retention;
  if (retention.period.empty())
    return {{"type", "dpv:StorageCondition"},
            {"description", retention.criteria.in(phrases.language)}};
  const auto* from = dataset.find_field(retention.from);
  const std::string_view title = from != nullptr ? title_of(*from, phrases) : retention.from;
  return {{"type", "dpv:StorageDuration"},
          {"duration", without_weeks(retention.period)},
          {"description", fmt::format("{} {}", phrases.retention_from, title)}};
}

/// GDPR Art. 15(1)(e) and (f).
ordered_json rights() {
  return ordered_json::array(
      {"eu-gdpr:A16", "eu-gdpr:A17", "eu-gdpr:A18", "eu-gdpr:A20", "eu-gdpr:A21", "eu-gdpr:A77"});
}

ordered_json process_of(const DatasetSummary& facts, const PackageSummary& summary) {
  const catalog::Dataset& dataset = *facts.dataset;
  const Phrases& phrases = summary.phrases;
  return {{"id", urn_of(summary, dataset.name)},
          {"type", "dpv:Process"},
          {"title", title_of(dataset, phrases)},
          {"purpose", purposes_of(dataset, phrases.language)},
          {"personalData", categories_of(dataset, phrases.language)},
          {"source",
           ordered_json::array({{{"type", "dpv:DataSource"},
                                 {"description", dataset.origin.in(phrases.language)}}})},
          {"recipient", recipients_of(dataset, phrases.language)},
          {"storage", storage_of(dataset, phrases)},
          {"right", rights()}};
}

ordered_json controller_of(const PackageSummary& summary) {
  const auto& controller = summary.catalog.controller();
  return {{"id", urn_of(summary, "controller")},
          {"type", "dpv:DataController"},
          {"name", controller.name},
          {"address", controller.address},
          {"dpo",
           {{"id", urn_of(summary, "dpo")},
            {"type", "dpv:DataProtectionOfficer"},
            {"contact", controller.dpo}}}};
}

ordered_json authority_of(const PackageSummary& summary) {
  const auto& authority = summary.catalog.controller().authority;
  ordered_json entry = {{"id", urn_of(summary, "authority")},
                        {"type", "dpv:DataProtectionAuthority"},
                        {"name", authority.name},
                        {"address", authority.address}};
  if (!authority.url.empty()) entry["page"] = authority.url;
  return entry;
}

ordered_json copies_of(const PackageSummary& summary) {
  ordered_json list = ordered_json::array();
  const auto add = [&](const DatasetSummary& dataset, std::string_view ending, const char* type) {
    list.push_back({{"id", fmt::format("../data/{}.{}", dataset.dataset->name, ending)},
                    {"type", "dcat:Distribution"},
                    {"title", title_of(*dataset.dataset, summary.phrases)},
                    {"format", fmt::format("{}{}", kMediaTypes, type)},
                    {"extent", dataset.rows}});
  };
  for (const auto& dataset : summary.datasets) {
    add(dataset, "json", "application/json");
    if (dataset.has_csv) add(dataset, "csv", "text/csv");
  }
  return list;
}

}  // namespace

std::string disclosure_jsonld(const PackageSummary& summary) {
  ordered_json context = ordered_json::parse(kContext);
  context["@language"] = summary.phrases.language;
  // The law asks for what concerns this person: only what was found.
  ordered_json processes = ordered_json::array();
  for (const auto& dataset : summary.datasets) {
    if (dataset.rows > 0) processes.push_back(process_of(dataset, summary));
  }
  const ordered_json document = {{"@context", std::move(context)},
                                 {"id", "urn:uuid:" + summary.request.to_string()},
                                 {"type", "eu-gdpr:SARNotice"},
                                 {"title", summary.phrases.title},
                                 {"issued", format_rfc3339(summary.created)},
                                 {"version", std::to_string(summary.catalog_version)},
                                 {"law", "legal-eu:law-GDPR"},
                                 {"right", ordered_json::array({"eu-gdpr:A15"})},
                                 {"status", "dpv:RequestFulfilled"},
                                 {"controller", controller_of(summary)},
                                 {"authority", authority_of(summary)},
                                 {"processes", std::move(processes)},
                                 {"copy", copies_of(summary)}};
  return document.dump(2) + "\n";
}

}  // namespace rightful::exporting
