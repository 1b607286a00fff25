#include "rightful/crypto/secret_bytes.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "rightful/core/failure.hpp"

#include "crypto/sodium.hpp"

namespace rightful::crypto {

SecretBytes::SecretBytes(std::size_t size_bytes) : data_(nullptr), size_(size_bytes) {
  ensure_sodium();
  data_ = static_cast<std::byte*>(sodium_malloc(size_bytes));
  if (data_ == nullptr) throw Failure(Retry::Later, "no_memory", "no memory for a secret");
  std::fill_n(data_, size_, std::byte{0});
}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
  SecretBytes copy(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.data_);
  return copy;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    sodium_free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  sodium_free(data_);  // overwrites first; nothing to do for nullptr
}

void wipe(std::span<std::byte> bytes) noexcept {
  sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace rightful::crypto
