/// @file
/// The pipe between supervisor and export child: frames of `u32 big-endian length ‖ JSON text`.
/// What a frame means is the handler's business (export); here are only lengths, limits and time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::queue {

/// What the supervisor accepts from a child: facts are small.
inline constexpr std::size_t kMaxFrameFromChildBytes = 256U << 10U;
/// What the child accepts: its input carries the catalog.
inline constexpr std::size_t kMaxFrameToChildBytes = 8U << 20U;

/// Format   docs/formats/child-protocol.md section 1
/// Cuts a byte stream into frames; nothing larger than the limit is ever kept.
/// Threads  one.
class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t max_frame_bytes) : max_frame_bytes_(max_frame_bytes) {}

  void feed(ByteView bytes);
  /// The next whole frame's text; empty = more bytes are needed.
  /// @return LimitExceeded for a length above the limit, InvalidArgument for length 0; sticky.
  [[nodiscard]] Result<std::optional<std::string>> next();

  /// True when bytes of an unfinished frame are left: the sender stopped in the middle.
  [[nodiscard]] bool is_midway() const noexcept { return !buffer_.empty(); }

 private:
  std::size_t max_frame_bytes_;
  std::string buffer_;
  bool failed_ = false;
};

/// The frame of `text`: length and text. Precondition: 1 ≤ size ≤ `max_frame_bytes` (checked,
/// RIGHTFUL_CHECK).
[[nodiscard]] std::string encode_frame(std::string_view text, std::size_t max_frame_bytes);

/// The child's end: blocking. Threads  one at a time.
class ChildEnd {
 public:
  /// Owns neither descriptor.
  ChildEnd(int in_fd, int out_fd)
      : in_fd_(in_fd), out_fd_(out_fd), decoder_(kMaxFrameToChildBytes) {}

  /// @return Unavailable when the supervisor closed the pipe; what FrameDecoder returns. Errors
  /// Failure on a read error.
  [[nodiscard]] Result<std::string> receive();
  /// Errors  Failure(Never, supervisor_gone) when nobody reads.
  void send(std::string_view text) const;

 private:
  int in_fd_;
  int out_fd_;
  FrameDecoder decoder_;
};

/// The supervisor's end: never blocks longer than a tick, so that a stop, a lost lease or a limit
/// is seen. Owns     neither descriptor. They are sockets; a dead peer is an error value and no
/// signal. Threads  one.
class SupervisorEnd {
 public:
  /// @param interrupted  asked at least every 100 ms; true ends the wait.
  SupervisorEnd(int in_fd, int out_fd, std::function<bool()> interrupted);

  /// What came: a frame, the end of the stream, or the interruption.
  enum class Event : std::uint8_t { Frame, End, Interrupted };

  struct Received {
    Event event;
    std::string text;
  };

  /// @return what FrameDecoder returns; InvalidArgument when the stream ends inside a frame.
  [[nodiscard]] Result<Received> receive();

  /// @return Unavailable when the child is gone or the wait was interrupted.
  [[nodiscard]] Result<void> send(std::string_view text);

 private:
  int in_fd_;
  int out_fd_;
  std::function<bool()> interrupted_;
  FrameDecoder decoder_;
};

}  // namespace rightful::queue
