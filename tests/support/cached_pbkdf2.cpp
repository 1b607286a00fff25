// Linked in by rightful_cache_pbkdf2() (tests/CMakeLists.txt): the first derivation of each key is
// the real one, the same question again costs nothing. For tests that open one package ten thousand
// times; nothing of the product knows.
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "rightful/core/bytes.hpp"

#include "crypto/pbkdf2.hpp"

namespace rightful::crypto {

// The linker sends every call of pbkdf2_hmac_sha1 to `cached` (--wrap), and what `derived` calls to
// the real one.
#define RIGHTFUL_PBKDF2_SYMBOL                                                                \
  "_ZN8rightful6crypto16pbkdf2_hmac_sha1ESt17basic_string_viewIcSt11char_traitsIcEESt4spanIK" \
  "St4byteLm18446744073709551615EEjm"

SecretBytes derived(std::string_view password,
                    ByteView salt,
                    unsigned rounds,
                    std::size_t size) asm("__real_" RIGHTFUL_PBKDF2_SYMBOL);
SecretBytes cached(std::string_view password,
                   ByteView salt,
                   unsigned rounds,
                   std::size_t size) asm("__wrap_" RIGHTFUL_PBKDF2_SYMBOL);

SecretBytes cached(std::string_view password, ByteView salt, unsigned rounds, std::size_t size) {
  constexpr std::size_t kMaxKeys = 256;
  static std::mutex mutex;
  static std::map<std::pair<std::string, Bytes>, Bytes> keys;
  const std::scoped_lock lock(mutex);
  std::string question = std::to_string(rounds) + ' ' + std::to_string(size) + ' ';
  question += password;
  const std::pair name(std::move(question), Bytes(salt.begin(), salt.end()));
  auto known = keys.find(name);
  if (known == keys.end()) {
    if (keys.size() >= kMaxKeys) keys.clear();
    const SecretBytes key = derived(password, salt, rounds, size);
    known = keys.emplace(name, Bytes(key.expose().begin(), key.expose().end())).first;
  }
  return SecretBytes::copy_of(known->second);
}

}  // namespace rightful::crypto
