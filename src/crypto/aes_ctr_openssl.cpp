#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "crypto/aes_ctr.hpp"
#include "crypto/openssl.hpp"
#include "crypto/sodium.hpp"

namespace rightful::crypto {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;

static_assert(std::endian::native == std::endian::little,
              "the counter is written as the machine keeps it");

class OpenSslBlocks final : public CounterBlocks {
 public:
  explicit OpenSslBlocks(std::span<const std::byte, kAes256KeyBytes> key)
      : context_(EVP_CIPHER_CTX_new()) {
    require(context_ != nullptr, "EVP_CIPHER_CTX_new");
    require(EVP_EncryptInit_ex2(
                context_.get(), aes256_ecb_algorithm(), raw(key), nullptr, nullptr) == 1,
            "EVP_EncryptInit_ex2");
    require(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1, "EVP_CIPHER_CTX_set_padding");
  }

  void xor_into(std::uint64_t counter, std::span<std::byte> data) override {
    while (!data.empty()) {
      const auto part = data.first(std::min(data.size(), keystream_.size()));
      encrypt_counters(counter, part.size());
      for (std::size_t i = 0; i < part.size(); ++i)
        part[i] ^= keystream_[i];
      counter += part.size() / kAesBlockBytes;
      data = data.subspan(part.size());
    }
  }

 private:
  void encrypt_counters(std::uint64_t counter, std::size_t size) {
    for (std::size_t at = 0; at < size; at += kAesBlockBytes, ++counter) {
      std::memcpy(&counters_[at], &counter, sizeof counter);  // the upper eight bytes stay zero
    }
    int written = 0;
    require(EVP_EncryptUpdate(context_.get(),
                              raw(keystream_),
                              &written,
                              raw(std::as_const(counters_)),
                              static_cast<int>(size)) == 1,
            "EVP_EncryptUpdate");
  }

  static constexpr std::size_t kBatchBytes = 4096;

  CipherContext context_;
  std::array<std::byte, kBatchBytes> counters_{};
  std::array<std::byte, kBatchBytes> keystream_{};
};

}  // namespace

std::unique_ptr<CounterBlocks> make_openssl_blocks(
    std::span<const std::byte, kAes256KeyBytes> key) {
  return std::make_unique<OpenSslBlocks>(key);
}

}  // namespace rightful::crypto
