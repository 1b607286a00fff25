/// @file
/// HMAC-SHA1 over a stream: what AE-2 demands. Not for anything new.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "rightful/core/bytes.hpp"

#include "crypto/openssl.hpp"

namespace rightful::crypto {

/// Format  RFC 2104 with SHA-1, through OpenSSL. Threads  one at a time.
class HmacSha1 {
 public:
  static constexpr std::size_t kSizeBytes = 20;

  explicit HmacSha1(ByteView key);

  void update(ByteView bytes);
  [[nodiscard]] std::array<std::byte, kSizeBytes> finish() &&;

 private:
  MacContext context_;
};

}  // namespace rightful::crypto
