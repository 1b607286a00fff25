// The name that libFuzzer calls; only built with RIGHTFUL_FUZZ.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzz_target.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rightful::fuzz::run_one({reinterpret_cast<const char*>(data), size});
  return 0;
}
