#include "sources/odbc_text.hpp"

#include <gtest/gtest.h>

namespace rightful::sources {
namespace {

TEST(OdbcText, ComesBackFromUtf16) {
  for (const std::string text : {"", "a", "é€", "😀 🧑‍💻", "\xF4\x8F\xBF\xBF"}) {
    std::string out = "before";

    EXPECT_TRUE(utf8_from(utf16_from(text), out));
    EXPECT_EQ(out, text);
  }
}

TEST(OdbcText, RefusesLoneSurrogates) {
  std::string out;

  EXPECT_FALSE(utf8_from(std::string("\x3d\xd8", 2), out));
  EXPECT_FALSE(utf8_from(std::string("\x3d\xd8\x41\x00", 4), out));
  EXPECT_FALSE(utf8_from(std::string("\x00\xde\x41\x00", 4), out));
  EXPECT_FALSE(utf8_from(std::string("\x41", 1), out));
}

TEST(OdbcText, KnowsWhatIsNotUtf8) {
  EXPECT_TRUE(is_utf8("aé€😀"));
  EXPECT_TRUE(is_utf8(std::string("a\0b", 3)));
  for (const char* text :
       {"\xff", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\xc3"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

}  // namespace
}  // namespace rightful::sources
