#include "crypto/sodium.hpp"

#include <sodium.h>

#include "rightful/core/failure.hpp"

namespace rightful::crypto {

void ensure_sodium() {
  static const bool kIsReady = sodium_init() >= 0;  // 1 = somebody was first; both are success
  if (!kIsReady) throw Failure(Retry::Never, "crypto_library", "libsodium cannot be initialised");
}

}  // namespace rightful::crypto
