/// @file
/// SHA-256, and comparing without telling where two values differ.
#pragma once

#include <memory>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::crypto {

/// One hash over any number of parts.
///
/// Format   FIPS 180-4; OpenSSL, or on x86-64 with SHA instructions and AVX-512 a faster loop.
/// Threads  one at a time.
/// Errors   Failure when OpenSSL fails inside.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(ByteView bytes);
  /// Ends the object: only `std::move(hash).finish()` compiles.
  [[nodiscard]] Sha256Digest finish() &&;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

[[nodiscard]] Sha256Digest sha256(ByteView bytes);

/// The time depends on the sizes only; different sizes are unequal.
[[nodiscard]] bool constant_time_equal(ByteView left, ByteView right) noexcept;

}  // namespace rightful::crypto
