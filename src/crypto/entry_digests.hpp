/// @file
/// What the ciphertext of an AE-2 entry goes through: HMAC-SHA1, which the format demands, and the
/// SHA-256 of the whole entry, which the envelope signs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/ae2.hpp"

namespace rightful::crypto {

/// Who computes the hashes; every one gives the same bytes.
enum class ShaEngine : std::uint8_t {
  OpenSsl,  ///< one hash after the other; on every machine
  Fused     ///< both at once on x86-64 with SHA instructions and AVX-512 (sha_blocks.hpp)
};

/// What this processor can run, slowest first; never empty.
[[nodiscard]] std::vector<ShaEngine> available_sha_engines();

/// Threads  one at a time. Secrets  the HMAC's key, wiped at the end.
class EntryDigests {
 public:
  virtual ~EntryDigests() = default;

  /// @param ciphertext  the next bytes; any size.
  virtual void update(ByteView ciphertext) = 0;
  /// Ends the object; called once.
  [[nodiscard]] virtual Ae2Seal finish() = 0;
};

/// @param mac_key  at most 64 bytes (checked). @param head  what stands before the ciphertext:
/// hashed, not authenticated.
[[nodiscard]] std::unique_ptr<EntryDigests> make_entry_digests(ByteView mac_key,
                                                               ByteView head,
                                                               ShaEngine engine);

}  // namespace rightful::crypto
