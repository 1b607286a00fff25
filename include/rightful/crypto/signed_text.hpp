/// @file
/// The one way in which bytes are put together before they are signed, MACed or used to derive a
/// key: a label, then fields that cannot run into each other.
#pragma once

#include <cstdint>
#include <string_view>

#include "rightful/core/bytes.hpp"

namespace rightful::crypto {

/// label ‖ field ‖ field …
///
/// Format   docs/formats/credentials.md §2. The label is ASCII and stands without a length; no
///          label of the protocol is the beginning of another. A field of fixed size stands as it
///          is, any other after its length as u32 big-endian.
class SignedText {
 public:
  /// @param label  such as `rightful/v1/request`.
  explicit SignedText(std::string_view label);

  /// A field whose size the protocol fixes.
  SignedText& fixed(ByteView field);
  /// The value as 4 bytes, big-endian.
  SignedText& number(std::uint32_t value);
  /// A field of any size below 2^32: its length as u32 big-endian first.
  SignedText& variable(ByteView field);
  SignedText& variable(std::string_view field);

  [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace rightful::crypto
