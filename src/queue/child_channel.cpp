#include "rightful/queue/child_channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

namespace rightful::queue {

namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kReadBytes = 64U << 10U;
constexpr int kTickMs = 100;

std::uint32_t length_at_front(std::string_view buffer) {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length = length << 8U | static_cast<unsigned char>(buffer[i]);
  }
  return length;
}

}  // namespace

void FrameDecoder::feed(ByteView bytes) {
  if (!failed_) buffer_ += as_text(bytes);
}

Result<std::optional<std::string>> FrameDecoder::next() {
  if (failed_) return fail(ErrorCode::InvalidArgument, "the stream of frames is broken");
  if (buffer_.size() < kLengthBytes) return std::nullopt;
  const std::size_t length = length_at_front(buffer_);
  if (length == 0 || length > max_frame_bytes_) {
    failed_ = true;
    buffer_.clear();
    return length == 0 ? fail(ErrorCode::InvalidArgument, "a frame of length 0")
                       : fail(ErrorCode::LimitExceeded, "a frame above the limit");
  }
  if (buffer_.size() < kLengthBytes + length) return std::nullopt;
  std::optional<std::string> text = buffer_.substr(kLengthBytes, length);
  buffer_.erase(0, kLengthBytes + length);
  return text;
}

std::string encode_frame(std::string_view text, std::size_t max_frame_bytes) {
  RIGHTFUL_CHECK(!text.empty() && text.size() <= max_frame_bytes);
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string frame;
  frame.reserve(kLengthBytes + text.size());
  for (unsigned shift : {24U, 16U, 8U, 0U})
    frame += static_cast<char>(static_cast<unsigned char>(length >> shift));
  frame += text;
  return frame;
}

Result<std::string> ChildEnd::receive() {
  std::array<std::byte, kReadBytes> bytes{};
  for (;;) {
    RIGHTFUL_TRY(auto frame, decoder_.next());
    if (frame) return *std::move(frame);
    const ssize_t got = ::read(in_fd_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_failure("reading from the supervisor", errno);
    if (got == 0) return fail(ErrorCode::Unavailable, "the supervisor closed the pipe");
    decoder_.feed(ByteView(bytes).first(static_cast<std::size_t>(got)));
  }
}

void ChildEnd::send(std::string_view text) const {
  const std::string frame = encode_frame(text, kMaxFrameFromChildBytes);
  std::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t put = ::write(out_fd_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      throw Failure(Retry::Never, "supervisor_gone", "the supervisor does not read any more");
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
}

SupervisorEnd::SupervisorEnd(int in_fd, int out_fd, std::function<bool()> interrupted)
    : in_fd_(in_fd),
      out_fd_(out_fd),
      interrupted_(std::move(interrupted)),
      decoder_(kMaxFrameFromChildBytes) {}

Result<SupervisorEnd::Received> SupervisorEnd::receive() {
  std::array<std::byte, kReadBytes> bytes{};
  for (;;) {
    if (interrupted_()) return Received{Event::Interrupted, {}};
    RIGHTFUL_TRY(auto frame, decoder_.next());
    if (frame) return Received{Event::Frame, *std::move(frame)};
    pollfd waited{in_fd_, POLLIN, 0};
    if (::poll(&waited, 1, kTickMs) <= 0) continue;
    const ssize_t got = ::recv(in_fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <=
        0) {  // an end, or ECONNRESET from a child that died with unread input: both are an end
      if (decoder_.is_midway())
        return fail(ErrorCode::InvalidArgument, "the child stopped inside a frame");
      return Received{Event::End, {}};
    }
    decoder_.feed(ByteView(bytes).first(static_cast<std::size_t>(got)));
  }
}

Result<void> SupervisorEnd::send(std::string_view text) {
  const std::string frame = encode_frame(text, kMaxFrameToChildBytes);
  std::string_view rest = frame;
  while (!rest.empty()) {
    if (interrupted_()) return fail(ErrorCode::Unavailable, "interrupted");
    pollfd waited{out_fd_, POLLOUT, 0};
    if (::poll(&waited, 1, kTickMs) <= 0) continue;
    const ssize_t put = ::send(out_fd_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put < 0) return fail(ErrorCode::Unavailable, "the child does not read any more");
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace rightful::queue
