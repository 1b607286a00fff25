#include "export/csv_table.hpp"

#include <gtest/gtest.h>

namespace rightful::exporting {
namespace {

using sources::ValueKind;

std::string csv_of(ValueKind kind, std::string_view text) {
  std::string out;
  append_csv_field(out, kind, text);
  return out;
}

TEST(CsvField, QuotesWhatRfc4180Asks) {
  EXPECT_EQ(csv_of(ValueKind::Text, "plain text"), "plain text");
  EXPECT_EQ(csv_of(ValueKind::Text, "a,b"), "\"a,b\"");
  EXPECT_EQ(csv_of(ValueKind::Text, "say \"hi\"\"\""), "\"say \"\"hi\"\"\"\"\"\"\"");
  EXPECT_EQ(csv_of(ValueKind::Text, "two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(csv_of(ValueKind::Text, " spaced "), "\" spaced \"");
}

TEST(CsvField, TellsNothingFromEmpty) {
  EXPECT_EQ(csv_of(ValueKind::Null, ""), "");
  EXPECT_EQ(csv_of(ValueKind::Text, ""), "\"\"");
}

class Formula : public ::testing::TestWithParam<std::string> {};

TEST_P(Formula, GetsAnApostrophe) {
  const std::string csv = csv_of(ValueKind::Text, GetParam());

  EXPECT_TRUE(csv.starts_with("\"'")) << csv;
}

INSTANTIATE_TEST_SUITE_P(Texts,
                         Formula,
                         ::testing::Values("=HYPERLINK(\"http://x\",\"y\")",
                                           "+1+1",
                                           "-2+3+cmd|' /C calc'!A0",
                                           "@SUM(1)",
                                           "\tx",
                                           "\r=1",
                                           "\n=1",
                                           "\xEF\xBC\x9D"
                                           "1",
                                           "\xEF\xBC\x8B"
                                           "1",
                                           "\xEF\xBC\x8D"
                                           "1",
                                           "\xEF\xBC\xA0x",
                                           "-",
                                           "="));

TEST(CsvField, LeavesNumbersAlone) {
  EXPECT_EQ(csv_of(ValueKind::Integer, "-5"), "-5");
  EXPECT_EQ(csv_of(ValueKind::Decimal, "-1234567890.10"), "-1234567890.10");
  EXPECT_EQ(csv_of(ValueKind::Double, "-1e-7"), "-1e-7");
  EXPECT_EQ(csv_of(ValueKind::Double, "-Infinity"), "\"'-Infinity\"");
}

TEST(CsvField, SaysWhatWasMasked) {
  EXPECT_EQ(csv_of(ValueKind::Redacted, ""), "[redacted]");
  EXPECT_EQ(csv_of(ValueKind::Pseudonym, "3"), "[person 3]");
}

}  // namespace
}  // namespace rightful::exporting
