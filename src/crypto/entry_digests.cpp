#include "crypto/entry_digests.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/secret_bytes.hpp"

#include "crypto/hmac_sha1.hpp"
#include "crypto/sha_stream.hpp"

namespace rightful::crypto {
namespace {

/// The first ten of the twenty bytes.
std::array<std::byte, kAe2MacBytes> truncated(ByteView whole) {
  std::array<std::byte, kAe2MacBytes> first{};
  std::copy_n(whole.begin(), first.size(), first.begin());
  return first;
}

class OpenSslDigests final : public EntryDigests {
 public:
  OpenSslDigests(ByteView mac_key, ByteView head) : mac_(mac_key) { hash_.update(head); }

  void update(ByteView ciphertext) override {
    mac_.update(ciphertext);
    hash_.update(ciphertext);
  }

  [[nodiscard]] Ae2Seal finish() override {
    const auto mac = truncated(std::move(mac_).finish());
    hash_.update(mac);
    return {mac, std::move(hash_).finish()};
  }

 private:
  HmacSha1 mac_;
  Sha256 hash_;
};

/// A block of the key, zeros behind it, XORed with a constant: RFC 2104 §2.
Sha1Stream keyed(ByteView key, std::byte pad) {
  SecretBytes block(kShaBlockBytes);
  const auto bytes = block.expose_mutable();
  std::copy(key.begin(), key.end(), bytes.begin());
  for (std::byte& byte : bytes)
    byte ^= pad;
  Sha1Stream hash(kSha1Initial);
  hash.update(block.expose());
  return hash;
}

class FusedDigests final : public EntryDigests {
 public:
  FusedDigests(ByteView mac_key, ByteView head)
      : inner_(keyed(mac_key, std::byte{0x36})), outer_(keyed(mac_key, std::byte{0x5C})) {
    hash_.update(head);
  }

  /// The two do not agree where a block begins, because `head` belongs to one of them only.
  void update(ByteView ciphertext) override {
    ByteView sha1 = inner_.complete_block(ciphertext);
    ByteView sha256 = hash_.complete_block(ciphertext);
    const std::size_t blocks = std::min(sha1.size(), sha256.size()) / kShaBlockBytes;
    if (blocks > 0)
      sha1_sha256_blocks(inner_.words(), sha1.data(), hash_.words(), sha256.data(), blocks);
    inner_.take_rest(sha1.subspan(blocks * kShaBlockBytes));
    hash_.take_rest(sha256.subspan(blocks * kShaBlockBytes));
  }

  [[nodiscard]] Ae2Seal finish() override {
    outer_.update(inner_.finish());
    const auto mac = truncated(outer_.finish());
    hash_.update(mac);
    return {mac, Sha256Digest::from(hash_.finish())};
  }

 private:
  Sha1Stream inner_;
  Sha1Stream outer_;
  Sha256Stream hash_{kSha256Initial};
};

}  // namespace

std::vector<ShaEngine> available_sha_engines() {
  std::vector<ShaEngine> engines{ShaEngine::OpenSsl};
  if (has_sha_blocks()) engines.push_back(ShaEngine::Fused);
  return engines;
}

std::unique_ptr<EntryDigests> make_entry_digests(ByteView mac_key,
                                                 ByteView head,
                                                 ShaEngine engine) {
  RIGHTFUL_CHECK(mac_key.size() <= kShaBlockBytes);
  switch (engine) {
    case ShaEngine::OpenSsl:
      return std::make_unique<OpenSslDigests>(mac_key, head);
    case ShaEngine::Fused:
      RIGHTFUL_CHECK(has_sha_blocks());
      return std::make_unique<FusedDigests>(mac_key, head);
  }
  std::unreachable();
}

}  // namespace rightful::crypto
