#include "rightful/core/bytes.hpp"

#include <array>
#include <optional>

namespace rightful {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bytes to symbols of `bits` bits each, most significant first; the last symbol is filled with
/// zero bits.
std::string to_symbols(ByteView bytes, std::string_view alphabet, unsigned bits) {
  std::string text;
  text.reserve((bytes.size() * 8 + bits - 1) / bits);
  const std::uint32_t mask = (1U << bits) - 1U;
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (const std::byte byte : bytes) {
    pending = (pending << 8U) | std::to_integer<std::uint32_t>(byte);
    pending_bits += 8;
    while (pending_bits >= bits) {
      pending_bits -= bits;
      text += alphabet[(pending >> pending_bits) & mask];
    }
  }
  if (pending_bits > 0) text += alphabet[(pending << (bits - pending_bits)) & mask];
  return text;
}

class SymbolReader {
 public:
  explicit SymbolReader(unsigned bits) : bits_(bits) {}

  void take(std::size_t value) {
    pending_ = (pending_ << bits_) | static_cast<std::uint32_t>(value);
    pending_bits_ += bits_;
    if (pending_bits_ >= 8) {
      pending_bits_ -= 8;
      out_.push_back(static_cast<std::byte>((pending_ >> pending_bits_) & 0xFFU));
    }
  }

  /// Empty when the fill bits are not zero or a whole symbol is left over.
  std::optional<Bytes> finish() && {
    const std::uint32_t fill = pending_ & ((1U << pending_bits_) - 1U);
    if (pending_bits_ >= bits_ || fill != 0) return std::nullopt;
    return std::move(out_);
  }

 private:
  unsigned bits_;
  std::uint32_t pending_ = 0;
  unsigned pending_bits_ = 0;
  Bytes out_;
};

std::optional<Bytes> from_symbols(std::string_view text, std::string_view alphabet, unsigned bits) {
  SymbolReader reader(bits);
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    reader.take(value);
  }
  return std::move(reader).finish();
}

char canonical_crockford(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'I' || c == 'L') return '1';
  if (c == 'O') return '0';
  return c;
}

template <class Optional>
Result<Bytes> or_invalid(Optional bytes, const char* message) {
  if (!bytes) return fail(ErrorCode::InvalidArgument, message);
  return *std::move(bytes);
}

}  // namespace

ByteView as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes to_bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

std::string to_hex(ByteView bytes) {
  return to_symbols(bytes, kHexDigits, 4);
}

Result<Bytes> from_hex(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  if (text.size() % 2 != 0) return fail(ErrorCode::InvalidArgument, "hex text has an even length");
  return or_invalid(from_symbols(lower, kHexDigits, 4),
                    "hex text has a character that is not a digit");
}

std::string to_base64(ByteView bytes) {
  std::string text = to_symbols(bytes, kBase64, 6);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  constexpr const char* kMessage = "not canonical base64";
  if (text.size() % 4 != 0) return fail(ErrorCode::InvalidArgument, kMessage);
  for (int i = 0; i < 2 && text.ends_with('='); ++i)
    text.remove_suffix(1);
  return or_invalid(from_symbols(text, kBase64, 6), kMessage);
}

std::string to_base64url(ByteView bytes) {
  return to_symbols(bytes, kBase64Url, 6);
}

Result<Bytes> from_base64url(std::string_view text) {
  return or_invalid(from_symbols(text, kBase64Url, 6), "not canonical base64url");
}

std::string to_crockford(ByteView bytes) {
  return to_symbols(bytes, kCrockford, 5);
}

Result<Bytes> from_crockford(std::string_view text) {
  std::string symbols;
  for (const char c : text) {
    if (c != '-') symbols += canonical_crockford(c);
  }
  return or_invalid(from_symbols(symbols, kCrockford, 5), "not Crockford base32");
}

}  // namespace rightful
