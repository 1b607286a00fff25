#include "archive/reader/clean_registers.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rightful::archive::reader {

#if defined(__x86_64__)

namespace {

[[gnu::target("avx")]] void zero_upper_halves() noexcept {
  _mm256_zeroupper();
}

bool ask_processor() noexcept {
  return __builtin_cpu_supports("avx") != 0;
}

}  // namespace

void clean_registers() noexcept {
  static const bool kHasAvx = ask_processor();
  if (kHasAvx) zero_upper_halves();
}

#else

void clean_registers() noexcept {}

#endif

}  // namespace rightful::archive::reader
