// The text forms inside a leaf, against the decoder that makes bytes of them.
#include "ledger/text_form.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"

namespace rightful::ledger {
namespace {

bool decodes_to(const std::string& text, std::size_t size_bytes) {
  const auto bytes = from_base64url(text);
  return bytes && bytes->size() == size_bytes;
}

// 16, 32 and 64 bytes are what leaves hold: 4, 2 and 4 bits of the last character are unused.
TEST(LedgerTextForm, Base64urlIsWhatDecodesAtEachPlace) {
  for (const std::size_t size_bytes : {16U, 32U, 64U}) {
    const std::string valid = to_base64url(Bytes(size_bytes, std::byte{0x5A}));
    for (std::size_t place = 0; place < valid.size(); ++place) {
      std::string text = valid;
      for (int c = 0; c < 256; ++c) {
        text[place] = static_cast<char>(c);
        EXPECT_EQ(is_base64url(text, size_bytes), decodes_to(text, size_bytes))
            << "character " << c << " at " << place << " of " << text.size();
      }
    }
  }
}

TEST(LedgerTextForm, Base64urlHasExactlyItsLength) {
  const std::string valid = to_base64url(Bytes(16, std::byte{0x5A}));
  EXPECT_TRUE(is_base64url(valid, 16));
  EXPECT_FALSE(is_base64url(valid + "A", 16));
  EXPECT_FALSE(is_base64url(valid + "==", 16));
  EXPECT_FALSE(is_base64url(valid.substr(1), 16));
  EXPECT_FALSE(is_base64url("", 0));
}

}  // namespace
}  // namespace rightful::ledger
