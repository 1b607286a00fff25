#include "rightful/crypto/aead.hpp"

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

class Aead : public ::testing::Test {
 protected:
  SystemRandom random_;
  Bytes key_ = Bytes(kAeadKeySizeBytes, std::byte{3});
  Bytes sealed_ = aead_encrypt(key_, as_bytes("text"), as_bytes("place"), random_);
};

TEST_F(Aead, OpensWhereItBelongs) {
  const auto opened = aead_decrypt(key_, sealed_, as_bytes("place"));

  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(as_text(opened->expose()), "text");
  EXPECT_EQ(sealed_.size(), 4 + kAeadOverheadBytes);
}

TEST_F(Aead, RefusesAnotherPlaceOrKey) {
  Bytes other_key = key_;
  other_key[31] ^= std::byte{1};

  EXPECT_THAT(aead_decrypt(key_, sealed_, as_bytes("other")), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(aead_decrypt(key_, sealed_, {}), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(aead_decrypt(other_key, sealed_, as_bytes("place")),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(Aead, RefusesEachChangedByte) {
  for (std::size_t at = 0; at < sealed_.size(); ++at) {
    Bytes changed = sealed_;
    changed[at] ^= std::byte{0x80};
    EXPECT_THAT(aead_decrypt(key_, changed, as_bytes("place")), IsError(ErrorCode::NotAuthentic))
        << at;
  }
}

TEST_F(Aead, RefusesEachBeginning) {
  for (std::size_t size = 0; size < sealed_.size(); ++size) {
    EXPECT_THAT(aead_decrypt(key_, ByteView(sealed_).first(size), as_bytes("place")),
                IsError(ErrorCode::NotAuthentic));
  }
}

TEST_F(Aead, SealsNothing) {
  const Bytes empty = aead_encrypt(key_, {}, {}, random_);

  EXPECT_EQ(empty.size(), kAeadOverheadBytes);
  EXPECT_EQ(aead_decrypt(key_, empty, {}).value().size(), 0U);
}

TEST_F(Aead, NeverRepeatsItself) {
  EXPECT_NE(aead_encrypt(key_, as_bytes("text"), as_bytes("place"), random_), sealed_);
}

TEST(AeadDeathTest, RefusesKeysOfAnotherSize) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  SystemRandom random;
  const Bytes key(31, std::byte{1});

  EXPECT_DEATH((void)aead_encrypt(key, {}, {}, random), "key.size");
  EXPECT_DEATH((void)aead_decrypt(key, {}, {}), "key.size");
}

}  // namespace
}  // namespace rightful::crypto
