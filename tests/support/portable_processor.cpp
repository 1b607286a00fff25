// Linked in by rightful_portable_processor() (tests/CMakeLists.txt): a processor without
// instructions for AES and SHA, so that OpenSSL does everything, as it does on most machines that
// are not x86-64.
#include <gtest/gtest.h>

#include "crypto/aes_ctr.hpp"
#include "crypto/entry_digests.hpp"

namespace rightful::crypto {

// The linker sends every question after the processor here (--wrap).
bool no_aes_ni() noexcept asm("__wrap__ZN8rightful6crypto10has_aes_niEv");
bool no_vaes() noexcept asm("__wrap__ZN8rightful6crypto8has_vaesEv");
bool no_sha_blocks() noexcept asm("__wrap__ZN8rightful6crypto14has_sha_blocksEv");

bool no_aes_ni() noexcept {
  return false;
}

bool no_vaes() noexcept {
  return false;
}

bool no_sha_blocks() noexcept {
  return false;
}

namespace {

TEST(PortableProcessor, LeavesEverythingToOpenSsl) {
  EXPECT_EQ(fastest_engine(), AesEngine::OpenSsl);
  EXPECT_EQ(available_engines().size(), 1U);
  EXPECT_EQ(available_sha_engines().size(), 1U);
}

}  // namespace
}  // namespace rightful::crypto
