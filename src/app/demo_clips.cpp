#include "app/demo_clips.hpp"

#include <array>
#include <cstddef>

#include "rightful/core/check.hpp"

namespace rightful::app {

namespace {

constexpr int kWidth = 64;
constexpr int kHeight = 48;
constexpr int kFrames = 4;

class GifBytes {
 public:
  void octet(unsigned value) { bytes_.push_back(static_cast<std::byte>(value & 0xFFU)); }

  void word(unsigned value) {
    octet(value);
    octet(value >> 8U);
  }

  void text(std::string_view characters) {
    const auto view = as_bytes(characters);
    bytes_.insert(bytes_.end(), view.begin(), view.end());
  }

  void block(std::string_view characters) {
    octet(static_cast<unsigned>(characters.size()));
    text(characters);
  }

  [[nodiscard]] Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

void write_head(GifBytes& gif, std::uint32_t number, std::string_view comment) {
  gif.text("GIF89a");
  gif.word(kWidth);
  gif.word(kHeight);
  gif.octet(0xF6);  // global table of 128 colours
  gif.word(0);
  for (unsigned i = 0; i < 128; ++i) {  // from night blue to a colour of this clip's own
    gif.octet(i * (1 + number % 3) / 2);
    gif.octet(i * (1 + number / 3 % 3) / 2);
    gif.octet(64 + i);
  }
  gif.text("\x21\xFF");
  gif.block("NETSCAPE2.0");
  gif.octet(3);
  gif.octet(1);
  gif.word(0);  // repeat for ever
  gif.octet(0);
  gif.text("\x21\xFE");
  gif.block(comment);
  gif.octet(0);
}

/// §22, appendix F: with 128 colours a code has 8 bits until the table holds 256 entries; clearing
/// it before that keeps every code one byte.
void write_pixels(GifBytes& gif, const std::string& pixels) {
  constexpr std::size_t kRun = 100;
  gif.octet(7);
  for (std::size_t at = 0; at < pixels.size(); at += kRun) {
    gif.block("\x80" + pixels.substr(at, kRun));
  }
  gif.block("\x81");
  gif.octet(0);
}

void write_frame(GifBytes& gif, std::uint32_t number, int frame) {
  gif.text("\x21\xF9");
  gif.octet(4);
  gif.octet(0);
  gif.word(40);  // hundredths of a second
  gif.octet(0);
  gif.octet(0);
  gif.text("\x2C");
  gif.word(0);
  gif.word(0);
  gif.word(kWidth);
  gif.word(kHeight);
  gif.octet(0);
  std::string pixels(static_cast<std::size_t>(kWidth) * kHeight, '\x08');
  const int left = 4 + frame * 14;
  const int top = 6 + static_cast<int>(number % 12);
  for (int y = top; y < kHeight - 4; ++y) {
    for (int x = left; x < left + 12; ++x) {
      pixels[static_cast<std::size_t>(y) * kWidth + static_cast<std::size_t>(x)] =
          y < top + 10 ? '\x7F' : '\x50';
    }
  }
  write_pixels(gif, pixels);
}

}  // namespace

Bytes make_clip(std::uint32_t number, std::string_view comment) {
  RIGHTFUL_CHECK(!comment.empty() && comment.size() <= 255);
  GifBytes gif;
  write_head(gif, number, comment);
  for (int frame = 0; frame < kFrames; ++frame) {
    write_frame(gif, number, frame);
  }
  gif.text("\x3B");
  return std::move(gif).take();
}

}  // namespace rightful::app
