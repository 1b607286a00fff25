#include "archive/content_meter.hpp"

#include <isa-l/crc.h>

#include <utility>

namespace rightful::archive {

std::uint32_t crc32_continue(std::uint32_t crc, ByteView bytes) noexcept {
  return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

void ContentMeter::update(ByteView piece) {
  size_ += piece.size();
  crc_ = crc32_continue(crc_, piece);
  hash_.update(piece);
}

ContentMeter::Facts ContentMeter::finish() {
  const Facts facts{size_, crc_, std::move(hash_).finish()};
  size_ = 0;
  crc_ = 0;
  hash_ = crypto::Sha256();
  return facts;
}

}  // namespace rightful::archive
