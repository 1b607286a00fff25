#include "archive/reader/checkpoint_shape.hpp"

#include <cstddef>
#include <optional>

namespace rightful::archive::reader {
namespace {

constexpr std::size_t kMinOriginChars = 3;
constexpr std::size_t kMaxOriginChars = 200;
constexpr std::size_t kMaxSizeDigits = 19;  // of 2^63 − 1
constexpr std::size_t kRootChars = 44;      // base64 of 32 bytes
constexpr std::size_t kMaxSignatures = 16;
constexpr std::string_view kSignatureStart = "\xE2\x80\x94 ";  // an em dash and a space

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kOriginChars = "abcdefghijklmnopqrstuvwxyz0123456789./_-";
constexpr std::size_t kFirstOriginChars = 36;  // letters and digits
constexpr std::string_view kPaddedBase64Chars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
constexpr std::string_view kBase64Chars =
    kPaddedBase64Chars.substr(0, kPaddedBase64Chars.size() - 1);

bool consists_of(std::string_view text, std::string_view chars) noexcept {
  return text.find_first_not_of(chars) == std::string_view::npos;
}

/// The next line without its line feed; nothing at the end of the text or without a line feed.
std::optional<std::string_view> take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

bool is_origin(std::string_view line) noexcept {
  return line.size() >= kMinOriginChars && line.size() <= kMaxOriginChars &&
         consists_of(line, kOriginChars) &&
         consists_of(line.substr(0, 1), kOriginChars.substr(0, kFirstOriginChars));
}

bool is_size(std::string_view line) noexcept {
  return !line.empty() && line.size() <= kMaxSizeDigits && consists_of(line, kDigits) &&
         (line.size() == 1 || line.front() != '0');
}

bool is_root(std::string_view line) noexcept {
  return line.size() == kRootChars && line.back() == '=' &&
         consists_of(line.substr(0, kRootChars - 1), kBase64Chars);
}

bool is_signature(std::string_view line) noexcept {
  if (!line.starts_with(kSignatureStart)) return false;
  line.remove_prefix(kSignatureStart.size());
  const std::size_t space = line.find(' ');
  return space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
         consists_of(line.substr(space + 1), kPaddedBase64Chars);
}

bool are_signatures(std::string_view text) noexcept {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!line || !is_signature(*line)) return false;
    ++count;
  }
  return count >= 1 && count <= kMaxSignatures;
}

}  // namespace

bool is_checkpoint(std::string_view text) noexcept {
  const auto origin = take_line(text);
  if (!origin || !is_origin(*origin)) return false;
  const auto size = take_line(text);
  if (!size || !is_size(*size)) return false;
  const auto root = take_line(text);
  if (!root || !is_root(*root)) return false;
  const auto gap = take_line(text);
  return gap && gap->empty() && are_signatures(text);
}

}  // namespace rightful::archive::reader
