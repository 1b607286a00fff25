#include <utility>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/core/check.hpp"

#include "archive/spooled_entry_state.hpp"

namespace rightful::archive {

/// Cut, packed and measured as InnerZipWriter does it with an open entry.
void SpooledEntry::State::take(ByteView content) {
  while (!content.empty()) {
    if (segment->is_full()) {
      segment->meter = &meter;
      hand_over();
    }
    content = segment->fill(content);
  }
}

void SpooledEntry::State::hand_over() {
  while (lanes.is_full() || lanes.is_next_done())
    settle_one();
  lanes.submit(std::move(segment));
  if (free.empty()) {
    segment = std::make_unique<Segment>();
  } else {
    segment = std::move(free.back());
    free.pop_back();
  }
}

void SpooledEntry::State::settle_one() {
  std::unique_ptr<Segment> oldest = lanes.collect();
  packed.append(oldest->packed);
  oldest->clear();
  free.push_back(std::move(oldest));
}

void SpooledEntry::State::finish() {
  lanes.wait_for_meters();
  meter.update(segment->content);
  facts = meter.finish();
  segment->end = EntryEnd{.size = facts->size, .crc = facts->crc};
  if (lanes.is_empty()) {  // the only one
    Deflater deflater;
    pack_segment(deflater, *segment);
    segment->is_packed = true;
  }
  hand_over();
  while (!lanes.is_empty())
    settle_one();
  free.clear();
  segment.reset();
}

SpooledEntry::SpooledEntry(SpoolSettings spool)
    : state_(std::make_unique<State>(std::move(spool))) {}

SpooledEntry::SpooledEntry(SpooledEntry&&) noexcept = default;
SpooledEntry& SpooledEntry::operator=(SpooledEntry&&) noexcept = default;
SpooledEntry::~SpooledEntry() = default;

void SpooledEntry::write(ByteView content) {
  RIGHTFUL_CHECK(!state_->facts);
  state_->size += content.size();
  state_->take(content);
}

void SpooledEntry::finish() {
  RIGHTFUL_CHECK(!state_->facts);
  state_->finish();
}

std::uint64_t SpooledEntry::size() const noexcept {
  return state_->size;
}

}  // namespace rightful::archive
