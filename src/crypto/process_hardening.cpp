#include "rightful/crypto/process_hardening.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

#include "rightful/core/failure.hpp"

namespace rightful::crypto {

void forbid_core_dumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) throw_system_failure("setrlimit(RLIMIT_CORE)", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    throw_system_failure("prctl(PR_SET_DUMPABLE)", errno);
}

}  // namespace rightful::crypto
