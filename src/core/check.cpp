#include "rightful/core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace rightful {

void check_failed(const char* file, int line, const char* expression) noexcept {
  std::fprintf(stderr, "invariant broken at %s:%d: %s\n", file, line, expression);
  std::abort();
}

}  // namespace rightful
