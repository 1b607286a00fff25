#include "sources/owner_type.hpp"

#include <gtest/gtest.h>

namespace rightful::sources {
namespace {

bool comes_back(const char* account, OwnerType type) {
  return check_round_trip(AccountId::parse(account).value(), type).has_value();
}

TEST(OwnerType, IsKnownByItsName) {
  EXPECT_EQ(owner_type_of("int8"), OwnerType::Int8);
  EXPECT_EQ(owner_type_of("bpchar"), OwnerType::PaddedText);
  EXPECT_FALSE(owner_type_of("citext"));
  EXPECT_FALSE(owner_type_of("numeric"));
  EXPECT_FALSE(owner_type_of(""));
}

TEST(OwnerType, TakesAnyText) {
  EXPECT_TRUE(comes_back("0042", OwnerType::Text));
  EXPECT_TRUE(comes_back("a ", OwnerType::Text));
}

TEST(OwnerType, TakesNumbersAsTheDatabaseWritesThem) {
  EXPECT_TRUE(comes_back("42", OwnerType::Int4));
  EXPECT_TRUE(comes_back("0", OwnerType::Int4));
  EXPECT_TRUE(comes_back("-7", OwnerType::Int2));
  EXPECT_TRUE(comes_back("9223372036854775807", OwnerType::Int8));
}

TEST(OwnerType, RefusesOtherFormsOfANumber) {
  for (const char* account :
       {"0042", "+42", " 42", "42 ", "4_2", "42.0", "-0", "0x2A", "anna", "４２"}) {
    EXPECT_FALSE(comes_back(account, OwnerType::Int8)) << account;
  }
}

TEST(OwnerType, RefusesNumbersOutOfRange) {
  EXPECT_TRUE(comes_back("32767", OwnerType::Int2));
  EXPECT_FALSE(comes_back("32768", OwnerType::Int2));
  EXPECT_TRUE(comes_back("2147483647", OwnerType::Int4));
  EXPECT_FALSE(comes_back("2147483648", OwnerType::Int4));
  EXPECT_FALSE(comes_back("9223372036854775808", OwnerType::Int8));
}

TEST(OwnerType, TakesUuidsInTheirOneForm) {
  EXPECT_TRUE(comes_back("6ba7b810-9dad-11d1-80b4-00c04fd430c8", OwnerType::Uuid));
  EXPECT_FALSE(comes_back("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", OwnerType::Uuid));
  EXPECT_FALSE(comes_back("6ba7b8109dad11d180b400c04fd430c8", OwnerType::Uuid));
  EXPECT_FALSE(comes_back("{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", OwnerType::Uuid));
  EXPECT_FALSE(comes_back("6ba7b810-9dad-11d1-80b4-00c04fd430cg", OwnerType::Uuid));
}

TEST(OwnerType, RefusesABlankAtTheEndOfPaddedText) {
  EXPECT_TRUE(comes_back("a b", OwnerType::PaddedText));
  EXPECT_FALSE(comes_back("ab ", OwnerType::PaddedText));
}

TEST(OwnerType, DoesNotTellTheAccount) {
  const auto refused = check_round_trip(AccountId::parse("anna").value(), OwnerType::Int8);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail.find("anna"), std::string::npos);
}

}  // namespace
}  // namespace rightful::sources
