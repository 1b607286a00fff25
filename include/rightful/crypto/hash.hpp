/// @file
/// SHA-256, and comparing without telling where two values differ.
#pragma once

#include <memory>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

struct evp_md_ctx_st;

namespace rightful::crypto {

/// One hash over any number of parts.
///
/// Format   FIPS 180-4; OpenSSL, which uses the processor's SHA instructions.
/// Threads  one at a time.
/// Errors   Failure when OpenSSL fails inside.
class Sha256 {
 public:
  Sha256();

  void update(ByteView bytes);
  /// Ends the object: only `std::move(hash).finish()` compiles.
  [[nodiscard]] Sha256Digest finish() &&;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Sha256Digest sha256(ByteView bytes);

/// The time depends on the sizes only; different sizes are unequal.
[[nodiscard]] bool constant_time_equal(ByteView left, ByteView right) noexcept;

}  // namespace rightful::crypto
