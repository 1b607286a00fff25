#include "export/phrases.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/yaml.hpp"
#include "rightful/export/translations.hpp"

namespace rightful::exporting {

namespace {

constexpr auto kNames = std::to_array<std::pair<std::string_view, std::string Phrases::*>>({
    {"language", &Phrases::language},
    {"direction", &Phrases::direction},
    {"title", &Phrases::title},
    {"intro", &Phrases::intro},
    {"request", &Phrases::request},
    {"created", &Phrases::created},
    {"catalog", &Phrases::catalog},
    {"skip", &Phrases::skip},
    {"overview", &Phrases::overview},
    {"to_overview", &Phrases::to_overview},
    {"dataset", &Phrases::dataset},
    {"field", &Phrases::field},
    {"record", &Phrases::record},
    {"records", &Phrases::records},
    {"all_records", &Phrases::all_records},
    {"files", &Phrases::files},
    {"source", &Phrases::source},
    {"page", &Phrases::page},
    {"of", &Phrases::of},
    {"pages", &Phrases::pages},
    {"first", &Phrases::first},
    {"previous", &Phrases::previous},
    {"next", &Phrases::next},
    {"last", &Phrases::last},
    {"nothing_here", &Phrases::nothing_here},
    {"machine_readable", &Phrases::machine_readable},
    {"csv", &Phrases::csv},
    {"no_value", &Phrases::no_value},
    {"yes", &Phrases::yes},
    {"no", &Phrases::no},
    {"redacted", &Phrases::redacted},
    {"person", &Phrases::person},
    {"binary", &Phrases::binary},
    {"missing_file", &Phrases::missing_file},
    {"open_file", &Phrases::open_file},
    {"size_bytes", &Phrases::size_bytes},
    {"size_kb", &Phrases::size_kb},
    {"size_mb", &Phrases::size_mb},
    {"size_gb", &Phrases::size_gb},
    {"thousands", &Phrases::thousands},
    {"decimal_point", &Phrases::decimal_point},
    {"find", &Phrases::find},
    {"find_here", &Phrases::find_here},
    {"find_all", &Phrases::find_all},
    {"find_too_many", &Phrases::find_too_many},
    {"find_list", &Phrases::find_list},
    {"find_list_some", &Phrases::find_list_some},
    {"from", &Phrases::from},
    {"to", &Phrases::to},
    {"searched", &Phrases::searched},
    {"searched_intro", &Phrases::searched_intro},
    {"nothing_at_all", &Phrases::nothing_at_all},
    {"snapshot", &Phrases::snapshot},
    {"reading", &Phrases::reading},
    {"reading_pages", &Phrases::reading_pages},
    {"reading_data", &Phrases::reading_data},
    {"reading_csv", &Phrases::reading_csv},
    {"reading_linked", &Phrases::reading_linked},
    {"reading_proof", &Phrases::reading_proof},
    {"omissions", &Phrases::omissions},
    {"omissions_none", &Phrases::omissions_none},
    {"omitted_redacted", &Phrases::omitted_redacted},
    {"omitted_pseudonym", &Phrases::omitted_pseudonym},
    {"omitted_security", &Phrases::omitted_security},
    {"omitted_not_personal", &Phrases::omitted_not_personal},
    {"omitted_missing", &Phrases::omitted_missing},
    {"reason", &Phrases::reason},
    {"count", &Phrases::count},
    {"masked", &Phrases::masked},
    {"masked_intro", &Phrases::masked_intro},
    {"about", &Phrases::about},
    {"about_intro", &Phrases::about_intro},
    {"controller", &Phrases::controller},
    {"address", &Phrases::address},
    {"dpo", &Phrases::dpo},
    {"website", &Phrases::website},
    {"purposes", &Phrases::purposes},
    {"categories", &Phrases::categories},
    {"recipients", &Phrases::recipients},
    {"recipients_none", &Phrases::recipients_none},
    {"role_processor", &Phrases::role_processor},
    {"role_joint", &Phrases::role_joint},
    {"role_controller", &Phrases::role_controller},
    {"role_authority", &Phrases::role_authority},
    {"safeguard", &Phrases::safeguard},
    {"retention", &Phrases::retention},
    {"retention_from", &Phrases::retention_from},
    {"origin", &Phrases::origin},
    {"rights", &Phrases::rights},
    {"right_rectification", &Phrases::right_rectification},
    {"right_erasure", &Phrases::right_erasure},
    {"right_restriction", &Phrases::right_restriction},
    {"right_objection", &Phrases::right_objection},
    {"right_portability", &Phrases::right_portability},
    {"right_complaint", &Phrases::right_complaint},
    {"authority", &Phrases::authority},
    {"automated", &Phrases::automated},
    {"automated_text", &Phrases::automated_text},
    {"unit_year", &Phrases::unit_year},
    {"unit_years", &Phrases::unit_years},
    {"unit_month", &Phrases::unit_month},
    {"unit_months", &Phrases::unit_months},
    {"unit_week", &Phrases::unit_week},
    {"unit_weeks", &Phrases::unit_weeks},
    {"unit_day", &Phrases::unit_day},
    {"unit_days", &Phrases::unit_days},
});

static_assert(kNames.size() == sizeof(Phrases) / sizeof(std::string), "a phrase has no name here");

PhraseTexts texts_of(std::string_view yaml, std::string_view name) {
  const auto root = parse_yaml(yaml, name);
  RIGHTFUL_CHECK(root.has_value());
  PhraseTexts texts;
  for (const auto& [key, value] : root->find("phrases")->entries())
    texts.emplace(key.text(), value.text());
  return texts;
}

Phrases built_in(std::string_view language) {
  auto phrases = read_phrases(texts_of(phrase_template(language), language));
  RIGHTFUL_CHECK(phrases.has_value());
  return *std::move(phrases);
}

bool is_built_in(std::string_view language) {
  return language == "en" || language == "fr" || language == "de";
}

std::string_view language_of(const PhraseTexts& texts) {
  const auto found = texts.find("language");
  return found == texts.end() ? std::string_view() : std::string_view(found->second);
}

const PhraseTexts* translation_for(const catalog::Catalog& catalog, std::string_view language) {
  const auto& all = catalog.phrases();
  const auto found = std::ranges::find(all, language, language_of);
  return found == all.end() ? nullptr : &*found;
}

std::string joined(const std::vector<std::string>& problems) {
  std::string text;
  for (const auto& problem : problems)
    text += (text.empty() ? "" : ", ") + problem;
  return text;
}

}  // namespace

const Phrases& phrases_in(std::string_view language) {
  static const Phrases kEnglish = built_in("en");
  static const Phrases kFrench = built_in("fr");
  static const Phrases kGerman = built_in("de");
  if (language == "fr") return kFrench;
  if (language == "de") return kGerman;
  return kEnglish;
}

std::expected<Phrases, std::vector<std::string>> read_phrases(const PhraseTexts& texts) {
  Phrases phrases;
  std::vector<std::string> problems;
  for (const auto& [name, member] : kNames) {
    const auto found = texts.find(name);
    if (found == texts.end() || found->second.empty()) {
      problems.push_back("`" + std::string(name) + "` is missing");
    } else {
      phrases.*member = found->second;
    }
  }
  for (const auto& [name, text] : texts) {
    if (std::ranges::find(kNames, name, &decltype(kNames)::value_type::first) == kNames.end())
      problems.push_back("`" + name + "` is not a phrase");
  }
  if (!phrases.direction.empty() && phrases.direction != "ltr" && phrases.direction != "rtl")
    problems.emplace_back("`direction` is neither ltr nor rtl");
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return phrases;
}

Phrases phrases_for(const catalog::Catalog& catalog, std::string_view language) {
  if (is_built_in(language)) return phrases_in(language);
  const auto* texts = translation_for(catalog, language);
  if (texts == nullptr) return phrases_in("en");
  auto phrases = read_phrases(*texts);
  return phrases ? *std::move(phrases) : phrases_in("en");
}

std::vector<std::string> check_translations(const catalog::Catalog& catalog) {
  std::vector<std::string> problems;
  for (const auto& language : catalog.controller().languages) {
    if (is_built_in(language)) continue;
    const auto* texts = translation_for(catalog, language);
    if (texts == nullptr) {
      problems.push_back("the controller offers `" + language + "`, and " +
                         translation_file(language) +
                         " is not there; `rightful catalog phrases` prints the words to translate");
      continue;
    }
    if (const auto phrases = read_phrases(*texts); !phrases)
      problems.push_back(translation_file(language) + ": " + joined(phrases.error()));
  }
  for (const auto& texts : catalog.phrases()) {
    if (is_built_in(language_of(texts)))
      problems.push_back("`phrases` for " + std::string(language_of(texts)) +
                         ": these words are built in and cannot be replaced; remove the file");
  }
  return problems;
}

std::string translation_file(std::string_view language) {
  return "translations/" + std::string(language) + ".yaml";
}

}  // namespace rightful::exporting
