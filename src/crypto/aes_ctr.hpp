/// @file
/// AES-256 in counter mode as WinZip counts: a 16-byte little-endian counter that begins at 1. The
/// counter modes of OpenSSL and WebCrypto are big-endian, so this one is ours, over AES blocks that
/// are not. It hides; it does not authenticate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace rightful::crypto {

inline constexpr std::size_t kAesBlockBytes = 16;
inline constexpr std::size_t kAes256KeyBytes = 32;

/// Who computes the blocks; every one gives the same bytes.
enum class AesEngine : std::uint8_t {
  OpenSsl,  ///< AES-256-ECB over blocks of counters; on every machine
  AesNi,    ///< x86-64 AES instructions, eight blocks in flight
  Vaes      ///< x86-64 with AVX-512 and VAES, sixteen blocks in flight
};

/// What this processor can run, slowest first; never empty.
[[nodiscard]] std::vector<AesEngine> available_engines();
[[nodiscard]] AesEngine fastest_engine();

/// Encrypted counters, XORed into data.
class CounterBlocks {
 public:
  virtual ~CounterBlocks() = default;

  /// @param counter  of the first block; the following ones count up.
  /// @param data     a whole number of blocks.
  virtual void xor_into(std::uint64_t counter, std::span<std::byte> data) = 0;
};

// One factory each; the last two only where available_engines() names them.
[[nodiscard]] std::unique_ptr<CounterBlocks> make_openssl_blocks(
    std::span<const std::byte, kAes256KeyBytes> key);
[[nodiscard]] std::unique_ptr<CounterBlocks> make_aes_ni_blocks(
    std::span<const std::byte, kAes256KeyBytes> key);
[[nodiscard]] std::unique_ptr<CounterBlocks> make_vaes_blocks(
    std::span<const std::byte, kAes256KeyBytes> key);
[[nodiscard]] bool has_aes_ni() noexcept;
[[nodiscard]] bool has_vaes() noexcept;

/// The stream, at any byte position. Threads  one at a time.
class AesCtr {
 public:
  explicit AesCtr(std::span<const std::byte, kAes256KeyBytes> key,
                  AesEngine engine = fastest_engine());

  /// Goes on at this byte of the stream.
  void seek(std::uint64_t position_bytes);
  /// Encrypts or decrypts (the same operation) the next bytes of the stream.
  void apply(std::span<std::byte> in_place);

 private:
  void refill();
  [[nodiscard]] std::size_t use_rest(std::span<std::byte> in_place) noexcept;

  std::unique_ptr<CounterBlocks> blocks_;
  std::uint64_t next_counter_ = 1;
  std::array<std::byte, kAesBlockBytes> rest_{};  // of a block begun; valid from rest_used_ on
  std::size_t rest_used_ = kAesBlockBytes;
};

}  // namespace rightful::crypto
