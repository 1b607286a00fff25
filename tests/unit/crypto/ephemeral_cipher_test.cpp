#include "rightful/crypto/ephemeral_cipher.hpp"

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"

namespace rightful::crypto {
namespace {

TEST(EphemeralCipher, ReadsBackFromAnyPosition) {
  SystemRandom random;
  EphemeralCipher cipher(random);
  Bytes spilled(10'000, std::byte{'x'});

  cipher.apply(0, std::span(spilled).first(777));
  cipher.apply(777, std::span(spilled).subspan(777));

  auto middle = Bytes(spilled.begin() + 5001, spilled.begin() + 5101);
  cipher.apply(5001, middle);
  EXPECT_EQ(middle, Bytes(100, std::byte{'x'}));
}

TEST(EphemeralCipher, LeavesNothingReadable) {
  SystemRandom random;
  EphemeralCipher cipher(random);
  Bytes spilled(10'000, std::byte{'x'});

  cipher.apply(0, spilled);

  EXPECT_EQ(as_text(spilled).find("xxxx"), std::string_view::npos);
}

TEST(EphemeralCipher, AnotherObjectHasAnotherKey) {
  SystemRandom random;
  EphemeralCipher first(random);
  EphemeralCipher second(random);
  Bytes one(64);
  Bytes two(64);

  first.apply(0, one);
  second.apply(0, two);

  EXPECT_NE(one, two);
}

TEST(EphemeralCipher, MovesWithItsKey) {
  SystemRandom random;
  EphemeralCipher first(random);
  Bytes data(20, std::byte{'x'});
  first.apply(40, data);

  EphemeralCipher second = std::move(first);
  second.apply(40, data);

  EXPECT_EQ(data, Bytes(20, std::byte{'x'}));
}

}  // namespace
}  // namespace rightful::crypto
