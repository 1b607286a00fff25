/// @file
/// The words that Rightful itself writes into a package, in the languages that it speaks.
#pragma once

#include <string_view>

namespace rightful::exporting {

/// Every text of one language. HTML may not stand in them: they are escaped like anything else.
struct Phrases {
  std::string_view language;
  std::string_view title;  ///< of the whole package
  std::string_view intro;
  std::string_view skip;  ///< the skip link
  std::string_view overview;
  std::string_view to_overview;
  std::string_view field;
  std::string_view record;
  std::string_view records;
  std::string_view files;
  std::string_view dataset;
  std::string_view source;
  std::string_view page;
  std::string_view of;
  std::string_view previous;
  std::string_view next;
  std::string_view pages;
  std::string_view machine_readable;
  std::string_view no_value;
  std::string_view yes;
  std::string_view no;
  std::string_view redacted;
  std::string_view person;  ///< `person 1`
  std::string_view missing_file;
  std::string_view open_file;
  std::string_view nothing_here;    ///< a dataset without records
  std::string_view nothing_at_all;  ///< the whole package without records
  std::string_view searched;
  std::string_view searched_intro;
  std::string_view snapshot;  ///< when a source was read
  std::string_view reading;   ///< how to read this folder
  std::string_view reading_pages;
  std::string_view reading_data;
  std::string_view reading_proof;
  std::string_view omissions;
  std::string_view omissions_none;
  std::string_view omitted_redacted;
  std::string_view omitted_pseudonym;
  std::string_view omitted_security;
  std::string_view omitted_not_personal;
  std::string_view omitted_missing;
  std::string_view reason;
  std::string_view count;
  std::string_view about;  ///< the page of Art. 15(1)
  std::string_view about_intro;
  std::string_view controller;
  std::string_view address;
  std::string_view dpo;
  std::string_view purposes;
  std::string_view categories;
  std::string_view recipients;
  std::string_view recipients_none;
  std::string_view role_processor;
  std::string_view role_joint;
  std::string_view role_controller;
  std::string_view role_authority;
  std::string_view safeguard;
  std::string_view retention;
  std::string_view retention_from;  ///< `3 months, counted from`
  std::string_view origin;
  std::string_view rights;
  std::string_view right_rectification;
  std::string_view right_erasure;
  std::string_view right_restriction;
  std::string_view right_objection;
  std::string_view right_portability;
  std::string_view right_complaint;
  std::string_view authority;
  std::string_view automated;
  std::string_view automated_text;
  std::string_view request;
  std::string_view created;
  std::string_view catalog;
};

/// @param language  en, fr or de; English for anything else.
[[nodiscard]] const Phrases& phrases_in(std::string_view language);

}  // namespace rightful::exporting
