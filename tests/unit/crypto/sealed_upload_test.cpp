#include "rightful/crypto/sealed_upload.hpp"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;

class SealedUpload : public ::testing::Test {
 protected:
  Bytes seal(std::uint32_t number, UploadPiece which) {
    return seal_upload_piece(
        key_, place_, number, which, as_bytes(std::string_view("text")), random_);
  }

  [[nodiscard]] Result<SecretBytes> open(ByteView sealed,
                                         std::uint32_t number,
                                         UploadPiece which) const {
    return open_upload_piece(key_, place_, number, which, sealed);
  }

  SystemRandom random_;
  Bytes key_ = Bytes(32, std::byte{7});
  AccountId account_ = AccountId::parse("anna").value();
  AccountId other_account_ = AccountId::parse("Anna").value();
  RequestId request_ = RequestId::random(random_);
  RequestId other_request_ = RequestId::random(random_);
  UploadPlace place_{account_, request_, "letter"};
};

TEST_F(SealedUpload, OpensAtItsOwnPlace) {
  const Bytes sealed = seal(3, UploadPiece::Last);

  const auto opened = open(sealed, 3, UploadPiece::Last);

  ASSERT_TRUE(opened);
  EXPECT_EQ(as_text(opened->expose()), "text");
}

TEST_F(SealedUpload, OpensNowhereElse) {
  const Bytes sealed = seal(3, UploadPiece::Middle);

  EXPECT_THAT(open(sealed, 2, UploadPiece::Middle), IsError(ErrorCode::NotAuthentic));
  // Pieces behind it were cut off.
  EXPECT_THAT(open(sealed, 3, UploadPiece::Last), IsError(ErrorCode::NotAuthentic));
  for (const UploadPlace& place : {UploadPlace{other_account_, request_, "letter"},
                                   UploadPlace{account_, other_request_, "letter"},
                                   UploadPlace{account_, request_, "letters"}}) {
    EXPECT_THAT(open_upload_piece(key_, place, 3, UploadPiece::Middle, sealed),
                IsError(ErrorCode::NotAuthentic));
  }
}

TEST_F(SealedUpload, RefusesEveryChangedByte) {
  const Bytes sealed = seal(0, UploadPiece::Last);

  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Bytes changed = sealed;
    changed[at] ^= std::byte{1};
    EXPECT_THAT(open(changed, 0, UploadPiece::Last), IsError(ErrorCode::NotAuthentic));
  }
}

TEST_F(SealedUpload, ItsKeyIsBoundToo) {
  const Bytes kek(32, std::byte{9});
  const Bytes wrapped = wrap_upload_key(kek, key_, place_, random_);

  EXPECT_EQ(wrapped.size(), 72U);
  const auto opened = unwrap_upload_key(kek, wrapped, place_);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(std::ranges::equal(opened->expose(), key_));
  EXPECT_THAT(unwrap_upload_key(kek, wrapped, {other_account_, request_, "letter"}),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(unwrap_upload_key(Bytes(32, std::byte{8}), wrapped, place_),
              IsError(ErrorCode::NotAuthentic));
}

}  // namespace
}  // namespace rightful::crypto
