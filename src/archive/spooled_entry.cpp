#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/core/check.hpp"

#include "archive/spooled_entry_state.hpp"

namespace rightful::archive {

void SpooledEntry::State::take_piece(ByteView piece) {
  const auto take = [this](ByteView bytes) { packed.append(bytes); };
  if (in_segment == kSegmentBytes) {
    deflater.flush(take);
    deflater.begin();
    in_segment = 0;
  }
  in_segment += piece.size();
  meter.update(piece);
  deflater.write(piece, take);
}

SpooledEntry::SpooledEntry(SpoolSettings spool)
    : state_(std::make_unique<State>(std::move(spool))) {}

SpooledEntry::SpooledEntry(SpooledEntry&&) noexcept = default;
SpooledEntry& SpooledEntry::operator=(SpooledEntry&&) noexcept = default;
SpooledEntry::~SpooledEntry() = default;

void SpooledEntry::write(ByteView content) {
  RIGHTFUL_CHECK(!state_->facts);
  state_->size += content.size();
  state_->pieces.add(content, [this](ByteView piece) { state_->take_piece(piece); });
}

void SpooledEntry::finish() {
  RIGHTFUL_CHECK(!state_->facts);
  state_->pieces.flush([this](ByteView piece) { state_->take_piece(piece); });
  state_->deflater.finish([this](ByteView bytes) { state_->packed.append(bytes); });
  state_->facts = state_->meter.finish();
}

std::uint64_t SpooledEntry::size() const noexcept {
  return state_->size;
}

}  // namespace rightful::archive
