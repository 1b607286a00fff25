/// @file
/// Memory for keys: locked, guarded, wiped. Not for personal data in bulk, which streams through
/// and is never kept.
#pragma once

#include <cstddef>
#include <span>

#include "rightful/core/bytes.hpp"

namespace rightful::crypto {

/// A fixed number of secret bytes outside the ordinary heap (sodium_malloc: guard pages, mlock
/// where the limit allows, left out of core dumps), overwritten before they are given back.
///
/// Threads  const access from any thread.
/// Secrets  move-only, no formatter, no comparison, no begin()/end(): logging it does not compile.
///          Compare with constant_time_equal (hash.hpp).
/// Cost     at least four pages each: for keys, not for rows. Of the size of a key, at most 64 stay
///          mapped, wiped, for the next one.
class SecretBytes {
 public:
  /// All zero. @param size_bytes  0 is allowed. Errors  Failure(Retry::Later, "no_memory").
  explicit SecretBytes(std::size_t size_bytes);
  /// The source stays as it is; wiping it is its owner's duty.
  [[nodiscard]] static SecretBytes copy_of(ByteView bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  /// Valid while this object lives and is not moved from; a moved-from object has size 0.
  [[nodiscard]] ByteView expose() const noexcept { return {data_, size_}; }

  [[nodiscard]] std::span<std::byte> expose_mutable() noexcept { return {data_, size_}; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_;
};

/// Overwrites memory that a secret passed through, in a way that the compiler may not leave out.
void wipe(std::span<std::byte> bytes) noexcept;

}  // namespace rightful::crypto
