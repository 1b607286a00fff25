/// @file
/// libsodium, initialised once, and its pointers. Not for code outside src/crypto.
#pragma once

#include <array>
#include <span>

#include "rightful/core/bytes.hpp"

namespace rightful::crypto {

/// Before the first use of libsodium in a function; cheap after the first call.
/// Errors  Failure(Retry::Never, "crypto_library").
void ensure_sodium();

/// libsodium, OpenSSL and the kernel call a byte `unsigned char`.
[[nodiscard]] inline const unsigned char* raw(ByteView bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

[[nodiscard]] inline unsigned char* raw(std::span<std::byte> bytes) noexcept {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

/// An array could be either view.
template <std::size_t N>
[[nodiscard]] unsigned char* raw(std::array<std::byte, N>& bytes) noexcept {
  return raw(std::span<std::byte>(bytes));
}

template <std::size_t N>
[[nodiscard]] const unsigned char* raw(const std::array<std::byte, N>& bytes) noexcept {
  return raw(ByteView(bytes));
}

}  // namespace rightful::crypto
