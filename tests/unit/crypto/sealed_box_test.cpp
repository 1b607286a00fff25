// Values: tests/vectors/crypto/envelope.txt.
#include "rightful/crypto/sealed_box.hpp"

#include <array>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

class SealedBox : public ::testing::Test {
 protected:
  SystemRandom random_;
  UnlockKeyPair keys_ = UnlockKeyPair::generate(random_);
  Bytes sealed_ = seal(keys_.public_key(), as_bytes("text")).value();
};

TEST_F(SealedBox, OpensForItsOwner) {
  const auto opened = open_sealed(keys_, sealed_);

  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(as_text(opened->expose()), "text");
  EXPECT_EQ(sealed_.size(), 4 + kSealOverheadBytes);
}

TEST_F(SealedBox, StaysShutForAnotherKey) {
  const UnlockKeyPair other = UnlockKeyPair::generate(random_);

  EXPECT_THAT(open_sealed(other, sealed_), IsError(ErrorCode::NotAuthentic));
}

TEST_F(SealedBox, RefusesEachChangedByte) {
  for (std::size_t at = 0; at < sealed_.size(); ++at) {
    Bytes changed = sealed_;
    changed[at] ^= std::byte{1};
    EXPECT_THAT(open_sealed(keys_, changed), IsError(ErrorCode::NotAuthentic)) << at;
  }
}

TEST_F(SealedBox, RefusesEachBeginning) {
  for (std::size_t size = 0; size < sealed_.size(); ++size) {
    EXPECT_THAT(open_sealed(keys_, ByteView(sealed_).first(size)),
                IsError(ErrorCode::NotAuthentic));
  }
}

TEST_F(SealedBox, SealsNothing) {
  const Bytes empty = seal(keys_.public_key(), {}).value();

  EXPECT_EQ(open_sealed(keys_, empty).value().size(), 0U);
}

TEST_F(SealedBox, SecretGivesTheKeysBack) {
  const auto same = UnlockKeyPair::from_secret(keys_.expose_secret());

  EXPECT_EQ(same.value().public_key(), keys_.public_key());
  EXPECT_THAT(open_sealed(*same, sealed_), IsOk());
}

TEST_F(SealedBox, RefusesSecretsOfAnotherSize) {
  EXPECT_THAT(UnlockKeyPair::from_secret(keys_.expose_secret().first(31)),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(UnlockKeyPair::from_secret({}), IsError(ErrorCode::InvalidArgument));
}

TEST_F(SealedBox, RefusesKeysOfSmallOrder) {
  std::array<std::byte, 32> zero{};
  std::array<std::byte, 32> one{std::byte{1}};
  // A point of order 8 (Bernstein, "Curve25519", §3).
  const Bytes order8 =
      from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800").value();

  for (const auto& key : {UnlockPublicKey::from(zero),
                          UnlockPublicKey::from(one),
                          UnlockPublicKey::parse(order8).value()}) {
    EXPECT_THAT(check_unlock_key(key), IsError(ErrorCode::InvalidArgument));
    EXPECT_THAT(seal(key, as_bytes("text")), IsError(ErrorCode::InvalidArgument));
  }
  EXPECT_THAT(check_unlock_key(keys_.public_key()), IsOk());
}

}  // namespace
}  // namespace rightful::crypto
