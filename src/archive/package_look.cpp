#include "rightful/archive/package_look.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "rightful/core/bytes.hpp"

#include "archive/package_format.hpp"

namespace rightful::archive {
namespace {

/// Three central records, the end record and the ZIP64 ones fit into it.
constexpr std::size_t kTailBytes = 512;

constexpr std::string_view kLocalMark{"PK\x03\x04", 4};
constexpr std::string_view kEndMark{"PK\x05\x06", 4};

/// Up to `size` bytes from `offset`, fewer at the end.
std::string read_text(const ReadAt& stored, std::uint64_t offset, std::size_t size) {
  if (offset >= stored.size()) return {};
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(size, stored.size() - offset)),
                   '\0');
  stored.read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

std::uint32_t number_at(std::string_view text, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i > 0; --i)
    value = (value << 8U) | static_cast<unsigned char>(text[at + i - 1]);
  return value;
}

/// `text` is the beginning of `whole`, or the other way round.
bool agree(std::string_view text, std::string_view whole) {
  const std::size_t size = std::min(text.size(), whole.size());
  return text.substr(0, size) == whole.substr(0, size);
}

bool begins_as_package(std::string_view head) {
  if (!agree(head, kLocalMark)) return false;
  return head.size() <= format::kLocalHeaderBytes ||
         agree(head.substr(format::kLocalHeaderBytes), format::kReadMeName);
}

bool has_end(std::string_view tail) {
  return tail.size() >= format::kEndOfDirectoryBytes &&
         tail.substr(tail.size() - format::kEndOfDirectoryBytes).starts_with(kEndMark);
}

bool ends_as_package(std::string_view tail) {
  return tail.find(format::kContentName) != std::string_view::npos &&
         tail.find(format::kEnvelopeName) != std::string_view::npos;
}

/// Where the encrypted entry ends, by the two local headers before it.
std::optional<std::uint64_t> end_of_content(const ReadAt& stored) {
  std::uint64_t at = 0;
  for (int entry = 0; entry < 2; ++entry) {
    const std::string header = read_text(stored, at, format::kLocalHeaderBytes);
    if (header.size() < format::kLocalHeaderBytes || !header.starts_with(kLocalMark)) return {};
    const std::uint32_t packed = number_at(header, format::kLocalPackedSizeAt, 4);
    if (packed == format::kIn64 || packed == 0) return {};
    at += format::kLocalHeaderBytes + number_at(header, format::kLocalExtraSizeAt - 2, 2) +
          number_at(header, format::kLocalExtraSizeAt, 2) + packed;
  }
  return at;
}

}  // namespace

LookedAt look_at(const ReadAt& stored) {
  const std::string head =
      read_text(stored, 0, format::kLocalHeaderBytes + format::kReadMeName.size());
  const std::uint64_t tail_at = stored.size() - std::min<std::uint64_t>(stored.size(), kTailBytes);
  const std::string tail = read_text(stored, tail_at, kTailBytes);
  const bool begins = begins_as_package(head);
  if (begins && !has_end(tail)) return {PackageLook::CutOff, end_of_content(stored)};
  return {begins || ends_as_package(tail) ? PackageLook::Changed : PackageLook::Foreign, {}};
}

}  // namespace rightful::archive
