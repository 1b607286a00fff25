#include "sources/copy_text.hpp"

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

using Texts = std::vector<std::optional<std::string>>;

Texts decode(std::string_view line, std::size_t fields) {
  CopyTextDecoder decoder;
  Texts texts;
  for (const auto& field : decoder.decode(line, fields)) {
    texts.emplace_back(field ? std::optional(std::string(*field)) : std::nullopt);
  }
  return texts;
}

TEST(CopyTextDecoder, SplitsAtTabs) {
  EXPECT_THAT(decode("a\tbc\td", 3), ElementsAre("a", "bc", "d"));
}

TEST(CopyTextDecoder, TellsNullFromEmptyAndFromTheLetters) {
  EXPECT_THAT(decode("\\N\t\t\\\\N\tN", 4), ElementsAre(Eq(std::nullopt), "", "\\N", "N"));
}

TEST(CopyTextDecoder, ReadsASingleEmptyField) {
  EXPECT_THAT(decode("", 1), ElementsAre(""));
}

TEST(CopyTextDecoder, ReadsEveryEscape) {
  EXPECT_THAT(decode(R"(\b\f\n\r\t\v\\)", 1), ElementsAre("\b\f\n\r\t\v\\"));
}

TEST(CopyTextDecoder, TakesAnyOtherEscapedCharacterForItself) {
  EXPECT_THAT(decode(R"(\.\"\q)", 1), ElementsAre(".\"q"));
}

TEST(CopyTextDecoder, KeepsAllOtherBytes) {
  const std::string hostile = "<b>'\"; DROP \xF0\x9F\x92\xA9 \xE2\x80\xAE \x01 =1+1";

  EXPECT_THAT(decode(hostile + "\tx", 2), ElementsAre(hostile, "x"));
}

TEST(CopyTextDecoder, KeepsSeveralEscapedFieldsApart) {
  EXPECT_THAT(decode(R"(a\n1)"
                     "\t"
                     R"(b\\2)"
                     "\tplain\t"
                     R"(c\t3)",
                     4),
              ElementsAre("a\n1", "b\\2", "plain", "c\t3"));
}

TEST(CopyTextDecoder, ReadsLongFieldsAndShortOnesAfterThem) {
  CopyTextDecoder decoder;
  std::string escaped;
  std::string expected;
  for (int i = 0; i < 1 << 18; ++i) {
    escaped += "ab\\n";
    expected += "ab\n";
  }

  EXPECT_THAT(
      decoder.decode(escaped + "\t" + escaped, 2),
      ElementsAre(Optional(std::string_view(expected)), Optional(std::string_view(expected))));
  EXPECT_THAT(decoder.decode("x\\\\\ty", 2), ElementsAre(Optional(Eq("x\\")), Optional(Eq("y"))));
}

TEST(CopyTextDecoder, RefusesAnotherNumberOfColumns) {
  EXPECT_THROW(decode("a\tb", 3), Failure);
  EXPECT_THROW(decode("a\tb", 1), Failure);
}

TEST(CopyTextDecoder, RefusesABackslashAtTheEnd) {
  EXPECT_THROW(decode("a\\", 1), Failure);
  EXPECT_THROW(decode("a\\\tb", 2), Failure);
}

Texts decode_array(std::string_view text) {
  Texts out{"left over"};
  decode_text_array(text, out);
  return out;
}

TEST(TextArray, ReadsElements) {
  EXPECT_THAT(decode_array("{}"), ElementsAre());
  EXPECT_THAT(decode_array("{a}"), ElementsAre("a"));
  EXPECT_THAT(decode_array("{a,b c,\"d,e\"}"), ElementsAre("a", "b c", "d,e"));
}

TEST(TextArray, TellsNullFromTheWord) {
  EXPECT_THAT(decode_array("{NULL,\"NULL\",\"\"}"), ElementsAre(Eq(std::nullopt), "NULL", ""));
}

TEST(TextArray, ReadsEscapes) {
  EXPECT_THAT(decode_array(R"({"a\"b","c\\d","{}"})"), ElementsAre("a\"b", "c\\d", "{}"));
}

TEST(TextArray, RefusesWhatNoServerWrites) {
  for (const char* text : {"", "a", "{a", "a}", "{\"a}", "{\"a\"b}", "{\"a\\}"}) {
    EXPECT_THROW(decode_array(text), Failure) << text;
  }
}

}  // namespace
}  // namespace rightful::sources
