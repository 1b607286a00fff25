/// @file
/// Encryption of bytes that one process spills and reads back itself. The key dies with the object,
/// so what stays on a disk is noise. It hides; it does not authenticate.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "rightful/core/random.hpp"

namespace rightful::crypto {

/// AES-256 in counter mode under a random key, addressed by position.
///
/// Threads  one at a time.
/// Secrets  each position may be encrypted ONCE per object: a second text at the same place gives
///          both away. Use one object per spill file, and only append.
class EphemeralCipher {
 public:
  explicit EphemeralCipher(Random& random);
  EphemeralCipher(EphemeralCipher&&) noexcept;
  EphemeralCipher& operator=(EphemeralCipher&&) noexcept;
  ~EphemeralCipher();

  /// Encrypts or decrypts (the same operation) the bytes that stand at `offset` of the spill file.
  void apply(std::uint64_t offset_bytes, std::span<std::byte> in_place);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rightful::crypto
