// Rounds by the SHA instructions, message schedule by AVX-512 on 128-bit registers: on Intel's
// servers the schedule instructions (sha256msg1, sha256msg2, sha1msg2) cost five to seven cycles
// each and share a port with the rounds, vectors do not. Each function that uses them says so in
// its target attribute, so that the rest of the program runs on processors without them.
#include "rightful/core/check.hpp"

#include "crypto/sha_blocks.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <utility>

namespace rightful::crypto {
namespace {

#define RIGHTFUL_SHA_TARGET gnu::target("sha,avx512f,avx512vl")
#define RIGHTFUL_SHA [[RIGHTFUL_SHA_TARGET, gnu::always_inline]] inline

constexpr int kXor3 = 0x96;  // of a ternary logic instruction: a ^ b ^ c
constexpr std::size_t kSha1Steps = 20;
constexpr std::size_t kSha256Steps = 16;

/// FIPS 180-4 §4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> kSha256Constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

RIGHTFUL_SHA __m128i load(const void* from) noexcept {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

RIGHTFUL_SHA void store(void* to, __m128i value) noexcept {
  _mm_storeu_si128(static_cast<__m128i*>(to), value);
}

RIGHTFUL_SHA __m128i xor3(__m128i a, __m128i b, __m128i c) noexcept {
  return _mm_ternarylogic_epi32(a, b, c, kXor3);
}

/// §4.1.2, (4.6) and (4.7).
RIGHTFUL_SHA __m128i sigma0(__m128i x) noexcept {
  return xor3(_mm_ror_epi32(x, 7), _mm_ror_epi32(x, 18), _mm_srli_epi32(x, 3));
}

RIGHTFUL_SHA __m128i sigma1(__m128i x) noexcept {
  return xor3(_mm_ror_epi32(x, 17), _mm_ror_epi32(x, 19), _mm_srli_epi32(x, 10));
}

/// One block of SHA-256, four rounds a step. The instructions want the words as A B E F and
/// C D G H, the first of them highest.
struct Sha256Rounds {
  RIGHTFUL_SHA static __m128i next_schedule(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(sigma0(_mm_alignr_epi8(w1, w0, 4)), w0);
    sum = _mm_add_epi32(sum, _mm_alignr_epi8(w3, w2, 4));
    sum = _mm_add_epi32(sum, sigma1(_mm_srli_si128(w3, 8)));    // words 0 and 1
    return _mm_add_epi32(sum, sigma1(_mm_slli_si128(sum, 8)));  // 2 and 3 need 0 and 1
  }

  template <std::size_t step>
  RIGHTFUL_SHA void four_rounds(const std::byte* block) noexcept {
    __m128i& w = schedule[step % 4];
    if constexpr (step < 4) {
      const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
      w = _mm_shuffle_epi8(load(block + step * 16), big_endian);
    } else {
      w = next_schedule(
          w, schedule[(step + 1) % 4], schedule[(step + 2) % 4], schedule[(step + 3) % 4]);
    }
    const __m128i sum = _mm_add_epi32(w, load(&kSha256Constants[step * 4]));
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
  }

  __m128i abef;
  __m128i cdgh;
  __m128i schedule[4];
};

/// One block of SHA-1, four rounds a step; of every four words the first is highest.
struct Sha1Rounds {
  template <std::size_t step>
  [[nodiscard]] RIGHTFUL_SHA __m128i next_schedule() const noexcept {
    if constexpr (step < 8) {
      // §6.1.2 as it stands; the last word needs the first.
      const __m128i part =
          _mm_xor_si128(xor3(_mm_alignr_epi8(schedule[(step - 4) % 8], schedule[(step - 3) % 8], 8),
                             schedule[(step - 4) % 8],
                             schedule[(step - 2) % 8]),
                        _mm_slli_si128(schedule[(step - 1) % 8], 4));
      return _mm_xor_si128(_mm_rol_epi32(part, 1), _mm_rol_epi32(_mm_srli_si128(part, 12), 2));
    } else {
      // The same recurrence put into itself: W[t] = ROTL2(W[t-6] ^ W[t-16] ^ W[t-28] ^ W[t-32]).
      const __m128i six_before =
          _mm_alignr_epi8(schedule[(step - 2) % 8], schedule[(step - 1) % 8], 8);
      const __m128i rest =
          xor3(schedule[step % 8], schedule[(step - 7) % 8], schedule[(step - 4) % 8]);
      return _mm_rol_epi32(_mm_xor_si128(rest, six_before), 2);
    }
  }

  template <std::size_t step>
  RIGHTFUL_SHA void four_rounds(const std::byte* block) noexcept {
    __m128i& w = schedule[step % 8];
    if constexpr (step < 4) {
      const __m128i big_endian = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
      w = _mm_shuffle_epi8(load(block + step * 16), big_endian);
    } else {
      w = next_schedule<step>();
    }
    const __m128i sum = step == 0 ? _mm_add_epi32(e, w) : _mm_sha1nexte_epu32(e, w);
    e = abcd;  // four rounds later its A, rotated, is E
    abcd = _mm_sha1rnds4_epu32(abcd, sum, static_cast<int>(step / 5));
  }

  __m128i abcd;
  __m128i e;
  __m128i schedule[8];
};

/// The words of a running hash in registers, as the rounds want them.
struct Sha256Registers {
  RIGHTFUL_SHA explicit Sha256Registers(const Sha256Words& words) noexcept {
    const __m128i badc = _mm_shuffle_epi32(load(words.data()), 0xB1);
    const __m128i efgh = _mm_shuffle_epi32(load(words.data() + 4), 0x1B);
    abef = _mm_alignr_epi8(badc, efgh, 8);
    cdgh = _mm_blend_epi32(efgh, badc, 0b1100);
  }

  RIGHTFUL_SHA void save(Sha256Words& words) const noexcept {
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    store(words.data(), _mm_blend_epi32(feba, dchg, 0b1100));
    store(words.data() + 4, _mm_alignr_epi8(dchg, feba, 8));
  }

  RIGHTFUL_SHA void add(const Sha256Rounds& rounds) noexcept {
    abef = _mm_add_epi32(abef, rounds.abef);
    cdgh = _mm_add_epi32(cdgh, rounds.cdgh);
  }

  __m128i abef;
  __m128i cdgh;
};

struct Sha1Registers {
  RIGHTFUL_SHA explicit Sha1Registers(const Sha1Words& words) noexcept
      : abcd(_mm_shuffle_epi32(load(words.data()), 0x1B)),
        e(_mm_set_epi32(static_cast<int>(words[4]), 0, 0, 0)) {}

  RIGHTFUL_SHA void save(Sha1Words& words) const noexcept {
    store(words.data(), _mm_shuffle_epi32(abcd, 0x1B));
    words[4] = static_cast<std::uint32_t>(_mm_extract_epi32(e, 3));
  }

  RIGHTFUL_SHA void add(const Sha1Rounds& rounds) noexcept {
    abcd = _mm_add_epi32(abcd, rounds.abcd);
    e = _mm_sha1nexte_epu32(rounds.e, e);
  }

  __m128i abcd;
  __m128i e;
};

/// The SHA instructions have no VEX form. While the upper half of any vector register is dirty, as
/// ISA-L leaves it, each of them also merges that half: everything here then takes half as long
/// again.
RIGHTFUL_SHA void clean_upper_halves() noexcept {
  _mm256_zeroupper();
}

template <std::size_t first, class Rounds, std::size_t... steps>
RIGHTFUL_SHA void run(Rounds& rounds,
                      const std::byte* block,
                      std::index_sequence<steps...> /*of*/) noexcept {
  (rounds.template four_rounds<first + steps>(block), ...);
}

template <std::size_t... steps>
RIGHTFUL_SHA void run_both(Sha1Rounds& sha1,
                           const std::byte* sha1_block,
                           Sha256Rounds& sha256,
                           const std::byte* sha256_block,
                           std::index_sequence<steps...> /*of*/) noexcept {
  ((sha1.four_rounds<steps>(sha1_block), sha256.four_rounds<steps>(sha256_block)), ...);
}

}  // namespace

namespace {

bool ask_processor() noexcept {
  constexpr unsigned kShaBit = 1U << 29U;  // leaf 7, EBX: compilers of 2022 have no name for it
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (ebx & kShaBit) != 0 && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0;
}

}  // namespace

bool has_sha_blocks() noexcept {
  // Asked once: under a hypervisor the instruction costs microseconds.
  static const bool kHas = ask_processor();
  return kHas;
}

[[RIGHTFUL_SHA_TARGET]] void sha1_blocks(Sha1Words& words,
                                         const std::byte* data,
                                         std::size_t blocks) noexcept {
  clean_upper_halves();
  Sha1Registers state(words);
  for (; blocks > 0; --blocks, data += kShaBlockBytes) {
    Sha1Rounds rounds{state.abcd, state.e, {}};
    run<0>(rounds, data, std::make_index_sequence<kSha1Steps>());
    state.add(rounds);
  }
  state.save(words);
}

[[RIGHTFUL_SHA_TARGET]] void sha256_blocks(Sha256Words& words,
                                           const std::byte* data,
                                           std::size_t blocks) noexcept {
  clean_upper_halves();
  Sha256Registers state(words);
  for (; blocks > 0; --blocks, data += kShaBlockBytes) {
    Sha256Rounds rounds{state.abef, state.cdgh, {}};
    run<0>(rounds, data, std::make_index_sequence<kSha256Steps>());
    state.add(rounds);
  }
  state.save(words);
}

[[RIGHTFUL_SHA_TARGET]] void sha1_sha256_blocks(Sha1Words& sha1,
                                                const std::byte* sha1_data,
                                                Sha256Words& sha256,
                                                const std::byte* sha256_data,
                                                std::size_t blocks) noexcept {
  clean_upper_halves();
  Sha1Registers state1(sha1);
  Sha256Registers state256(sha256);
  for (; blocks > 0; --blocks, sha1_data += kShaBlockBytes, sha256_data += kShaBlockBytes) {
    Sha1Rounds rounds1{state1.abcd, state1.e, {}};
    Sha256Rounds rounds256{state256.abef, state256.cdgh, {}};
    run_both(rounds1, sha1_data, rounds256, sha256_data, std::make_index_sequence<kSha256Steps>());
    run<kSha256Steps>(rounds1, sha1_data, std::make_index_sequence<kSha1Steps - kSha256Steps>());
    state1.add(rounds1);
    state256.add(rounds256);
  }
  state1.save(sha1);
  state256.save(sha256);
}

}  // namespace rightful::crypto

#else

namespace rightful::crypto {

bool has_sha_blocks() noexcept {
  return false;
}

void sha1_blocks(Sha1Words&, const std::byte*, std::size_t) noexcept {
  check_failed(__FILE__, __LINE__, "no SHA instructions on this processor");
}

void sha256_blocks(Sha256Words&, const std::byte*, std::size_t) noexcept {
  check_failed(__FILE__, __LINE__, "no SHA instructions on this processor");
}

void sha1_sha256_blocks(
    Sha1Words&, const std::byte*, Sha256Words&, const std::byte*, std::size_t) noexcept {
  check_failed(__FILE__, __LINE__, "no SHA instructions on this processor");
}

}  // namespace rightful::crypto

#endif
