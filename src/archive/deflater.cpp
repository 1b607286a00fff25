#include "archive/deflater.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

namespace rightful::archive {
namespace {

// ISA-L before 2.32 has been seen to overrun at the edges of very large or very tight buffers: it
// is given small pieces, and an output that always takes what one piece can become.
constexpr std::size_t kOutputBytes = 2 * kPieceBytes;

std::uint8_t* unchanged_input(ByteView content) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): isa-l only reads it
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(content.data()));
}

}  // namespace

struct Deflater::State {
  isal_zstream stream{};
  std::array<std::uint8_t, ISAL_DEF_LVL1_LARGE> level_buffer{};
  std::array<std::uint8_t, kOutputBytes> output{};
};

Deflater::Deflater() : state_(std::make_unique<State>()) {
  begin();
}

Deflater::~Deflater() = default;

void Deflater::begin() {
  isal_zstream& stream = state_->stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = state_->level_buffer.data();
  stream.level_buf_size = static_cast<std::uint32_t>(state_->level_buffer.size());
  stream.flush = NO_FLUSH;
  stream.gzip_flag = IGZIP_DEFLATE;
}

void Deflater::write(ByteView content, const Take& take) {
  RIGHTFUL_CHECK(content.size() <= kPieceBytes);
  state_->stream.next_in = unchanged_input(content);
  state_->stream.avail_in = static_cast<std::uint32_t>(content.size());
  drain(take);
}

void Deflater::finish(const Take& take) {
  state_->stream.next_in = state_->output.data();
  state_->stream.avail_in = 0;
  state_->stream.end_of_stream = 1;
  drain(take);
  RIGHTFUL_CHECK(state_->stream.internal_state.state == ZSTATE_END);
}

void Deflater::flush(const Take& take) {
  state_->stream.next_in = state_->output.data();
  state_->stream.avail_in = 0;
  state_->stream.flush = SYNC_FLUSH;
  drain(take);
}

void Deflater::drain(const Take& take) {
  isal_zstream& stream = state_->stream;
  bool is_full = true;
  while (stream.avail_in > 0 || is_full) {
    stream.next_out = state_->output.data();
    stream.avail_out = static_cast<std::uint32_t>(kOutputBytes);
    if (isal_deflate(&stream) != COMP_OK) {
      throw Failure(Retry::Never, "deflate", "the deflate library refused its input");
    }
    const std::size_t made = kOutputBytes - stream.avail_out;
    if (made > 0) take(std::as_bytes(std::span(state_->output)).first(made));
    is_full = stream.avail_out == 0;
  }
}

}  // namespace rightful::archive
