// Values: tests/vectors/crypto/{primitives,request_statement,service_signature}.txt.
#include "rightful/crypto/signature.hpp"

#include <array>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

TEST(SigningKey, SignatureVerifies) {
  SystemRandom random;
  const SigningKey key = SigningKey::generate(random);

  const Signature signature = key.sign(as_bytes("message"));

  EXPECT_THAT(verify_signature(key.public_key(), as_bytes("message"), signature), IsOk());
  EXPECT_THAT(verify_signature(key.public_key(), as_bytes("massage"), signature),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(verify_signature(key.public_key(), {}, signature), IsError(ErrorCode::NotAuthentic));
}

TEST(SigningKey, TwoAreDifferent) {
  SystemRandom random;
  const SigningKey first = SigningKey::generate(random);
  const SigningKey second = SigningKey::generate(random);

  EXPECT_NE(first.public_key(), second.public_key());
  EXPECT_THAT(verify_signature(second.public_key(), as_bytes("m"), first.sign(as_bytes("m"))),
              IsError(ErrorCode::NotAuthentic));
}

TEST(SigningKey, SignsTheEmptyMessage) {
  SystemRandom random;
  const SigningKey key = SigningKey::generate(random);

  EXPECT_THAT(verify_signature(key.public_key(), {}, key.sign({})), IsOk());
}

TEST(SigningKey, RefusesSeedsOfAnotherSize) {
  const Bytes seed(33, std::byte{1});

  EXPECT_THAT(SigningKey::from_seed(seed), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(SigningKey::from_seed(ByteView(seed).first(31)), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(SigningKey::from_seed({}), IsError(ErrorCode::InvalidArgument));
}

TEST(FixedBytes, RefusesAnotherSize) {
  const Bytes bytes(33, std::byte{1});

  EXPECT_THAT(SignPublicKey::parse(ByteView(bytes).first(32)), IsOk());
  EXPECT_THAT(SignPublicKey::parse(bytes), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(SignPublicKey::parse({}), IsError(ErrorCode::InvalidArgument));
}

TEST(Fingerprint, IsTheBeginningOfSha256InGroups) {
  const std::array<std::byte, 32> zeros{};

  // head -c 32 /dev/zero | sha256sum
  EXPECT_EQ(fingerprint(SignPublicKey::from(zeros)), "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20");
}

}  // namespace
}  // namespace rightful::crypto
