#include "rightful/crypto/signed_text.hpp"

#include <limits>

#include "rightful/core/check.hpp"

namespace rightful::crypto {

SignedText::SignedText(std::string_view label) : bytes_(to_bytes(label)) {}

SignedText& SignedText::fixed(ByteView field) {
  bytes_.insert(bytes_.end(), field.begin(), field.end());
  return *this;
}

SignedText& SignedText::number(std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes_.push_back(static_cast<std::byte>((value >> shift) & 0xFFU));
  }
  return *this;
}

SignedText& SignedText::variable(ByteView field) {
  RIGHTFUL_CHECK(field.size() <= std::numeric_limits<std::uint32_t>::max());
  return number(static_cast<std::uint32_t>(field.size())).fixed(field);
}

SignedText& SignedText::variable(std::string_view field) {
  return variable(as_bytes(field));
}

}  // namespace rightful::crypto
