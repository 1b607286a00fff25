// Keys of fideslang are DPV terms by another name.
#include <fstream>

#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"

#include "catalog/fideslang_terms.hpp"
#include "catalog/known_terms.hpp"
#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::catalog {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<Term>& terms) {
  std::vector<std::string> names;
  for (const Term& term : terms) {
    names.push_back(term.name);
  }
  return names;
}

TEST(Fideslang, IsTranslatedWhenRead) {
  const auto catalog = Catalog::parse(
      testing::with("[ServiceProvision]\n  categories: [Name]",
                    "[marketing.advertising, essential.service]\n  categories: "
                    "[user.contact.email, user.name.first, user.name.last, VoiceMail]"),
      "c.yaml");

  ASSERT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
  const Dataset& note = *catalog->find_dataset("note");
  EXPECT_THAT(names_of(note.purposes), ::testing::ElementsAre("Advertising", "ServiceProvision"));
  EXPECT_THAT(names_of(note.categories),
              ::testing::ElementsAre("EmailAddress", "Name", "VoiceMail"));
  EXPECT_EQ(text_of(note.categories.front(), "de"), "E-Mail-Adresse");
}

TEST(Fideslang, TakesTheNearestKeyAbove) {
  EXPECT_EQ(dpv_category_of("user.contact.email.work"), "EmailAddress");
  EXPECT_EQ(dpv_category_of("user"), "");
  EXPECT_EQ(dpv_category_of("system.operations"), "");
  EXPECT_EQ(dpv_purpose_of("marketing.communications.sms"), "DirectMarketing");
}

TEST(Fideslang, RefusesAKeyNobodyKnows) {
  const auto catalog =
      Catalog::parse(testing::with("categories: [Name]", "categories: [system.x]"), "c.yaml");

  ASSERT_FALSE(catalog.has_value());
  EXPECT_THAT(catalog.error().front().what, HasSubstr("`system.x` is no key of fideslang"));
}

TEST(Fideslang, HasReadyWordsForEveryTerm) {
  for (const char* key : {"user.name",
                          "user.account",
                          "user.biometric",
                          "user.criminal_history",
                          "user.device.cookie",
                          "user.financial",
                          "user.job_title",
                          "user.payment",
                          "user.telemetry"}) {
    EXPECT_NE(known_term(dpv_category_of(key)), nullptr) << key;
  }
}

/// The table that the terms were taken from, where this machine has it.
TEST(Fideslang, AgreesWithItsTable) {
  std::ifstream file(RIGHTFUL_SHARED_DATA_DIR "/dpv/fideslang_to_dpv.tsv");
  if (!file) GTEST_SKIP() << "fideslang_to_dpv.tsv is not on this machine";
  bool is_category = true;
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) {
      is_category = line.find("categor") != std::string::npos;
      continue;
    }
    const std::string key = line.substr(0, line.find('\t'));
    const std::string term = line.substr(line.find(':') + 1);
    EXPECT_EQ(is_category ? dpv_category_of(key) : dpv_purpose_of(key), term) << key;
    EXPECT_NE(known_term(term), nullptr) << term;
    ++rows;
  }
  EXPECT_EQ(rows, 91);
}

}  // namespace
}  // namespace rightful::catalog
