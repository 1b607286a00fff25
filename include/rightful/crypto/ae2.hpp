/// @file
/// The cipher of WinZip's AE-2 entries, streaming in both directions. Not the ZIP structures around
/// it (archive).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/passphrase.hpp"

namespace rightful::crypto {

inline constexpr std::size_t kAe2SaltBytes = 16;
inline constexpr std::size_t kAe2VerifierBytes = 2;
inline constexpr std::size_t kAe2MacBytes = 10;
inline constexpr std::size_t kAe2OverheadBytes = kAe2SaltBytes + kAe2VerifierBytes + kAe2MacBytes;

/// What stands at an entry's end, and what the envelope signs.
struct Ae2Seal {
  std::array<std::byte, kAe2MacBytes> mac{};
  Sha256Digest sha256;  ///< of salt ‖ verifier ‖ ciphertext ‖ mac: the content hash
};

/// Encrypts one entry, front to back.
///
/// Format   WinZip AES encryption specification 1.04, strength 3: PBKDF2-HMAC-SHA1 with 1000 rounds
///          gives 32 bytes AES key, 32 HMAC key, 2 verifier; AES-256-CTR with a 16-byte
///          little-endian counter from 1; HMAC-SHA1 over the ciphertext, first 10 bytes. Entry data
///          = salt ‖ verifier ‖ ciphertext ‖ mac.
/// Threads  one at a time, but for encrypt_ahead(); may move between threads.
/// Errors   Failure when OpenSSL fails inside.
/// Cost     AES-NI where the processor has it, and both hashes in one loop where it has SHA
///          instructions (chosen at run time); the hashes are then the larger part.
class Ae2Encryptor {
 public:
  /// @param salt  random, never used twice with one passphrase.
  Ae2Encryptor(const Passphrase& passphrase, std::span<const std::byte, kAe2SaltBytes> salt);
  Ae2Encryptor(Ae2Encryptor&&) noexcept;
  Ae2Encryptor& operator=(Ae2Encryptor&&) noexcept;
  ~Ae2Encryptor();

  [[nodiscard]] std::array<std::byte, kAe2VerifierBytes> verifier() const noexcept;
  /// The next bytes of the entry, replaced by their ciphertext. Any size; large parts are faster.
  void encrypt(std::span<std::byte> in_place);

  // The two halves of encrypt(), for two threads: one may encrypt what stands further back while
  // the other is at something before it.

  /// Replaces the bytes that stand at `offset_bytes` of the entry by their ciphertext. One thread,
  /// beside the one that calls everything else.
  void encrypt_ahead(std::uint64_t offset_bytes, std::span<std::byte> in_place);
  /// The next bytes of the entry, after encrypt_ahead() at their offset.
  void take_encrypted(ByteView ciphertext);

  [[nodiscard]] Ae2Seal finish() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Decrypts one entry. What decrypt() gives is NOT authentic before finish() has returned success:
/// an 80-bit MAC stands at the end of the data.
///
/// Threads  one at a time; may move between threads.
class Ae2Decryptor {
 public:
  /// @param passphrase  any characters, as the key derivation takes them (no normalisation).
  /// @return NotAuthentic when the two verifier bytes differ: a wrong passphrase passes in 1 of
  ///         65,536 cases and is then found by finish().
  [[nodiscard]] static Result<Ae2Decryptor> open(
      std::string_view passphrase,
      std::span<const std::byte, kAe2SaltBytes> salt,
      std::span<const std::byte, kAe2VerifierBytes> verifier);
  Ae2Decryptor(Ae2Decryptor&&) noexcept;
  Ae2Decryptor& operator=(Ae2Decryptor&&) noexcept;
  ~Ae2Decryptor();

  void decrypt(std::span<std::byte> in_place);
  /// The bytes that stand at `offset_bytes` of the ciphertext, without a word to the MAC: for
  /// looking something up before the walk. An object that is read this way is not used for
  /// decrypt() and finish().
  void decrypt_at(std::uint64_t offset_bytes, std::span<std::byte> in_place);
  /// Constant time. @return the content hash, or NotAuthentic: then everything decrypted must be
  /// thrown away.
  [[nodiscard]] Result<Sha256Digest> finish(std::span<const std::byte, kAe2MacBytes> mac) &&;

 private:
  struct State;
  explicit Ae2Decryptor(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace rightful::crypto
