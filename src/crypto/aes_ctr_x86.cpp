// The same counter mode on AES instructions. Each function that uses them says so in its target
// attribute, so that the rest of the program runs on processors without them.
#include <algorithm>

#include "rightful/core/check.hpp"
#include "rightful/crypto/secret_bytes.hpp"

#include "crypto/aes_ctr.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

namespace rightful::crypto {
namespace {

constexpr std::size_t kRoundKeys = 15;  // FIPS 197: 14 rounds for a key of 256 bits
constexpr std::size_t kAesNiLanes = 8;
constexpr std::size_t kVaesLanes = 4;  // registers of four blocks each
constexpr std::size_t kBlocksPerVector = 4;

#define RIGHTFUL_AES_NI [[gnu::target("aes,sse4.1")]]
#define RIGHTFUL_VAES [[gnu::target("aes,avx512f,vaes")]]

RIGHTFUL_AES_NI __m128i load(const std::byte* from) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

RIGHTFUL_AES_NI void store(std::byte* to, __m128i value) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value);
}

/// Word w becomes w ^ w[-1] ^ w[-2] ^ w[-3], as the key expansion chains its words (FIPS 197 §5.2).
RIGHTFUL_AES_NI __m128i chain(__m128i key) noexcept {
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  return _mm_xor_si128(key, _mm_slli_si128(key, 8));
}

/// Round keys 2, 4, 6 …: with rotation, substitution and round constant.
template <int kRoundConstant>
RIGHTFUL_AES_NI __m128i even_key(__m128i two_before, __m128i one_before) noexcept {
  const __m128i assist = _mm_aeskeygenassist_si128(one_before, kRoundConstant);
  return _mm_xor_si128(chain(two_before), _mm_shuffle_epi32(assist, 0xFF));
}

/// Round keys 3, 5, 7 …: with substitution only.
RIGHTFUL_AES_NI __m128i odd_key(__m128i two_before, __m128i one_before) noexcept {
  const __m128i assist = _mm_aeskeygenassist_si128(one_before, 0);
  return _mm_xor_si128(chain(two_before), _mm_shuffle_epi32(assist, 0xAA));
}

/// Appends an even round key and, but for the last, the odd one after it.
template <int kRoundConstant>
RIGHTFUL_AES_NI void expand_pair(std::byte* keys, std::size_t even) noexcept {
  const auto at = [keys](std::size_t index) { return keys + index * kAesBlockBytes; };
  store(at(even), even_key<kRoundConstant>(load(at(even - 2)), load(at(even - 1))));
  if (even + 1 < kRoundKeys) store(at(even + 1), odd_key(load(at(even - 1)), load(at(even))));
}

SecretBytes expand_key(std::span<const std::byte, kAes256KeyBytes> key) {
  SecretBytes keys(kRoundKeys * kAesBlockBytes);
  std::byte* const out = keys.expose_mutable().data();
  std::copy(key.begin(), key.end(), out);
  expand_pair<0x01>(out, 2);
  expand_pair<0x02>(out, 4);
  expand_pair<0x04>(out, 6);
  expand_pair<0x08>(out, 8);
  expand_pair<0x10>(out, 10);
  expand_pair<0x20>(out, 12);
  expand_pair<0x40>(out, 14);
  return keys;
}

/// XORs `kLanes` encrypted counters into as many blocks; the compiler unrolls all loops.
template <std::size_t kLanes>
RIGHTFUL_AES_NI void xor_lanes(const std::byte* keys,
                               std::uint64_t counter,
                               std::byte* data) noexcept {
  __m128i lane[kLanes];
  const __m128i first_key = load(keys);
  for (std::size_t i = 0; i < kLanes; ++i) {
    const std::uint64_t block = counter + i;
    lane[i] = _mm_xor_si128(_mm_set_epi64x(0, static_cast<long long>(block)), first_key);
  }
  for (std::size_t round = 1; round + 1 < kRoundKeys; ++round) {
    const __m128i key = load(keys + round * kAesBlockBytes);
    for (std::size_t i = 0; i < kLanes; ++i)
      lane[i] = _mm_aesenc_si128(lane[i], key);
  }
  const __m128i last_key = load(keys + (kRoundKeys - 1) * kAesBlockBytes);
  for (std::size_t i = 0; i < kLanes; ++i) {
    std::byte* const block = data + i * kAesBlockBytes;
    store(block, _mm_xor_si128(load(block), _mm_aesenclast_si128(lane[i], last_key)));
  }
}

