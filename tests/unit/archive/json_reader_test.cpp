#include "archive/reader/json_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace rightful::archive::reader {
namespace {

/// Text in chunks of one size.
class TextSource final : public ChunkSource {
 public:
  TextSource(std::string text, std::size_t chunk) : text_(std::move(text)), chunk_(chunk) {}

  [[nodiscard]] Result<ByteView> next() override {
    // A fresh copy each time, so that reading an old chunk is noticed by the sanitizer.
    current_ = std::make_unique<std::string>(text_.substr(at_, chunk_));
    at_ += current_->size();
    return as_bytes(*current_);
  }

 private:
  std::string text_;
  std::size_t chunk_;
  std::size_t at_ = 0;
  std::unique_ptr<std::string> current_;
};

/// The tokens as one line: keys as `k:`, strings as `'s'`.
std::string tokens_of(const std::string& text,
                      std::size_t chunk,
                      JsonReader::Texts texts = JsonReader::Texts::Keep) {
  TextSource source(text, chunk);
  JsonReader json(source);
  std::string line;
  while (true) {
    switch (json.next(texts)) {
      case JsonToken::BeginObject:
        line += '{';
        break;
      case JsonToken::EndObject:
        line += '}';
        break;
      case JsonToken::BeginArray:
        line += '[';
        break;
      case JsonToken::EndArray:
        line += ']';
        break;
      case JsonToken::Key:
        line += std::string(json.text()) + ":";
        break;
      case JsonToken::String:
        line += "'" + std::string(json.text()) + "'";
        break;
      case JsonToken::Number:
        line += std::string(json.text()) + ";";
        break;
      case JsonToken::True:
        line += 'T';
        break;
      case JsonToken::False:
        line += 'F';
        break;
      case JsonToken::Null:
        line += 'N';
        break;
      case JsonToken::End:
        return line;
      case JsonToken::Bad:
        return "bad";
    }
  }
}

void expect_tokens(const std::string& text, const std::string& expected) {
  for (std::size_t chunk = 1; chunk <= text.size() + 1; ++chunk) {
    EXPECT_EQ(tokens_of(text, chunk), expected) << text << " in chunks of " << chunk;
  }
}

TEST(JsonReaderTest, ReadsEveryKindOfValue) {
  expect_tokens(R"( { "a" : [ 1 , -0.5e+3 , true,false , null ] , "b":{} ,"c":"x"} )",
                "{a:[1;-0.5e+3;TFN]b:{}c:'x'}");
  expect_tokens("[]", "[]");
  expect_tokens("{}", "{}");
  expect_tokens("0", "0;");
  expect_tokens("\"\"", "''");
  expect_tokens("[[[],[]],{}]", "[[[][]]{}]");
  expect_tokens("[-0,10,1E9]", "[-0;10;1E9;]");
}

TEST(JsonReaderTest, DecodesEscapes) {
  expect_tokens(R"(["\"\\\/\b\f\n\r\t"])", "['\"\\/\b\f\n\r\t']");
  expect_tokens(R"(["\u0040owner \u00e9 \u20AC \uD83D\uDE00"])", "['@owner é € 😀']");
}

TEST(JsonReaderTest, ReadsUtf8AcrossChunks) {
  expect_tokens("[\"aé€😀z\"]", "['aé€😀z']");
}

TEST(JsonReaderTest, RefusesWhatIsNotJson) {
  for (const std::string text : {"",
                                 " ",
                                 "[",
                                 "]",
                                 "{",
                                 "}",
                                 "[1",
                                 "[1,",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{a:1}",
                                 "{1:1}",
                                 "{\"a\":1 \"b\":2}",
                                 "[1}",
                                 "{\"a\":1]",
                                 "tru",
                                 "nul",
                                 "True",
                                 "NaN",
                                 "Infinity",
                                 "+1",
                                 "01",
                                 "-",
                                 "-a",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "1e+",
                                 "0x1",
                                 "\"",
                                 "\"a",
                                 "\"\\",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12G4\"",
                                 "\"\\uD800\"",
                                 "\"\\uD800\\u0041\"",
                                 "\"\\uDC00\"",
                                 "'a'",
                                 "[1]]",
                                 "[1] 2",
                                 "{} {}",
                                 "// x\n1",
                                 "[1,/**/2]"}) {
    expect_tokens(text, "bad");
  }
}

TEST(JsonReaderTest, RefusesControlCharactersInStrings) {
  for (char c = 0; c < 0x20; ++c) {
    expect_tokens(std::string("[\"abcdefghij") + c + "\"]", "bad");
  }
}

TEST(JsonReaderTest, RefusesWhatIsNotUtf8) {
  for (const std::string bytes : {"\x80",
                                  "\xBF",
                                  "\xC0\x80",
                                  "\xC1\xBF",
                                  "\xC3",
                                  "\xC3\x28",
                                  "\xE0\x80\x80",
                                  "\xE2\x82",
                                  "\xED\xA0\x80",
                                  "\xF0\x80\x80\x80",
                                  "\xF4\x90\x80\x80",
                                  "\xF5\x80\x80\x80",
                                  "\xFF",
                                  "\xFE"}) {
    expect_tokens("\"" + bytes + "\"", "bad");
  }
}

TEST(JsonReaderTest, SkippedStringsAreCheckedAllTheSame) {
  EXPECT_EQ(tokens_of(R"({"k":"value"})", 3, JsonReader::Texts::Skip), "{k:''}");
  EXPECT_EQ(tokens_of("[\"\xC3\x28\"]", 3, JsonReader::Texts::Skip), "bad");
  EXPECT_EQ(tokens_of("[\"\\q\"]", 3, JsonReader::Texts::Skip), "bad");
}

TEST(JsonReaderTest, HoldsTheLimitOfDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };

  EXPECT_EQ(tokens_of(nested(JsonReader::kMaxDepth), 7), nested(JsonReader::kMaxDepth));
  EXPECT_EQ(tokens_of(nested(JsonReader::kMaxDepth + 1), 7), "bad");
}

TEST(JsonReaderTest, KeepsOnlyTheBeginningOfLongTexts) {
  const std::string long_text(JsonReader::kMaxTextBytes + 1, 'x');
  TextSource source("[\"" + long_text + "\",\"" + long_text.substr(1) + "\"]", 1000);
  JsonReader json(source);
  static_cast<void>(json.next(JsonReader::Texts::Keep));

  EXPECT_EQ(json.next(JsonReader::Texts::Keep), JsonToken::String);
  EXPECT_TRUE(json.is_cut());
  EXPECT_EQ(json.text().size(), JsonReader::kMaxTextBytes);
  EXPECT_EQ(json.next(JsonReader::Texts::Keep), JsonToken::String);
  EXPECT_FALSE(json.is_cut());
}

}  // namespace
}  // namespace rightful::archive::reader
