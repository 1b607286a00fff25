#include "export/read_me.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

crypto::SignPublicKey some_key() {
  return crypto::SignPublicKey::from(std::array<std::byte, 32>{});
}

/// The section of one language.
std::string section(const std::string& language) {
  const std::string page = read_me_page(some_key());
  const auto begin = page.find("<section lang=\"" + language + "\"");
  return begin == std::string::npos ? ""
                                    : page.substr(begin, page.find("</section>", begin) - begin);
}

std::ptrdiff_t count(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  return std::distance(std::sregex_iterator(text.begin(), text.end(), expression), {});
}

TEST(ReadMePage, IsSmallAndAsksNothingOfTheNetwork) {
  const std::string page = read_me_page(some_key());

  EXPECT_LE(page.size(), 48U << 10U);
  for (const std::string_view forbidden :
       {"://", "<script", "<img", "<link", "<iframe", "@import", "url(", "<form", " on"}) {
    if (forbidden == " on") {
      EXPECT_EQ(count(page, "<[^>]* on[a-z]+="), 0);
    } else {
      EXPECT_THAT(page, Not(HasSubstr(forbidden)));
    }
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReadMePage, IsTheSameForEverybodyOfAService) {
  std::array<std::byte, 32> other{};
  other[0] = std::byte{1};
  const auto key = crypto::SignPublicKey::from(other);
  std::string mine = read_me_page(some_key());
  const std::string print = crypto::fingerprint(some_key());

  for (auto at = mine.find(print); at != std::string::npos; at = mine.find(print))
    mine.replace(at, print.size(), crypto::fingerprint(key));

  EXPECT_EQ(mine, read_me_page(key)) << "only the fingerprint differs";
}

class ReadMeSection : public ::testing::TestWithParam<const char*> {};

TEST_P(ReadMeSection, SaysEverythingInEachLanguage) {
  const std::string text = section(GetParam());

  EXPECT_EQ(count(text, "<h2 "), 1);
  EXPECT_EQ(count(text, "<h3>"), 3);
  EXPECT_EQ(count(text, "<li>"), 6) << "three ways, three steps";
  for (const std::string_view program :
       {"7-Zip",           "NanaZip",   "PeaZip",   "WinRAR",  "WinZip",
        "Explor",          "Keka",      "Finder",   "unar",    "bsdtar",
        "libzip",          "CRC error", "Info-ZIP", "Windows", "macOS",
        "Linux",           "Android",   "iPhone",   ">7zz x ", "--reveal-code",
        "--recovery-code", "index.html"}) {
    EXPECT_THAT(text, HasSubstr(program));
  }
  EXPECT_THAT(text, HasSubstr(crypto::fingerprint(some_key())));
}

TEST_P(ReadMeSection, HasATableThatCanBeReadAloud) {
  const std::string text = section(GetParam());

  EXPECT_EQ(count(text, "<table>"), 1);
  EXPECT_EQ(count(text, "<caption>"), 1);
  EXPECT_EQ(count(text, "<th scope=\"col\">"), 2);
  EXPECT_EQ(count(text, "<th scope=\"rowgroup\""), 4);
  EXPECT_EQ(count(text, "<th scope=\"row\">"), count(text, "<td>"));
  EXPECT_EQ(count(text, "<td>"), 11);
}

INSTANTIATE_TEST_SUITE_P(Languages,
                         ReadMeSection,
                         ::testing::Values("en", "fr", "de"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace rightful::exporting
