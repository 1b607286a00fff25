#include "rightful/core/bytes.hpp"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using testing::IsError;

std::string round_trip(Result<Bytes> bytes) {
  return std::string(as_text(bytes.value()));
}

// RFC 4648 section 10.
TEST(Base64, MatchesTheRfc) {
  EXPECT_EQ(to_base64(as_bytes("")), "");
  EXPECT_EQ(to_base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(to_base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(to_base64(as_bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(round_trip(from_base64("Zm9vYg==")), "foob");
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zh==", "Z===", "====", "Zg==\n", "Zm9v Yg=", "Zm-_", "=Zg="}) {
    EXPECT_THAT(from_base64(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(Base64Url, HasNoPaddingAndOtherLetters) {
  const Bytes bytes{std::byte{0xfb}, std::byte{0xff}};

  EXPECT_EQ(to_base64url(bytes), "-_8");
  EXPECT_EQ(from_base64url("-_8").value(), bytes);
  EXPECT_THAT(from_base64url("-_9"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(from_base64url("-_8="), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(from_base64url("A"), IsError(ErrorCode::InvalidArgument));
}

TEST(Hex, ReadsBothCases) {
  EXPECT_EQ(to_hex(from_hex("00Ff10").value()), "00ff10");
  EXPECT_THAT(from_hex("0"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(from_hex("0g"), IsError(ErrorCode::InvalidArgument));
}

TEST(Crockford, ReadsWhatPeopleType) {
  const Bytes bytes(20, std::byte{0x5a});
  const std::string text = to_crockford(bytes);

  EXPECT_EQ(text.size(), 32U);
  EXPECT_EQ(from_crockford(text).value(), bytes);
  EXPECT_EQ(from_crockford("oO-iI-lL-00").value(), from_crockford("00111100").value());
}

TEST(Crockford, RefusesOtherLettersAndFillBits) {
  EXPECT_THAT(from_crockford("U0"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(from_crockford("01"), IsError(ErrorCode::InvalidArgument));
}

TEST(ToArray, RefusesAnotherSize) {
  EXPECT_EQ(to_array<2>(as_bytes("ab")).value()[1], std::byte{'b'});
  EXPECT_THAT(to_array<2>(as_bytes("abc")), IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful
