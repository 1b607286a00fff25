#include "http/language_choice.hpp"

#include <array>

#include <gtest/gtest.h>

namespace rightful::http {
namespace {

const std::array<std::string, 3> kLanguages{"en", "fr", "de"};

std::string chosen(std::string_view accepted) {
  return choose_language(accepted, kLanguages);
}

TEST(LanguageChoice, TakesWhatIsWantedMost) {
  EXPECT_EQ(chosen("de"), "de");
  EXPECT_EQ(chosen("de-AT,de;q=0.9,en;q=0.8"), "de");
  EXPECT_EQ(chosen("en;q=0.5, FR-ch;q=0.7"), "fr");
  EXPECT_EQ(chosen("es, *;q=0.1, de;q=0.05"), "en");
  EXPECT_EQ(chosen("fr;q=0,de;q=0.001"), "de");
  EXPECT_EQ(chosen("fr ; q=1.000"), "fr");
}

TEST(LanguageChoice, TakesTheFirstOfEquals) {
  EXPECT_EQ(chosen("fr,de"), "fr");
  EXPECT_EQ(chosen("de;q=0.5,fr;q=0.5"), "de");
}

TEST(LanguageChoice, PassesOverWhatItDoesNotUnderstand) {
  for (const char* accepted : {"",
                               "es",
                               "deutsch",
                               ",,;;,",
                               "de;q=",
                               "de;q=2",
                               "de;q=0.x",
                               "de;q=0.00001",
                               "de;q=1e9",
                               "de;level=1",
                               "\"de\"",
                               "d",
                               "-de"}) {
    EXPECT_EQ(chosen(accepted), "en") << accepted;
  }
}

}  // namespace
}  // namespace rightful::http
