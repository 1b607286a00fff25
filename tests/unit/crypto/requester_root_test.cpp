// Values and refusals: tests/vectors/crypto/{requester_root,recovery_code}.txt.
#include "rightful/crypto/requester_root.hpp"

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

class RequesterRootTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<RequesterRoot> unwrap(ByteView wrapped,
                                             const SecretBytes& key,
                                             WrapKind kind) const {
    return RequesterRoot::unwrap(
        wrapped, key, kind, anna_, root_.unlock_keys().public_key(), root_.sign_key().public_key());
  }

  SystemRandom random_;
  AccountId anna_ = AccountId::parse("anna").value();
  RequesterRoot root_ = RequesterRoot::generate(random_);
};

TEST_F(RequesterRootTest, EveryWayInLeadsToTheSameKeys) {
  const SecretBytes first_key = SecretBytes::copy_of(Bytes(32, std::byte{1}));
  const RecoveryCode code = RecoveryCode::generate(random_);
  const SecretBytes second_key = code.wrap_key(anna_);

  const auto by_password = unwrap(
      root_.wrap(first_key, WrapKind::Password, anna_, random_), first_key, WrapKind::Password);
  const auto by_code = unwrap(
      root_.wrap(second_key, WrapKind::Recovery, anna_, random_), second_key, WrapKind::Recovery);

  EXPECT_EQ(by_password.value().unlock_keys().public_key(),
            by_code.value().unlock_keys().public_key());
  EXPECT_EQ(by_password.value().sign_key().public_key(), root_.sign_key().public_key());
}

TEST_F(RequesterRootTest, RefusesEachChangedByteOfAWrap) {
  const SecretBytes key = SecretBytes::copy_of(Bytes(32, std::byte{1}));
  const Bytes wrapped = root_.wrap(key, WrapKind::Password, anna_, random_);

  for (std::size_t at = 0; at < wrapped.size(); ++at) {
    Bytes changed = wrapped;
    changed[at] ^= std::byte{4};
    EXPECT_THAT(unwrap(changed, key, WrapKind::Password), IsError(ErrorCode::NotAuthentic)) << at;
  }
}

TEST_F(RequesterRootTest, TwoRootsHaveNothingInCommon) {
  const RequesterRoot other = RequesterRoot::generate(random_);

  EXPECT_NE(other.unlock_keys().public_key(), root_.unlock_keys().public_key());
  EXPECT_NE(other.sign_key().public_key(), root_.sign_key().public_key());
}

TEST_F(RequesterRootTest, RefusesBytesOfAnotherSize) {
  const Bytes bytes(33, std::byte{1});

  EXPECT_THAT(RequesterRoot::from_bytes(ByteView(bytes).first(32)), IsOk());
  EXPECT_THAT(RequesterRoot::from_bytes(bytes), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(RequesterRoot::from_bytes({}), IsError(ErrorCode::InvalidArgument));
}

TEST_F(RequesterRootTest, RecoveryCodeOfAnotherAccountGivesAnotherKey) {
  const RecoveryCode code = RecoveryCode::generate(random_);
  const auto bernd = AccountId::parse("bernd").value();

  EXPECT_NE(to_hex(code.wrap_key(anna_).expose()), to_hex(code.wrap_key(bernd).expose()));
}

TEST(WrapKind, NamesAndParsingAgree) {
  for (const auto kind :
       {WrapKind::Password, WrapKind::ExportPassphrase, WrapKind::PasskeyPrf, WrapKind::Recovery}) {
    EXPECT_EQ(parse_wrap_kind(name_of(kind)).value(), kind);
  }
  EXPECT_THAT(parse_wrap_kind("Password"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_wrap_kind(""), IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful::crypto
