#include "rightful/crypto/process_hardening.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace rightful::crypto {
namespace {

[[noreturn]] void harden_and_report() {
  forbid_core_dumps();
  rlimit limit{1, 1};
  const bool is_done = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 &&
                       limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
  _exit(is_done ? 0 : 1);
}

// In a child, because there is no way back.
TEST(ProcessHardeningDeathTest, LeavesNoCoreDump) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");

  EXPECT_EXIT(harden_and_report(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace rightful::crypto
