#include "rightful/crypto/sealed_upload.hpp"

#include "rightful/core/check.hpp"
#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/signed_text.hpp"

namespace rightful::crypto {
namespace {

SignedText placed(std::string_view label, const UploadPlace& place) {
  SignedText text(label);
  text.variable(place.account.expose()).variable(place.request.to_string()).variable(place.dataset);
  return text;
}

SignedText piece_place(const UploadPlace& place, std::uint32_t number, UploadPiece which) {
  SignedText text = placed("rightful/v1/upload-piece", place);
  text.number(number).number(which == UploadPiece::Last ? 1 : 0);
  return text;
}

}  // namespace

Bytes wrap_upload_key(ByteView kek, ByteView key, const UploadPlace& place, Random& random) {
  return aead_encrypt(kek, key, placed("rightful/v1/upload-key", place).bytes(), random);
}

Result<SecretBytes> unwrap_upload_key(ByteView kek, ByteView wrapped, const UploadPlace& place) {
  return aead_decrypt(kek, wrapped, placed("rightful/v1/upload-key", place).bytes());
}

Bytes seal_upload_piece(ByteView key,
                        const UploadPlace& place,
                        std::uint32_t number,
                        UploadPiece which,
                        ByteView plaintext,
                        Random& random) {
  RIGHTFUL_CHECK(plaintext.size() <= kUploadPieceBytes);
  return aead_encrypt(key, plaintext, piece_place(place, number, which).bytes(), random);
}

Result<SecretBytes> open_upload_piece(ByteView key,
                                      const UploadPlace& place,
                                      std::uint32_t number,
                                      UploadPiece which,
                                      ByteView sealed) {
  return aead_decrypt(key, sealed, piece_place(place, number, which).bytes());
}

}  // namespace rightful::crypto
