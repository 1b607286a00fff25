/// @file
/// The inner loops of SHA-1 and SHA-256 (FIPS 180-4 §6.1.2, §6.2.2) on the processor's SHA
/// instructions. What an AE-2 entry is hashed with takes both at once. Not padding, not lengths
/// (sha_stream.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rightful::crypto {

inline constexpr std::size_t kShaBlockBytes = 64;

using Sha1Words = std::array<std::uint32_t, 5>;
using Sha256Words = std::array<std::uint32_t, 8>;

/// Are there x86-64 SHA instructions and AVX-512 on 128-bit registers? Where not, OpenSSL hashes.
[[nodiscard]] bool has_sha_blocks() noexcept;

// Only where has_sha_blocks(). `data` is `blocks` × kShaBlockBytes.
void sha1_blocks(Sha1Words& words, const std::byte* data, std::size_t blocks) noexcept;
void sha256_blocks(Sha256Words& words, const std::byte* data, std::size_t blocks) noexcept;
/// Both, in little more time than either: one waits for results while the other computes.
void sha1_sha256_blocks(Sha1Words& sha1,
                        const std::byte* sha1_data,
                        Sha256Words& sha256,
                        const std::byte* sha256_data,
                        std::size_t blocks) noexcept;

}  // namespace rightful::crypto
