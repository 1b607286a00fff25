#include "rightful/crypto/secret_bytes.hpp"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include <sodium.h>

#include "rightful/core/failure.hpp"

#include "crypto/sodium.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kKeySizeBytes = 32;  // what nearly all of them have
constexpr std::size_t kMaxSpare = 64;

/// Blocks of kKeySizeBytes that were given back, wiped, locked and guarded as they are: mapping one
/// and taking it down are ten system calls, which all threads of the process wait for.
class SpareBlocks {
 public:
  SpareBlocks() { blocks_.reserve(kMaxSpare); }

  /// Null when there is none.
  [[nodiscard]] std::byte* take() noexcept {
    const std::lock_guard lock(mutex_);
    if (blocks_.empty()) return nullptr;
    std::byte* const block = blocks_.back();
    blocks_.pop_back();
    return block;
  }

  /// False when there are enough.
  [[nodiscard]] bool keep(std::byte* block) noexcept {
    sodium_memzero(block, kKeySizeBytes);
    const std::lock_guard lock(mutex_);
    if (blocks_.size() == kMaxSpare) return false;
    blocks_.push_back(block);
    return true;
  }

 private:
  std::mutex mutex_;
  std::vector<std::byte*> blocks_;
};

SpareBlocks& spare_blocks() {
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): never destroyed, keys end after it otherwise
  static auto* const kBlocks = new SpareBlocks;
  return *kBlocks;
}

void give_back(std::byte* data, std::size_t size_bytes) noexcept {
  if (data != nullptr && size_bytes == kKeySizeBytes && spare_blocks().keep(data)) return;
  sodium_free(data);  // overwrites first; nothing to do for nullptr
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size_bytes) : size_(size_bytes) {
  ensure_sodium();
  if (size_bytes == kKeySizeBytes) data_ = spare_blocks().take();
  if (data_ == nullptr) data_ = static_cast<std::byte*>(sodium_malloc(size_bytes));
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
    give_back(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  give_back(data_, size_);
}

void wipe(std::span<std::byte> bytes) noexcept {
  sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace rightful::crypto
