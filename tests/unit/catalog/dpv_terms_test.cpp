#include "rightful/catalog/dpv_terms.hpp"

#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "catalog/known_terms.hpp"

namespace rightful::catalog {
namespace {

/// Every name of the vocabulary, `dpv:ServiceProvision`.
std::set<std::string> all_terms() {
  std::set<std::string> terms;
  std::ifstream file(RIGHTFUL_SOURCE_DIR "/tests/vectors/dpv/terms.txt");
  for (std::string line; std::getline(file, line);)
    if (!line.starts_with('#')) terms.insert(line);
  return terms;
}

TEST(DpvTerms, AreThoseOfTheVocabulary) {
  const auto terms = all_terms();
  int purposes = 0;
  int categories = 0;

  ASSERT_GT(terms.size(), 1000U);
  for (const auto& term : terms) {
    const std::string name = term.substr(term.find(':') + 1);
    purposes += is_dpv_purpose(name) && term.starts_with("dpv:") ? 1 : 0;
    categories += is_dpv_personal_data(name) && term.starts_with("pd:") ? 1 : 0;
  }

  EXPECT_EQ(purposes, 121);
  EXPECT_EQ(categories, 229);
}

TEST(KnownTerms, AreTermsOfTheVocabulary) {
  for (const auto name : known_term_names())
    EXPECT_TRUE(is_dpv_purpose(name) || is_dpv_personal_data(name)) << name;
}

TEST(DpvTerms, DoNotKnowOthers) {
  EXPECT_FALSE(is_dpv_purpose("Bookbinding"));
  EXPECT_FALSE(is_dpv_purpose("EmailAddress"));
  EXPECT_FALSE(is_dpv_personal_data("ServiceProvision"));
  EXPECT_FALSE(is_dpv_personal_data(""));
}

}  // namespace
}  // namespace rightful::catalog
