#include "rightful/crypto/signed_text.hpp"

#include <array>
#include <string_view>

#include <gtest/gtest.h>

namespace rightful::crypto {
namespace {

std::string hex(const SignedText& text) {
  return to_hex(text.bytes());
}

TEST(SignedText, LabelStandsWithoutALength) {
  EXPECT_EQ(hex(SignedText("ab")), "6162");
}

TEST(SignedText, FixedFieldStandsAsItIs) {
  EXPECT_EQ(hex(SignedText("a").fixed(as_bytes("xyz"))), "6178797a");
}

TEST(SignedText, VariableFieldHasItsLengthFirst) {
  EXPECT_EQ(hex(SignedText("a").variable("xyz").variable("")), "610000000378797a00000000");
}

TEST(SignedText, NumberIsBigEndian) {
  EXPECT_EQ(hex(SignedText("").number(0x01020304)), "01020304");
}

TEST(SignedText, FieldsCannotRunIntoEachOther) {
  EXPECT_NE(hex(SignedText("a").variable("bc").variable("d")),
            hex(SignedText("a").variable("b").variable("cd")));
}

TEST(SignedText, NoLabelIsTheBeginningOfAnother) {
  constexpr std::array<std::string_view, 15> kLabels{"rightful/v1/login",
                                                     "rightful/v1/wrap",
                                                     "rightful/v1/unlock",
                                                     "rightful/v1/sign",
                                                     "rightful/v1/root",
                                                     "rightful/v1/request",
                                                     "rightful/v1/recovery",
                                                     "rightful/v1/salt",
                                                     "rightful/v1/throttle",
                                                     "rightful/v1/verifier",
                                                     "rightful/v1/outer",
                                                     "rightful/v1/manifest",
                                                     "rightful/v1/canary",
                                                     "rightful/v1/envelope",
                                                     "rightful/v1/public-keys"};
  for (const auto first : kLabels) {
    for (const auto second : kLabels) {
      if (first != second) EXPECT_FALSE(second.starts_with(first)) << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace rightful::crypto
