#include "rightful/core/account_id.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/core/account_scope.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;
using testing::IsOk;

static_assert(!fmt::is_formattable<AccountId>::value, "an account ID must not reach a log");
static_assert(!std::is_convertible_v<std::string, AccountId>);
static_assert(!std::is_default_constructible_v<AccountId>);
static_assert(!std::is_constructible_v<AccountScope, AccountId, RequestId>,
              "only IdentityProof makes a scope");

TEST(AccountId, KeepsEveryByte) {
  EXPECT_EQ(AccountId::parse(" Anna  0042 ")->expose(), " Anna  0042 ");
  EXPECT_EQ(AccountId::parse("ключ-雪-🙂")->expose(), "ключ-雪-🙂");
}

TEST(AccountId, ComparesByteForByte) {
  EXPECT_NE(*AccountId::parse("anna"), *AccountId::parse("Anna"));
  EXPECT_NE(*AccountId::parse("42"), *AccountId::parse("042"));
  // é composed and decomposed are two accounts.
  EXPECT_NE(*AccountId::parse("\xC3\xA9"), *AccountId::parse("e\xCC\x81"));
}

TEST(AccountId, AcceptsOneAnd128Bytes) {
  EXPECT_THAT(AccountId::parse("a"), IsOk());
  EXPECT_THAT(AccountId::parse(std::string(128, 'a')), IsOk());
}

TEST(AccountId, RefusesEmptyAnd129Bytes) {
  EXPECT_THAT(AccountId::parse(""), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(AccountId::parse(std::string(129, 'a')), IsError(ErrorCode::InvalidArgument));
}

TEST(AccountId, RefusesControlCharacters) {
  for (const std::string_view text : {std::string_view("a\0b", 3),
                                      std::string_view("a\n"),
                                      std::string_view("\x7f"),
                                      std::string_view("\xC2\x85")}) {
    EXPECT_THAT(AccountId::parse(text), IsError(ErrorCode::InvalidArgument));
  }
}

TEST(AccountId, RefusesWhatIsNotUtf8) {
  for (const std::string_view text : {"\x80",
                                      "\xC0\xAF",
                                      "\xC3",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF8\x88\x80\x80\x80",
                                      "a\xFF"}) {
    EXPECT_THAT(AccountId::parse(text), IsError(ErrorCode::InvalidArgument));
  }
}

TEST(AccountId, ErrorDoesNotRepeatTheValue) {
  const auto refused = AccountId::parse("secret-person\n");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail.find("secret-person"), std::string::npos);
}

}  // namespace
}  // namespace rightful
