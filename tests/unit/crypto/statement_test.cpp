// Values and refusals: tests/vectors/crypto/{request_statement,service_signature}.txt.
#include "rightful/crypto/statement.hpp"

#include <array>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/crypto/sealed_box.hpp"
#include "rightful/crypto/service_signature.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

class Statement : public ::testing::Test {
 protected:
  SystemRandom random_;
  SigningKey key_ = SigningKey::generate(random_);
  RequestStatement statement_{RequestId::random(random_),
                              AccountId::parse("anna").value(),
                              UnlockKeyPair::generate(random_).public_key(),
                              Nonce::from(std::array<std::byte, 16>{}),
                              Instant(std::chrono::microseconds(1'700'000'000'123'456))};
};

TEST_F(Statement, SignsMillisecondsOnly) {
  const Signature signature = sign_statement(statement_, key_);

  statement_.time -= std::chrono::microseconds(456);
  EXPECT_THAT(verify_statement(statement_, key_.public_key(), signature), IsOk());

  statement_.time -= std::chrono::microseconds(1);
  EXPECT_THAT(verify_statement(statement_, key_.public_key(), signature),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(Statement, IsNoServiceSignature) {
  const std::array<std::byte, 32> digest{};
  const Signature signature = sign_statement(statement_, key_);

  EXPECT_THAT(verify_service_signature(ServiceLabel::Envelope,
                                       statement_.request,
                                       statement_.account,
                                       Sha256Digest::from(digest),
                                       key_.public_key(),
                                       signature),
              IsError(ErrorCode::NotAuthentic));
}

}  // namespace
}  // namespace rightful::crypto
