#include "crypto/aes_ctr.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::crypto {
namespace {

std::unique_ptr<CounterBlocks> make_blocks(AesEngine engine,
                                           std::span<const std::byte, kAes256KeyBytes> key) {
  switch (engine) {
    case AesEngine::OpenSsl:
      return make_openssl_blocks(key);
    case AesEngine::AesNi:
      return make_aes_ni_blocks(key);
    case AesEngine::Vaes:
      return make_vaes_blocks(key);
  }
  std::unreachable();
}

}  // namespace

std::vector<AesEngine> available_engines() {
  std::vector<AesEngine> engines{AesEngine::OpenSsl};
  if (has_aes_ni()) engines.push_back(AesEngine::AesNi);
  if (has_vaes()) engines.push_back(AesEngine::Vaes);
  return engines;
}

AesEngine fastest_engine() {
  static const AesEngine kFastest = available_engines().back();
  return kFastest;
}

AesCtr::AesCtr(std::span<const std::byte, kAes256KeyBytes> key, AesEngine engine)
    : blocks_(make_blocks(engine, key)) {}

void AesCtr::seek(std::uint64_t position_bytes) {
  next_counter_ = 1 + position_bytes / kAesBlockBytes;
  rest_used_ = kAesBlockBytes;
  if (position_bytes % kAesBlockBytes == 0) return;
  refill();
  rest_used_ = position_bytes % kAesBlockBytes;
}

void AesCtr::apply(std::span<std::byte> in_place) {
  in_place = in_place.subspan(use_rest(in_place));
  const std::size_t whole = in_place.size() - in_place.size() % kAesBlockBytes;
  if (whole > 0) {
    blocks_->xor_into(next_counter_, in_place.first(whole));
    next_counter_ += whole / kAesBlockBytes;
    in_place = in_place.subspan(whole);
  }
  if (in_place.empty()) return;
  refill();
  const std::size_t used = use_rest(in_place);
  RIGHTFUL_CHECK(used == in_place.size());
}

void AesCtr::refill() {
  rest_.fill(std::byte{0});
  blocks_->xor_into(next_counter_++, rest_);
  rest_used_ = 0;
}

std::size_t AesCtr::use_rest(std::span<std::byte> in_place) noexcept {
  const std::size_t size = std::min(in_place.size(), kAesBlockBytes - rest_used_);
  for (std::size_t i = 0; i < size; ++i)
    in_place[i] ^= rest_[rest_used_ + i];
  rest_used_ += size;
  return size;
}

}  // namespace rightful::crypto
