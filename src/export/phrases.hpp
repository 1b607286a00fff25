/// @file
/// The words that Rightful itself writes into a package: built in in en, fr and de, for any other
/// language from the catalog.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"

namespace rightful::exporting {

/// Every text of one language. HTML may not stand in them: they are escaped like anything else.
struct Phrases {
  // the language, ISO 639-1, and how it is written: ltr or rtl
  std::string language;
  std::string direction;
  // the package
  std::string title;
  std::string intro;
  std::string request;
  std::string created;
  std::string catalog;
  // the frame of every page
  std::string skip;
  std::string overview;
  std::string to_overview;
  // records and their pages
  std::string dataset;
  std::string field;
  std::string record;
  std::string records;
  std::string all_records;
  std::string files;
  std::string source;
  std::string page;
  std::string of;
  std::string pages;
  std::string first;
  std::string previous;
  std::string next;
  std::string last;
  std::string nothing_here;
  std::string machine_readable;
  std::string csv;
  // values
  std::string no_value;
  std::string yes;
  std::string no;
  std::string redacted;
  std::string person;
  std::string binary;
  std::string missing_file;
  std::string open_file;
  std::string size_bytes;
  std::string size_kb;
  std::string size_mb;
  std::string size_gb;
  std::string thousands;
  std::string decimal_point;
  // finding something
  std::string find;
  std::string find_here;
  std::string find_all;
  std::string find_too_many;
  std::string find_list;
  std::string find_list_some;
  std::string from;
  std::string to;
  // what was searched
  std::string searched;
  std::string searched_intro;
  std::string nothing_at_all;
  std::string snapshot;
  // how to read the folder
  std::string reading;
  std::string reading_pages;
  std::string reading_data;
  std::string reading_csv;
  std::string reading_linked;
  std::string reading_proof;
  // what is left out
  std::string omissions;
  std::string omissions_none;
  std::string omitted_redacted;
  std::string omitted_pseudonym;
  std::string omitted_security;
  std::string omitted_not_personal;
  std::string omitted_missing;
  std::string reason;
  std::string count;
  std::string masked;
  std::string masked_intro;
  // GDPR Art. 15(1) and (2)
  std::string about;
  std::string about_intro;
  std::string controller;
  std::string address;
  std::string dpo;
  std::string website;
  std::string purposes;
  std::string categories;
  std::string recipients;
  std::string recipients_none;
  std::string role_processor;
  std::string role_joint;
  std::string role_controller;
  std::string role_authority;
  std::string safeguard;
  std::string retention;
  std::string retention_from;
  std::string origin;
  std::string rights;
  std::string right_rectification;
  std::string right_erasure;
  std::string right_restriction;
  std::string right_objection;
  std::string right_portability;
  std::string right_complaint;
  std::string authority;
  std::string automated;
  std::string automated_text;
  // periods: 1 year, 2 years …
  std::string unit_year;
  std::string unit_years;
  std::string unit_month;
  std::string unit_months;
  std::string unit_week;
  std::string unit_weeks;
  std::string unit_day;
  std::string unit_days;
};

/// @param language  en, fr or de; English for anything else.
[[nodiscard]] const Phrases& phrases_in(std::string_view language);

/// What a translation file says, name → text.
using PhraseTexts = std::map<std::string, std::string, std::less<>>;

/// @return what is wrong, each thing with its name: missing, empty, unknown, no direction.
[[nodiscard]] std::expected<Phrases, std::vector<std::string>> read_phrases(
    const PhraseTexts& texts);

/// @param language  one that the controller offers; the catalog has passed check_translations(),
/// else English answers for a language without words.
[[nodiscard]] Phrases phrases_for(const catalog::Catalog& catalog, std::string_view language);

}  // namespace rightful::exporting
