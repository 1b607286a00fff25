#include "archive/reader/inflater.hpp"

#include <isa-l/igzip_lib.h>

#include <limits>

#include "rightful/core/check.hpp"

#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

constexpr std::size_t kOutputBytes = 256 * std::size_t{1024};

}  // namespace

struct Inflater::State {
  inflate_state stream{};
  // Not zeroed: a small package would spend its time with that.
  std::unique_ptr<std::uint8_t[]> output =
      std::make_unique_for_overwrite<std::uint8_t[]>(kOutputBytes);
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  begin();
}

Inflater::~Inflater() = default;

void Inflater::begin() {
  isal_inflate_init(&state_->stream);
  state_->stream.crc_flag = ISAL_DEFLATE;
}

void Inflater::feed(ByteView packed) noexcept {
  RIGHTFUL_CHECK(packed.size() <= std::numeric_limits<std::uint32_t>::max());
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(packed.data());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): isa-l only reads it
  state_->stream.next_in = const_cast<std::uint8_t*>(bytes);
  state_->stream.avail_in = static_cast<std::uint32_t>(packed.size());
}

Result<ByteView> Inflater::next() {
  inflate_state& stream = state_->stream;
  if (stream.block_state == ISAL_BLOCK_FINISH) return ByteView{};
  stream.next_out = state_->output.get();
  stream.avail_out = static_cast<std::uint32_t>(kOutputBytes);
  if (isal_inflate(&stream) != ISAL_DECOMP_OK) {
    return refuse(ErrorCode::InvalidArgument, "inner", "an entry is not valid deflate");
  }
  const std::size_t made = kOutputBytes - stream.avail_out;
  return std::as_bytes(std::span(state_->output.get(), made));
}

bool Inflater::is_at_exact_end() const noexcept {
  const inflate_state& stream = state_->stream;
  return stream.block_state == ISAL_BLOCK_FINISH && stream.avail_in == 0 &&
         stream.read_in_length < 8;
}

}  // namespace rightful::archive::reader
