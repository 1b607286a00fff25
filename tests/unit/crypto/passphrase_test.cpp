#include "rightful/crypto/passphrase.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "crypto/code_text.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/crypto/counting_random.hpp"

namespace rightful::crypto {
namespace {

using testing::CountingRandom;
using testing::IsError;
using testing::IsOk;

TEST(Passphrase, IsThirtyNineCharactersOfTheAlphabet) {
  SystemRandom random;

  const Passphrase passphrase = Passphrase::generate(random);

  const std::string_view text = passphrase.expose();
  ASSERT_EQ(text.size(), Passphrase::kTextSize);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at % 5 == 4) {
      EXPECT_EQ(text[at], '-');
    } else {
      EXPECT_NE(std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(text[at]),
                std::string_view::npos);
    }
  }
}

TEST(Passphrase, CarriesTheRandomBits) {
  CountingRandom random;

  const Passphrase passphrase = Passphrase::generate(random);

  // 000102…13 in hex is this in Crockford's base32 (core's own coder agrees).
  const auto bits = from_crockford(passphrase.expose());
  EXPECT_EQ(to_hex(bits.value()), "000102030405060708090a0b0c0d0e0f10111213");
  const auto text = SecretBytes::copy_of(as_bytes(passphrase.expose()));
  EXPECT_EQ(to_hex(code_bytes(text).expose()), "000102030405060708090a0b0c0d0e0f10111213");
}

TEST(Passphrase, NeverComesTwice) {
  SystemRandom random;
  std::set<std::string> seen;

  for (int i = 0; i < 1000; ++i)
    seen.emplace(Passphrase::generate(random).expose());

  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Passphrase, ParseGivesTheCanonicalText) {
  SystemRandom random;
  const Passphrase original = Passphrase::generate(random);
  std::string typed(original.expose());
  for (char& letter : typed)
    letter = static_cast<char>(std::tolower(letter));
  std::erase(typed, '-');

  const auto parsed = Passphrase::parse(typed);

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->expose(), original.expose());
}

TEST(Passphrase, RefusesOtherLengthsAndLetters) {
  const std::string good(32, '7');

  EXPECT_THAT(Passphrase::parse(good), IsOk());
  EXPECT_THAT(Passphrase::parse(good.substr(1)), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Passphrase::parse(good + "7"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Passphrase::parse(good.substr(1) + "U"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Passphrase::parse(good.substr(1) + std::string(1, '\0')),
              IsError(ErrorCode::InvalidArgument));
}

TEST(Passphrase, ErrorDoesNotRepeatWhatWasTyped) {
  const auto refused = Passphrase::parse("SECRET");

  ASSERT_THAT(refused, IsError(ErrorCode::InvalidArgument));
  EXPECT_EQ(refused.error().detail.find("SECRET"), std::string::npos);
}

}  // namespace
}  // namespace rightful::crypto
