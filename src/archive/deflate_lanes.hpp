/// @file
/// The middle of the package's pipeline: threads that deflate segments side by side, and measure
/// them one after the other. They are given back in the order in which they came.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "rightful/core/bytes.hpp"

#include "archive/content_meter.hpp"
#include "archive/deflater.hpp"
#include "archive/entry_stream.hpp"

namespace rightful::archive {

/// A segment of one entry on its way through the lanes.
struct Segment {
  std::optional<EntryStart> start;  ///< the entry begins with it
  Bytes content;
  Bytes packed;
  bool is_packed = false;
  ContentMeter* meter = nullptr;  ///< of the entry: `content` is to go into it
  std::optional<EntryEnd> end;    ///< the entry ends with it

  [[nodiscard]] bool is_full() const noexcept { return content.size() == kSegmentBytes; }

  /// Appends what there is room for. @return the rest.
  [[nodiscard]] ByteView fill(ByteView bytes);
  void clear();
};

/// Deflates `content` into `packed`; with `end`, as the last of its entry.
void pack_segment(Deflater& deflater, Segment& segment);

/// A segment belongs to the caller until submit() and from collect() on; what its `meter` points
/// to until submit() and from wait_for_meters() on.
///
/// Owns     kLanes threads, from the first segment to be packed on; ended by the destructor, which
///          throws away what is queued and waits for what is in hand.
/// Threads  one caller; `mutex_` guards to_pack_, to_measure_, is_packed and meter of what is in
///          order_, is_measuring_, is_ending_, failure_.
/// Errors   what a lane throws is thrown again by every later call that may wait.
/// Cost     kSegments × two segments, and kLanes deflaters.
class DeflateLanes {
 public:
  /// How many may be under way: enough that no lane waits while the caller makes the next.
  static constexpr std::size_t kSegments = 8;

  using Pack = std::function<void(Deflater&, Segment&)>;

  /// @param pack  what a lane does with a segment.
  explicit DeflateLanes(Pack pack = pack_segment) : pack_(std::move(pack)) {}

  DeflateLanes(const DeflateLanes&) = delete;
  DeflateLanes& operator=(const DeflateLanes&) = delete;
  ~DeflateLanes();

  [[nodiscard]] bool is_empty() const noexcept { return order_.empty(); }

  [[nodiscard]] bool is_full() const noexcept { return order_.size() == kSegments; }

  /// Not when full (checked). What is packed already and not to be measured only keeps its place.
  void submit(std::unique_ptr<Segment> segment);
  /// Would collect() return at once?
  [[nodiscard]] bool is_next_done();
  /// The oldest; not when empty (checked). Waits until it is packed and measured.
  [[nodiscard]] std::unique_ptr<Segment> collect();
  /// Waits until all that was submitted is measured.
  void wait_for_meters();

 private:
  static constexpr std::size_t kLanes = 2;

  void start_threads();
  void run() noexcept;
  void work();
  void measure_next(std::unique_lock<std::mutex>& lock);
  void pack_next(std::unique_lock<std::mutex>& lock, Deflater& deflater);

  [[nodiscard]] bool may_measure() const { return !is_measuring_ && !to_measure_.empty(); }

  [[nodiscard]] bool is_front_done() const {
    return order_.front()->is_packed && order_.front()->meter == nullptr;
  }

  void rethrow_failure() const;

  Pack pack_;
  std::deque<std::unique_ptr<Segment>> order_;  ///< the caller's alone
  std::mutex mutex_;
  std::condition_variable queued_;
  std::condition_variable done_;
  std::deque<Segment*> to_pack_;     ///< those of order_ that no lane has taken
  std::deque<Segment*> to_measure_;  ///< the same; one lane at a time, because a meter has an order
  bool is_measuring_ = false;
  bool is_ending_ = false;
  std::exception_ptr failure_;
  std::array<std::thread, kLanes> threads_;
};

}  // namespace rightful::archive
