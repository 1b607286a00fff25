#include "rightful/archive/inner_zip_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "archive/content_meter.hpp"
#include "archive/deflate_lanes.hpp"
#include "archive/deflater.hpp"
#include "archive/entry_stream.hpp"
#include "archive/name_index.hpp"
#include "archive/spooled_entry_state.hpp"

namespace rightful::archive {
namespace {

enum class Phase : std::uint8_t { Idle, InEntry, Finished };

/// A smaller entry is deflated in less time than it takes to wake another thread for it.
constexpr std::size_t kWorthALaneBytes = 16 * std::size_t{1024};

}  // namespace

/// Before `lanes` is what callers have begun, behind it, in `stream`, what has been written. When
/// the lanes are empty, stored content goes from here to there without a copy.
struct InnerZipWriter::State {
  State(BlockOutput& target, Instant modified, const SpoolSettings& spool)
      : stream(target, modified, spool) {}

  void store(ByteView content);
  void store_behind(ByteView content);
  void deflate(ByteView content);
  void measure_the_rest();
  void end(EntryEnd facts);

  void hand_over(std::unique_ptr<Segment> made);
  void append(Segment& packed);
  void reuse(std::unique_ptr<Segment> appended);
  void begin_in_stream();
  void settle_one();
  void settle_what_is_done();
  void settle_all();
  [[nodiscard]] std::unique_ptr<Segment> next_segment();

  Phase phase = Phase::Idle;
  std::uint64_t entries = 0;
  NameIndex names;
  ContentMeter meter;
  Deflater deflater;  ///< for small entries
  EntryStream stream;

  // The open entry.
  std::string name;
  Compression compression = Compression::Store;
  EntryHint hint;
  std::optional<EntryStart> start;   ///< until it is handed over or begun in the stream
  std::unique_ptr<Segment> segment;  ///< of deflated content: being filled

  std::vector<std::unique_ptr<Segment>> free;  ///< to be filled again
  DeflateLanes lanes;                          ///< last: its threads end before what they work on
};

std::unique_ptr<Segment> InnerZipWriter::State::next_segment() {
  std::unique_ptr<Segment> next;
  if (free.empty()) {
    next = std::make_unique<Segment>();
  } else {
    next = std::move(free.back());
    free.pop_back();
  }
  next->start = std::exchange(start, std::nullopt);
  return next;
}

void InnerZipWriter::State::begin_in_stream() {
  if (auto begun = std::exchange(start, std::nullopt)) stream.begin(*std::move(begun));
}

void InnerZipWriter::State::append(Segment& packed) {
  if (packed.start) stream.begin(*std::move(packed.start));
  stream.append(packed.packed);
  if (packed.end) stream.end(*packed.end);
}

void InnerZipWriter::State::settle_one() {
  std::unique_ptr<Segment> oldest = lanes.collect();
  append(*oldest);
  reuse(std::move(oldest));
}

void InnerZipWriter::State::reuse(std::unique_ptr<Segment> appended) {
  appended->clear();
  free.push_back(std::move(appended));
}

void InnerZipWriter::State::settle_what_is_done() {
  while (!lanes.is_empty() && lanes.is_next_done())
    settle_one();
}

void InnerZipWriter::State::settle_all() {
  while (!lanes.is_empty())
    settle_one();
}

void InnerZipWriter::State::hand_over(std::unique_ptr<Segment> made) {
  settle_what_is_done();
  if (made->is_packed && lanes.is_empty()) {
    append(*made);
    reuse(std::move(made));
    return;
  }
  if (lanes.is_full()) settle_one();
  lanes.submit(std::move(made));
}

/// Stored bytes do not depend on how they are cut.
void InnerZipWriter::State::store(ByteView content) {
  meter.update(content);
  settle_what_is_done();
  if (!lanes.is_empty()) {
    store_behind(content);
    return;
  }
  begin_in_stream();
  stream.append(content);
}

/// Something before it is still in the lanes.
void InnerZipWriter::State::store_behind(ByteView content) {
  while (!content.empty()) {
    const ByteView part = content.first(std::min(content.size(), kSegmentBytes));
    auto stored = next_segment();
    stored->packed.assign(part.begin(), part.end());
    stored->is_packed = true;
    hand_over(std::move(stored));
    content = content.subspan(part.size());
  }
}

/// A full segment waits for what follows it: it may have been the last, and the last is measured
/// here because end_entry() would only wait for a lane to do it.
void InnerZipWriter::State::deflate(ByteView content) {
  while (!content.empty()) {
    if (segment && segment->is_full()) {
      segment->meter = &meter;
      hand_over(std::move(segment));
    }
    if (!segment) segment = next_segment();
    content = segment->fill(content);
  }
}

void InnerZipWriter::State::measure_the_rest() {
  if (!segment) return;
  lanes.wait_for_meters();
  meter.update(segment->content);
}

void InnerZipWriter::State::end(EntryEnd facts) {
  auto last = segment ? std::move(segment) : next_segment();
  last->end = facts;
  if (compression == Compression::Store) {
    last->is_packed = true;
  } else if (last->start && last->content.size() < kWorthALaneBytes) {
    pack_segment(deflater, *last);
    last->is_packed = true;
  }
  hand_over(std::move(last));
}

InnerZipWriter::InnerZipWriter(BlockOutput& output, Instant modified, const SpoolSettings& spool)
    : state_(std::make_unique<State>(output, modified, spool)) {}

InnerZipWriter::~InnerZipWriter() = default;

namespace {

Result<void> admit_name(NameIndex& names, std::string_view name, std::uint64_t entries) {
  RIGHTFUL_TRY(check_entry_name(name));
  if (entries == InnerZipWriter::kMaxEntries) {
    return fail(ErrorCode::LimitExceeded, "the package has too many entries");
  }
  if (!names.insert(name)) return fail(ErrorCode::Conflict, "entry name was used before");
  return {};
}

}  // namespace

Result<void> InnerZipWriter::begin_entry(std::string_view name,
                                         Compression compression,
                                         EntryHint hint) {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::Idle);
  RIGHTFUL_TRY(admit_name(state.names, name, state.entries));
  state.name = name;
  state.compression = compression;
  state.hint = hint;
  state.start = EntryStart{.name = state.name, .compression = compression, .hint = hint};
  state.phase = Phase::InEntry;
  return {};
}

