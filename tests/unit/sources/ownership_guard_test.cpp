#include "rightful/sources/ownership_guard.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using Owners = std::vector<std::optional<std::string_view>>;

bool accepts(std::string_view account, const Owners& owners) {
  OwnershipGuard guard(testing::scope_for(account));
  return guard.check("shop", "note", owners).has_value();
}

bool accepts_object(std::string_view account, std::string_view prefix, std::string_view reference) {
  OwnershipGuard guard(testing::scope_for(account));
  return guard.check_object("voice", "recording", prefix, reference).has_value();
}

TEST(OwnershipGuard, AcceptsTheAccountItself) {
  EXPECT_TRUE(accepts("anna", {"anna"}));
}

TEST(OwnershipGuard, AcceptsOneOfSeveralOwners) {
  EXPECT_TRUE(accepts("anna", {"bert", "anna"}));
  EXPECT_TRUE(accepts("anna", {std::nullopt, "anna"}));
}

TEST(OwnershipGuard, RefusesAnotherAccount) {
  EXPECT_FALSE(accepts("anna", {"bert"}));
}

TEST(OwnershipGuard, RefusesARowWithoutAnOwner) {
  EXPECT_FALSE(accepts("anna", {}));
  EXPECT_FALSE(accepts("anna", {std::nullopt}));
  EXPECT_FALSE(accepts("anna", {""}));
}

TEST(OwnershipGuard, ComparesByteForByte) {
  for (const char* alike : {"Anna", "anna ", " anna", "ann", "annaa", "a\xCC\x8Anna", "anna\n"}) {
    EXPECT_FALSE(accepts("anna", {alike})) << alike;
  }
  EXPECT_FALSE(accepts("42", {"0042"}));
  EXPECT_FALSE(accepts("\xC3\xA5", {"a\xCC\x8A"})) << "composed and decomposed å";
}

TEST(OwnershipGuard, StaysShutAfterTheFirstForeignRecord) {
  OwnershipGuard guard(testing::scope_for("anna"));

  ASSERT_FALSE(guard.check("shop", "note", Owners{"bert"}));
  const auto again = guard.check("crm", "call", Owners{"anna"});

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().dataset, "note");
  EXPECT_FALSE(guard.check_object("voice", "recording", "{account}/", "anna/1.wav"));
}

TEST(OwnershipGuard, NamesSourceAndDatasetAndNoValue) {
  OwnershipGuard guard(testing::scope_for("anna-secret"));

  const auto refused = guard.check("shop", "note", Owners{"bert-secret"});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::ForeignRecord);
  EXPECT_EQ(refused.error().source, "shop");
  EXPECT_EQ(refused.error().dataset, "note");
  EXPECT_EQ(to_string(refused.error()).find("secret"), std::string::npos);
}

TEST(OwnershipGuard, AcceptsAnObjectUnderTheAccountsPrefix) {
  EXPECT_TRUE(accepts_object("anna", "{account}/", "anna/1.wav"));
  EXPECT_TRUE(accepts_object("anna", "sound/{account}/raw/", "sound/anna/raw/1.wav"));
}

TEST(OwnershipGuard, RefusesAnObjectUnderAnothersPrefix) {
  EXPECT_FALSE(accepts_object("anna", "{account}/", "bert/1.wav"));
  EXPECT_FALSE(accepts_object("12", "{account}/", "123/1.wav"));
  EXPECT_FALSE(accepts_object("123", "{account}/", "12/1.wav"));
  EXPECT_FALSE(accepts_object("anna", "{account}/", "Anna/1.wav"));
  EXPECT_FALSE(accepts_object("anna", "sound/{account}/", "anna/1.wav"));
  EXPECT_FALSE(accepts_object("anna", "{account}/", ""));
}

TEST(OwnershipGuard, RefusesAnAccountThatWouldBeTwoFolders) {
  EXPECT_FALSE(accepts_object("anna/bert", "{account}/", "anna/bert/1.wav"));
}

TEST(OwnershipGuard, LeavesObjectsWithoutAPrefixToTheirRow) {
  EXPECT_TRUE(accepts_object("anna", "", "7f/3a/1.wav"));
}

}  // namespace
}  // namespace rightful::sources
