#include "catalog/facts_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "catalog/fideslang_terms.hpp"
#include "catalog/known_keys.hpp"
#include "catalog/known_terms.hpp"

namespace rightful::catalog {
namespace {

constexpr std::array<std::pair<std::string_view, RecipientRole>, 4> kRoles{
    {{"processor", RecipientRole::Processor},
     {"joint_controller", RecipientRole::JointController},
     {"controller", RecipientRole::Controller},
     {"authority", RecipientRole::Authority}}};

// The 27 Member States, Iceland, Liechtenstein and Norway (EEA Joint Committee Decision 154/2018).
constexpr std::array<std::string_view, 30> kEea{
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// ISO 3166-1, or 3166-2.
bool is_establishment(std::string_view text) {
  if (!is_country(text.substr(0, 2))) return false;
  if (text.size() == 2) return true;
  const std::string_view region = text.substr(2);
  return region.front() == '-' && region.size() >= 2 && region.size() <= 4 &&
         std::all_of(region.begin() + 1, region.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || is_digit(c);
         });
}

bool is_url(std::string_view text) {
  return text.starts_with("https://") && text.size() > 8 && text.size() <= 1000 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c != '"' && c != '<' && c != '>' && c != 0x7F;
         });
}

bool is_term(std::string_view text) {
  return !text.empty() && text.size() <= 100 && is_alpha(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_alpha(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

/// ISO 8601-1 §5.5.2.3 without a time part: P, then years, months, weeks, days in this order.
bool is_period(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3 || text.size() > 20) return false;
  std::string_view units = "YMWD";
  std::size_t digits = 0;
  for (const char c : text.substr(1)) {
    if (is_digit(c)) {
      ++digits;
      continue;
    }
    const std::size_t unit = units.find(c);
    if (digits == 0 || digits > 4 || unit == std::string_view::npos) return false;
    units.remove_prefix(unit + 1);
    digits = 0;
  }
  return digits == 0;
}

Authority read_authority(const YamlNode& node, Problems& problems) {
  const MappingReader mapping(node, problems, "the authority", keys::kAuthority);
  Authority authority;
  if (const auto* name = mapping.required("name", "write the authority's name")) {
    authority.name = read_text(*name, problems, "the authority's name").value_or("");
  }
  if (const auto* address = mapping.required("address", "write the authority's postal address")) {
    authority.address = read_text(*address, problems, "the authority's address").value_or("");
  }
  if (const auto* url = mapping.optional("url")) {
    authority.url =
        read_word(*url, problems, "the authority's url", is_url, "an address with https://")
            .value_or("");
  }
  return authority;
}

std::vector<std::string> read_languages(const YamlNode& node, Problems& problems) {
  std::vector<std::string> languages;
  read_list(node, problems, "`languages`", [&](const YamlNode& item) {
    auto language =
        read_word(item, problems, "the language", is_language, "a code of ISO 639-1, such as `en`");
    if (!language) return;
    if (std::find(languages.begin(), languages.end(), *language) != languages.end()) {
      problems.add(
          item, fmt::format("the language `{}` stands here twice", *language), "remove one");
      return;
    }
    languages.push_back(*std::move(language));
  });
  if (node.kind() == YamlNode::Kind::Sequence && node.items().empty()) {
    problems.add(
        node, "`languages` is empty", "name every language in which the service is offered");
  }
  return languages;
}

/// Words for a term in every language: its own, or ready ones, or (in English) its name.
void demand_words(const YamlNode& node,
                  const Term& term,
                  Problems& problems,
                  const std::vector<std::string>& languages) {
  const LocalizedText* known = known_term(term.name);
  for (const std::string& language : languages) {
    if (language == "en" || term.title.has(language)) continue;
    if (known != nullptr && known->has(language)) continue;
    problems.add(node,
                 fmt::format("there are no words in `{}` for the term `{}`", language, term.name),
                 fmt::format("write {{ term: {}, title: {{ {}: … }} }}", term.name, language));
  }
}

/// Where a list of terms stands.
enum class TermList : std::uint8_t { Purposes, Categories };

/// DPV's own name for a term: itself, or what a key of fideslang means. DPV's names have no dots.
std::optional<std::string> dpv_name(const YamlNode& node,
                                    std::string name,
                                    TermList list,
                                    Problems& problems) {
  const std::string_view translated =
      list == TermList::Categories ? dpv_category_of(name) : dpv_purpose_of(name);
  if (!translated.empty()) return std::string(translated);
  if (name.find('.') == std::string::npos) return name;
  problems.add(node,
               fmt::format("`{}` is no key of fideslang that has a DPV term", name),
               "write a DPV term, such as `ServiceProvision` or `EmailAddress`");
  return std::nullopt;
}

std::optional<Term> read_term(const YamlNode& node,
                              Problems& problems,
                              TermList list,
                              const std::vector<std::string>& languages) {
  const std::string_view what = list == TermList::Purposes ? "the purpose" : "the category";
  constexpr std::string_view kRule = "a DPV term, such as `ServiceProvision`";
  Term term;
  if (node.kind() == YamlNode::Kind::Mapping) {
    const MappingReader mapping(node, problems, std::string(what), keys::kTerm);
    const auto* name = mapping.required("term", "name a DPV term");
    const auto* title = mapping.required("title", "write the term in words");
    if (title != nullptr) {
      term.title =
          read_localized(*title, problems, fmt::format("the title of {}", what), languages);
    }
    const auto text =
        name == nullptr ? std::nullopt : read_word(*name, problems, what, is_term, kRule);
    if (!text) return std::nullopt;
    const auto dpv = dpv_name(*name, *text, list, problems);
    if (!dpv) return std::nullopt;
    term.name = *dpv;
    return term;
  }
  auto text = read_word(node, problems, what, is_term, kRule);
  if (!text) return std::nullopt;
  auto dpv = dpv_name(node, *std::move(text), list, problems);
  if (!dpv) return std::nullopt;
  term.name = *std::move(dpv);
  demand_words(node, term, problems, languages);
  return term;
}

std::vector<Term> read_terms(const YamlNode& node,
                             Problems& problems,
                             std::string_view key,
                             const std::vector<std::string>& languages) {
  std::vector<Term> terms;
  const TermList list = key == "purposes" ? TermList::Purposes : TermList::Categories;
  read_list(node, problems, fmt::format("`{}`", key), [&](const YamlNode& item) {
    auto term = read_term(item, problems, list, languages);
    // Two keys of fideslang may mean the same term.
    if (term && std::ranges::find(terms, term->name, &Term::name) == terms.end()) {
      terms.push_back(*std::move(term));
    }
  });
  if (node.kind() == YamlNode::Kind::Sequence && node.items().empty()) {
    problems.add(node, fmt::format("`{}` is empty", key), "name at least one (Art. 15(1))");
  }
  return terms;
}

bool is_in_eea(std::string_view country) {
  return std::find(kEea.begin(), kEea.end(), country) != kEea.end();
}

Recipient read_recipient(const YamlNode& node,
                         Problems& problems,
                         const std::vector<std::string>& languages) {
  const MappingReader mapping(node, problems, "the recipient", keys::kRecipient);
  Recipient recipient;
  if (const auto* name = mapping.required("name", "name the recipient (Art. 15(1)(c))")) {
    recipient.name = read_text(*name, problems, "the recipient's name").value_or("");
  }
  if (const auto* country = mapping.required("country", "write the code of ISO 3166-1")) {
    recipient.country = read_word(*country,
                                  problems,
                                  "the recipient's country",
                                  is_country,
                                  "a code of ISO 3166-1, such as `DE`")
                            .value_or("");
  }
  if (const auto* role = mapping.required("role", "write `processor`, or what it is")) {
    recipient.role = read_choice<RecipientRole>(*role, problems, "the recipient's role", kRoles)
                         .value_or(RecipientRole::Processor);
  }
  if (const auto* safeguard = mapping.optional("safeguard")) {
    recipient.safeguard = read_localized(*safeguard, problems, "the safeguard", languages);
  } else if (!recipient.country.empty() && !is_in_eea(recipient.country)) {
    // GDPR Art. 15(2): the person is told of the safeguards of a transfer.
    problems.add(node,
                 fmt::format("`safeguard` is missing for a recipient in {}", recipient.country),
                 "say what the transfer to a third country rests on (Art. 15(2))");
  }
  return recipient;
}

Retention read_retention(const YamlNode& node,
                         Problems& problems,
                         const std::vector<std::string>& languages) {
  const MappingReader mapping(node, problems, "the retention", keys::kRetention);
  Retention retention;
  const auto* period = mapping.optional("period");
  const auto* from = mapping.optional("from");
  const auto* criteria = mapping.optional("criteria");
  if (period != nullptr) {
    retention.period =
        read_word(*period, problems, "the period", is_period, "a period of ISO 8601, such as `P3M`")
            .value_or("");
  }
  if (from != nullptr) {
    retention.from = read_word(*from,
                               problems,
                               "the field `from`",
                               is_column_name,
                               "the name of a field of the dataset")
                         .value_or("");
  }
  if (criteria != nullptr) {
    retention.criteria = read_localized(*criteria, problems, "the criteria", languages);
  }
  const bool is_complete = (period != nullptr && from != nullptr) || criteria != nullptr;
  if (node.kind() == YamlNode::Kind::Mapping && !is_complete) {
    // GDPR Art. 15(1)(d): this person must be able to work out the end.
    problems.add(node,
                 "the retention gives no end",
                 "write `{ period: P3M, from: <field> }`, or `{ criteria: … }` in words");
  }
  return retention;
}

LocalizedText read_origin(const YamlNode& node,
                          Problems& problems,
                          const std::vector<std::string>& languages) {
  if (refuse_placeholder(node, problems, "the origin")) return {};
  if (node.kind() == YamlNode::Kind::Scalar) {
    if (const LocalizedText* known = known_origin(node.text()); known != nullptr) {
      const auto missing = std::find_if(
          languages.begin(), languages.end(), [&](const auto& l) { return !known->has(l); });
      if (missing == languages.end()) return *known;
      problems.add(node,
                   fmt::format("there are no ready words for `{}` in `{}`", node.text(), *missing),
                   "write the origin by language");
      return {};
    }
    if (languages.size() != 1) {
      problems.add(
          node,
          "the origin is neither given by language nor one of the ready ones",
          "write { en: …, … }, or one of: the subject, use of the service, our own systems");
      return {};
    }
  }
  return read_localized(node, problems, "the origin", languages);
}

}  // namespace

Controller read_controller(const YamlNode& node, Problems& problems) {
  const MappingReader mapping(node, problems, "the controller", keys::kController);
  Controller controller;
  if (const auto* name = mapping.required("name", "write the company's name")) {
    controller.name = read_text(*name, problems, "the controller's name").value_or("");
  }
  if (const auto* address = mapping.required("address", "write the company's postal address")) {
    controller.address = read_text(*address, problems, "the controller's address").value_or("");
  }
  if (const auto* dpo = mapping.optional("dpo")) {
    controller.dpo = read_text(*dpo, problems, "the data protection officer").value_or("");
  }
  if (const auto* establishment = mapping.optional("establishment")) {
    controller.establishment = read_word(*establishment,
                                         problems,
                                         "the establishment",
                                         is_establishment,
                                         "a country or region, such as `DE` or `DE-BE`")
                                   .value_or("");
  }
  if (const auto* zone = mapping.required("timezone", "write an IANA name: `Europe/Berlin`")) {
    controller.timezone =
        read_word(
            *zone, problems, "the timezone", is_timezone, "an IANA name, such as `Europe/Berlin`")
            .value_or("");
  }
  if (const auto* authority = mapping.required(
          "authority", "name the supervisory authority with its address (Art. 15(1)(f))")) {
    controller.authority = read_authority(*authority, problems);
  }
  if (const auto* languages =
          mapping.required("languages", "name every language in which the service is offered")) {
    controller.languages = read_languages(*languages, problems);
  }
  return controller;
}

Facts read_facts(const MappingReader& mapping,
                 Problems& problems,
                 const std::vector<std::string>& languages) {
  Facts facts;
  if (const auto* purposes = mapping.optional("purposes")) {
    facts.purposes = read_terms(*purposes, problems, "purposes", languages);
  }
  if (const auto* categories = mapping.optional("categories")) {
    facts.categories = read_terms(*categories, problems, "categories", languages);
  }
  if (const auto* recipients = mapping.optional("recipients")) {
    facts.recipients.emplace();
    read_list(*recipients, problems, "`recipients`", [&](const YamlNode& item) {
      facts.recipients->push_back(read_recipient(item, problems, languages));
    });
  }
  if (const auto* retention = mapping.optional("retention")) {
    facts.retention = read_retention(*retention, problems, languages);
    facts.retention_node = retention;
  }
  if (const auto* origin = mapping.optional("origin")) {
    facts.origin = read_origin(*origin, problems, languages);
  }
  return facts;
}

}  // namespace rightful::catalog