void InnerZipWriter::write(ByteView content) {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::InEntry);
  if (state.compression == Compression::Store) {
    state.store(content);
  } else {
    state.deflate(content);
  }
}

EntryFacts InnerZipWriter::end_entry() {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::InEntry);
  state.measure_the_rest();
  const ContentMeter::Facts content = state.meter.finish();
  if (state.hint.size.value_or(content.size) != content.size ||
      state.hint.crc.value_or(content.crc) != content.crc) {
    throw Failure(Retry::Later, "object_changed", "an entry is not what was announced");
  }
  state.end({.size = content.size, .crc = content.crc});
  ++state.entries;
  state.phase = Phase::Idle;
  return {std::move(state.name), content.size, content.sha256, content.crc};
}

Result<EntryFacts> InnerZipWriter::add(std::string_view name,
                                       Compression compression,
                                       ByteView content) {
  RIGHTFUL_TRY(begin_entry(name, compression, {.size = content.size(), .crc = {}}));
  write(content);
  return end_entry();
}

Result<EntryFacts> InnerZipWriter::add_spooled(std::string_view name, const SpooledEntry& content) {
  State& state = *state_;
  const std::optional<ContentMeter::Facts>& known = content.state_->facts;
  RIGHTFUL_CHECK(state.phase == Phase::Idle && known.has_value());
  RIGHTFUL_TRY(admit_name(state.names, name, state.entries));
  state.settle_all();
  const ContentMeter::Facts& facts = *known;
  const EntryEnd end{.size = facts.size, .crc = facts.crc};
  state.stream.begin_packed({.name = std::string(name), .compression = Compression::Deflate},
                            end,
                            content.state_->packed.size());
  SpoolReader packed = content.state_->packed.read();
  std::array<std::byte, 16 * std::size_t{1024}> buffer{};
  while (const std::size_t count = packed.read(buffer))
    state.stream.append(ByteView(buffer).first(count));
  state.stream.end(end);
  ++state.entries;
  return EntryFacts{std::string(name), facts.size, facts.sha256, facts.crc};
}

std::uint64_t InnerZipWriter::entry_count() const noexcept {
  return state_->entries;
}

std::uint64_t InnerZipWriter::size() {
  RIGHTFUL_CHECK(state_->phase != Phase::InEntry);
  state_->settle_all();
  return state_->stream.position();
}

void InnerZipWriter::finish() {
  RIGHTFUL_CHECK(state_->phase == Phase::Idle);
  state_->settle_all();
  state_->stream.finish();
  state_->phase = Phase::Finished;
}

}  // namespace rightful::archive
