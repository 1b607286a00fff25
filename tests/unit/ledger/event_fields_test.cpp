#include "rightful/ledger/event_fields.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::ledger {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

TEST(RowsBucket, NothingAndOneLookAlike) {
  EXPECT_EQ(RowsBucket::of(0).text(), "lt10");
  EXPECT_EQ(RowsBucket::of(1).text(), "lt10");
  EXPECT_EQ(RowsBucket::of(9).text(), "lt10");
  EXPECT_EQ(RowsBucket::of(10).text(), "lt100");
}

TEST(RowsBucket, HasALastBucket) {
  EXPECT_EQ(RowsBucket::of(999'999).text(), "lt1m");
  EXPECT_EQ(RowsBucket::of(1'000'000).text(), "ge1m");
  EXPECT_EQ(RowsBucket::of(UINT64_MAX).text(), "ge1m");
}

TEST(SizeBucket, CountsDecimalBytes) {
  EXPECT_EQ(SizeBucket::of(0).text(), "lt1m");
  EXPECT_EQ(SizeBucket::of(999'999).text(), "lt1m");
  EXPECT_EQ(SizeBucket::of(1'000'000).text(), "lt10m");
  EXPECT_EQ(SizeBucket::of(99'999'999'999).text(), "lt100g");
  EXPECT_EQ(SizeBucket::of(100'000'000'000).text(), "ge100g");
}

TEST(TriesBucket, TellsOneFromFew) {
  EXPECT_EQ(TriesBucket::of(1).text(), "one");
  EXPECT_EQ(TriesBucket::of(2).text(), "lt10");
  EXPECT_EQ(TriesBucket::of(10).text(), "lt100");
  EXPECT_EQ(TriesBucket::of(100).text(), "ge100");
}

TEST(TriesBucketDeathTest, RefusesNone) {
  EXPECT_DEATH((void)TriesBucket::of(0), "count > 0");
}

TEST(PerMille, NeverRoundsUpToTheWhole) {
  EXPECT_EQ(PerMille::of(0, 5).value(), 0U);
  EXPECT_EQ(PerMille::of(1, 3).value(), 333U);
  EXPECT_EQ(PerMille::of(999'999, 1'000'000).value(), 999U);
  EXPECT_EQ(PerMille::of(5, 5).value(), 1000U);
  EXPECT_EQ(PerMille::of(0, 0).value(), 1000U);
  EXPECT_EQ(PerMille::of(UINT64_MAX - 1, UINT64_MAX).value(), 999U);
}

TEST(Integer, HoldsUpToTwoToThe53Minus1) {
  EXPECT_EQ(to_field(Integer(kMaxInteger)).text, "9007199254740991");
  EXPECT_EQ(to_field(Integer(0)).text, "0");
}

TEST(IntegerDeathTest, RefusesNegativeAndTooLarge) {
  EXPECT_DEATH((void)Integer(-1), "kMaxInteger");
  EXPECT_DEATH((void)Integer(kMaxInteger + 1), "kMaxInteger");
}

TEST(Code, ParsesOnlyItsOwnList) {
  EXPECT_THAT(Code<CodeList::Stage>::parse("collecting"), IsOk());
  EXPECT_THAT(Code<CodeList::Stage>::parse("portal"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Code<CodeList::Stage>::parse(""), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Code<CodeList::Stage>::parse("collecting packaging"),
              IsError(ErrorCode::InvalidArgument));
}

TEST(Code, UnknownCausesBecomeOther) {
  using Cause = Code<CodeList::FailureCause>;

  EXPECT_EQ(Cause::or_other("disk_full").text(), "disk_full");
  EXPECT_EQ(Cause::or_other("the cat sat on it").text(), "other");
}

TEST(CodeLists, HoldShortLowerCaseWordsOnce) {
  for (const std::string_view words : {
#define RIGHTFUL_CODES(list, words) std::string_view(words),
#include "rightful/ledger/codes.def"
#undef RIGHTFUL_CODES
       }) {
    std::set<std::string_view> seen;
    std::string_view rest = words;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      EXPECT_THAT(std::string(word), ::testing::MatchesRegex("[a-z0-9_]+")) << words;
      EXPECT_LE(word.size(), 24U) << word;
      EXPECT_TRUE(seen.insert(word).second) << word;
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    EXPECT_NE(words.back(), ' ') << words;
  }
}

TEST(Reference, RandomOnesDifferAndParse) {
  SystemRandom random;

  const RequestRef a = RequestRef::random(random);
  const RequestRef b = RequestRef::random(random);

  EXPECT_NE(a, b);
  EXPECT_EQ(a.text().size(), RequestRef::kSizeChars);
  EXPECT_EQ(RequestRef::parse(a.text()), a);
}

TEST(Reference, RefusesOtherKindsSizesAndForms) {
  for (const std::string_view text : {"p_AAAAAAAAAAAAAAAAAAAAAA",
                                      "r_AAAAAAAAAAAAAAAAAAAAA",
                                      "r_AAAAAAAAAAAAAAAAAAAAAAA",
                                      "r_AAAAAAAAAAAAAAAAAAAAA+",
                                      "r_AAAAAAAAAAAAAAAAAAAAAB",
                                      "r-AAAAAAAAAAAAAAAAAAAAAA",
                                      "r_",
                                      ""}) {
    EXPECT_THAT(RequestRef::parse(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(WriterId, RefusesOtherForms) {
  EXPECT_THAT(WriterId::parse("w_0123456789abcdef"), IsOk());
  for (const std::string_view text : {"w_0123456789abcde",
                                      "w_0123456789abcdeF",
                                      "w_0123456789abcdef0",
                                      "x_0123456789abcdef",
                                      ""}) {
    EXPECT_THAT(WriterId::parse(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(Origin, KeepsToItsCharactersAndSizes) {
  EXPECT_THAT(Origin::parse("audit.example.test/dsar/2026"), IsOk());
  EXPECT_THAT(Origin::parse("abc"), IsOk());
  EXPECT_THAT(Origin::parse(std::string(200, 'a')), IsOk());
  for (const std::string& text : {std::string("ab"),
                                  std::string(201, 'a'),
                                  std::string("-abc"),
                                  std::string("Abc"),
                                  std::string("a b c"),
                                  std::string("abc\n"),
                                  std::string()}) {
    EXPECT_THAT(Origin::parse(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(Build, RefusesSpacesAndLength) {
  EXPECT_THAT(Build::parse("0.1.0+abc"), IsOk());
  EXPECT_THAT(Build::parse(""), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Build::parse("0.1 0"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Build::parse(std::string(33, '1')), IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful::ledger
