#include "rightful/ledger/pseudonym.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/crypto/aead.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::ledger {
namespace {

using rightful::testing::IsError;

class SubjectKeyTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  const Bytes kek_ = Bytes(32, std::byte{9});
  const Bytes lookup_ = Bytes(32, std::byte{8});
  const AccountId anna_ = AccountId::parse("anna").value();
  const AccountId ben_ = AccountId::parse("ben").value();
  const Origin origin_ = Origin::parse("audit.example.test/dsar/2026").value();
  const SubjectKey key_ = SubjectKey::generate(random_);
  const crypto::Sha256Digest tag_ = subject_tag(lookup_, anna_);
};

TEST_F(SubjectKeyTest, WrapsToTheSizeOfTheColumn) {
  EXPECT_EQ(key_.wrap(kek_, tag_, random_).size(), SubjectKey::kWrappedSizeBytes);
}

TEST_F(SubjectKeyTest, OpensWhatItWrapped) {
  const auto opened = SubjectKey::unwrap(key_.wrap(kek_, tag_, random_), kek_, tag_);

  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->pseudonym(origin_, anna_), key_.pseudonym(origin_, anna_));
}

TEST_F(SubjectKeyTest, RefusesAnotherTag) {
  const auto opened =
      SubjectKey::unwrap(key_.wrap(kek_, tag_, random_), kek_, subject_tag(lookup_, ben_));

  EXPECT_THAT(opened, IsError(ErrorCode::NotAuthentic));
}

TEST_F(SubjectKeyTest, RefusesAnotherKek) {
  const auto opened =
      SubjectKey::unwrap(key_.wrap(kek_, tag_, random_), Bytes(32, std::byte{7}), tag_);

  EXPECT_THAT(opened, IsError(ErrorCode::NotAuthentic));
}

TEST_F(SubjectKeyTest, RefusesAKeyOfAnotherSize) {
  class ShortKey final : public Random {
   public:
    void fill(std::span<std::byte> bytes) override { std::ranges::fill(bytes, std::byte{1}); }
  } fixed;

  const Bytes sealed = crypto::aead_encrypt(kek_, Bytes(31), tag_.bytes(), fixed);

  EXPECT_THAT(SubjectKey::unwrap(sealed, kek_, tag_), IsError(ErrorCode::NotAuthentic));
}

TEST_F(SubjectKeyTest, PseudonymsOfOnePersonDifferFromLogToLog) {
  const Origin next_year = Origin::parse("audit.example.test/dsar/2027").value();

  EXPECT_NE(key_.pseudonym(origin_, anna_), key_.pseudonym(next_year, anna_));
}

TEST_F(SubjectKeyTest, PseudonymsOfTwoKeysDiffer) {
  EXPECT_NE(key_.pseudonym(origin_, anna_),
            SubjectKey::generate(random_).pseudonym(origin_, anna_));
}

TEST_F(SubjectKeyTest, TagsDependOnAccountAndKey) {
  EXPECT_NE(tag_, subject_tag(lookup_, ben_));
  EXPECT_NE(tag_, subject_tag(kek_, anna_));
}

TEST(KeyReference, DependsOnBothKeys) {
  const auto unlock = crypto::UnlockPublicKey::from(std::array<std::byte, 32>{});
  const auto sign = crypto::SignPublicKey::from(std::array<std::byte, 32>{});
  const auto other = crypto::SignPublicKey::from(std::array<std::byte, 32>{std::byte{1}});

  EXPECT_EQ(key_reference(unlock, sign), key_reference(unlock, sign));
  EXPECT_NE(key_reference(unlock, sign), key_reference(unlock, other));
}

}  // namespace
}  // namespace rightful::ledger
