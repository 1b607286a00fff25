// Values: tests/vectors/crypto/primitives.txt. Here: parts, keys and edges.
#include "rightful/crypto/hash.hpp"

#include <gtest/gtest.h>

#include "rightful/crypto/kdf.hpp"
#include "rightful/crypto/mac.hpp"

namespace rightful::crypto {
namespace {

TEST(Sha256, PartsGiveTheSameAsTheWhole) {
  const Bytes message(100'000, std::byte{7});
  Sha256 hash;

  hash.update(ByteView(message).first(1));
  hash.update({});
  hash.update(ByteView(message).subspan(1, 64));
  hash.update(ByteView(message).subspan(65));

  EXPECT_EQ(std::move(hash).finish(), sha256(message));
}

TEST(Sha256, NoPartIsTheEmptyMessage) {
  Sha256 hash;

  EXPECT_EQ(std::move(hash).finish(), sha256({}));
}

TEST(ConstantTimeEqual, ComparesContentAndSize) {
  EXPECT_TRUE(constant_time_equal({}, {}));
  EXPECT_TRUE(constant_time_equal(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("ab")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), {}));
}

TEST(HmacSha256, EmptyKeyAndMessageAreAllowed) {
  // Python: hmac.new(b"", b"", "sha256").hexdigest()
  EXPECT_EQ(to_hex(hmac_sha256({}, {}).bytes()),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(HmacSha256, AnEmptyKeyIsNotTheKeyOfBefore) {
  const auto empty = hmac_sha256({}, as_bytes("m"));

  const auto keyed = hmac_sha256(as_bytes("k"), as_bytes("m"));

  EXPECT_NE(empty, keyed);
  EXPECT_EQ(hmac_sha256({}, as_bytes("m")), empty);
}

TEST(HkdfSha256, GivesTheLongestResult) {
  const Bytes key(16, std::byte{1});

  const SecretBytes longest = hkdf_sha256(key, {}, {}, 8160);
  const SecretBytes one = hkdf_sha256(key, {}, {}, 1);

  EXPECT_EQ(longest.size(), 8160U);
  EXPECT_EQ(longest.expose()[0], one.expose()[0]);
}

TEST(HkdfSha256DeathTest, RefusesKeysAndSizesThatAreBugs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Bytes key(16, std::byte{1});

  EXPECT_DEATH((void)hkdf_sha256(ByteView(key).first(15), {}, {}, 32), "key.size");
  EXPECT_DEATH((void)hkdf_sha256(key, {}, {}, 0), "size");
  EXPECT_DEATH((void)hkdf_sha256(key, {}, {}, 8161), "size");
}

}  // namespace
}  // namespace rightful::crypto