RIGHTFUL_AES_NI void xor_aes_ni(const std::byte* keys,
                                std::uint64_t counter,
                                std::span<std::byte> data) noexcept {
  constexpr std::size_t kStride = kAesNiLanes * kAesBlockBytes;
  std::size_t at = 0;
  for (; data.size() - at >= kStride; at += kStride, counter += kAesNiLanes) {
    xor_lanes<kAesNiLanes>(keys, counter, data.data() + at);
  }
  for (; at < data.size(); at += kAesBlockBytes, ++counter) {
    xor_lanes<1>(keys, counter, data.data() + at);
  }
}

/// As xor_lanes, with four blocks in each of four registers.
RIGHTFUL_VAES void xor_vectors(const __m512i* keys, __m512i counters, std::byte* data) noexcept {
  const __m512i step = _mm512_set_epi64(0, 4, 0, 4, 0, 4, 0, 4);
  __m512i lane[kVaesLanes];
  for (auto& blocks : lane) {
    blocks = _mm512_xor_si512(counters, keys[0]);
    counters = _mm512_add_epi64(counters, step);
  }
  for (std::size_t round = 1; round + 1 < kRoundKeys; ++round) {
    for (auto& blocks : lane)
      blocks = _mm512_aesenc_epi128(blocks, keys[round]);
  }
  for (std::size_t i = 0; i < kVaesLanes; ++i) {
    std::byte* const blocks = data + i * kBlocksPerVector * kAesBlockBytes;
    const __m512i stream = _mm512_aesenclast_epi128(lane[i], keys[kRoundKeys - 1]);
    _mm512_storeu_si512(blocks, _mm512_xor_si512(_mm512_loadu_si512(blocks), stream));
  }
}

/// @return how many bytes it took: a multiple of sixteen blocks.
RIGHTFUL_VAES std::size_t xor_vaes(const std::byte* keys,
                                   std::uint64_t counter,
                                   std::span<std::byte> data) noexcept {
  constexpr std::size_t kStride = kVaesLanes * kBlocksPerVector * kAesBlockBytes;
  __m512i wide_keys[kRoundKeys];
  for (std::size_t i = 0; i < kRoundKeys; ++i) {
    wide_keys[i] = _mm512_broadcast_i32x4(load(keys + i * kAesBlockBytes));
  }
  const auto first = static_cast<long long>(counter);
  __m512i counters = _mm512_set_epi64(0, first + 3, 0, first + 2, 0, first + 1, 0, first);
  const __m512i step = _mm512_set_epi64(0, 16, 0, 16, 0, 16, 0, 16);
  std::size_t at = 0;
  for (; data.size() - at >= kStride; at += kStride) {
    xor_vectors(wide_keys, counters, data.data() + at);
    counters = _mm512_add_epi64(counters, step);
  }
  return at;
}

class AesNiBlocks final : public CounterBlocks {
 public:
  explicit AesNiBlocks(std::span<const std::byte, kAes256KeyBytes> key) : keys_(expand_key(key)) {}

  void xor_into(std::uint64_t counter, std::span<std::byte> data) override {
    xor_aes_ni(keys_.expose().data(), counter, data);
  }

 private:
  SecretBytes keys_;
};

class VaesBlocks final : public CounterBlocks {
 public:
  explicit VaesBlocks(std::span<const std::byte, kAes256KeyBytes> key) : keys_(expand_key(key)) {}

  void xor_into(std::uint64_t counter, std::span<std::byte> data) override {
    const std::size_t done = xor_vaes(keys_.expose().data(), counter, data);
    xor_aes_ni(keys_.expose().data(), counter + done / kAesBlockBytes, data.subspan(done));
  }

 private:
  SecretBytes keys_;
};

}  // namespace

bool has_aes_ni() noexcept {
  return __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("sse4.1") != 0;
}

bool has_vaes() noexcept {
  return has_aes_ni() && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("vaes") != 0;
}

std::unique_ptr<CounterBlocks> make_aes_ni_blocks(std::span<const std::byte, kAes256KeyBytes> key) {
  RIGHTFUL_CHECK(has_aes_ni());
  return std::make_unique<AesNiBlocks>(key);
}

std::unique_ptr<CounterBlocks> make_vaes_blocks(std::span<const std::byte, kAes256KeyBytes> key) {
  RIGHTFUL_CHECK(has_vaes());
  return std::make_unique<VaesBlocks>(key);
}

}  // namespace rightful::crypto

#else

namespace rightful::crypto {

bool has_aes_ni() noexcept {
  return false;
}

bool has_vaes() noexcept {
  return false;
}

std::unique_ptr<CounterBlocks> make_aes_ni_blocks(std::span<const std::byte, kAes256KeyBytes>) {
  check_failed(__FILE__, __LINE__, "no AES instructions on this processor");
}

std::unique_ptr<CounterBlocks> make_vaes_blocks(std::span<const std::byte, kAes256KeyBytes>) {
  check_failed(__FILE__, __LINE__, "no AES instructions on this processor");
}

}  // namespace rightful::crypto

#endif
