// Values and refusals: tests/vectors/crypto/credential_keys.txt.
#include "rightful/crypto/credential.hpp"

#include <array>

#include <gtest/gtest.h>

#include "rightful/crypto/hash.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;

TEST(CredentialKeys, LoginTellsNothingAboutWrap) {
  const std::array<std::byte, 16> salt{};
  const auto account = AccountId::parse("anna").value();

  const auto keys = derive_credential_keys(account, "correct horse", Salt::from(salt)).value();

  EXPECT_EQ(keys.login.size(), 32U);
  EXPECT_EQ(keys.wrap.size(), 32U);
  EXPECT_FALSE(constant_time_equal(keys.login.expose(), keys.wrap.expose()));
}

TEST(CredentialKeys, RefusalDoesNotRepeatTheCredential) {
  const auto refused = normalize_credential("hunter2\n");

  ASSERT_THAT(refused, IsError(ErrorCode::InvalidArgument));
  EXPECT_EQ(refused.error().detail.find("hunter2"), std::string::npos);
}

TEST(CredentialKeys, KeepsCaseAndSpaces) {
  const auto normal = normalize_credential("  Mixed Case  ");

  EXPECT_EQ(as_text(normal.value().expose()), "  Mixed Case  ");
}

}  // namespace
}  // namespace rightful::crypto
