#include "crypto/code_text.hpp"

#include <cstdint>
#include <optional>

#include "rightful/core/check.hpp"

namespace rightful::crypto {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSymbols = 32;
constexpr std::size_t kGroup = 4;
constexpr unsigned kBitsPerSymbol = 5;
constexpr std::byte kHyphen{'-'};

/// Where the n-th symbol stands in the text with its hyphens.
constexpr std::size_t text_index(std::size_t symbol) {
  return symbol + symbol / kGroup;
}

/// The value of one typed character, 0 to 31.
std::optional<std::size_t> symbol_value(char typed) {
  const char upper = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
  if (upper == 'O') return 0;
  if (upper == 'I' || upper == 'L') return 1;
  const std::size_t value = kAlphabet.find(upper);
  if (value == std::string_view::npos) return std::nullopt;
  return value;
}

void put_symbol(SecretBytes& text, std::size_t symbol, std::size_t value) {
  const std::size_t at = text_index(symbol);
  text.expose_mutable()[at] = static_cast<std::byte>(kAlphabet[value]);
  if (symbol % kGroup == 0 && symbol > 0) text.expose_mutable()[at - 1] = kHyphen;
}

}  // namespace

SecretBytes generate_code(Random& random) {
  SecretBytes bytes(kCodeBytes);
  random.fill(bytes.expose_mutable());
  SecretBytes text(kCodeTextSize);
  for (std::size_t symbol = 0; symbol < kSymbols; ++symbol) {
    const std::size_t bit = symbol * kBitsPerSymbol;
    std::uint32_t window = std::to_integer<std::uint32_t>(bytes.expose()[bit / 8]) << 8U;
    if (bit / 8 + 1 < kCodeBytes)
      window |= std::to_integer<std::uint32_t>(bytes.expose()[bit / 8 + 1]);
    put_symbol(text, symbol, (window >> (16U - kBitsPerSymbol - bit % 8)) & 31U);
  }
  return text;
}

Result<SecretBytes> parse_code(std::string_view text) {
  SecretBytes canonical(kCodeTextSize);
  std::size_t symbols = 0;
  for (const char typed : text) {
    if (typed == '-') continue;
    const auto value = symbol_value(typed);
    if (!value)
      return fail(ErrorCode::InvalidArgument, "a code has only digits and letters other than U");
    if (symbols == kSymbols)
      return fail(ErrorCode::InvalidArgument, "a code has 32 characters, this has more");
    put_symbol(canonical, symbols++, *value);
  }
  if (symbols < kSymbols)
    return fail(ErrorCode::InvalidArgument, "a code has 32 characters, this has fewer");
  return canonical;
}

SecretBytes code_bytes(const SecretBytes& canonical_text) {
  RIGHTFUL_CHECK(canonical_text.size() == kCodeTextSize);
  SecretBytes bytes(kCodeBytes);
  for (std::size_t symbol = 0; symbol < kSymbols; ++symbol) {
    const auto value =
        symbol_value(std::to_integer<char>(canonical_text.expose()[text_index(symbol)]));
    RIGHTFUL_CHECK(value.has_value());
    const std::size_t bit = symbol * kBitsPerSymbol;
    const std::size_t window = *value << (16U - kBitsPerSymbol - bit % 8);
    bytes.expose_mutable()[bit / 8] |= static_cast<std::byte>(window >> 8U);
    if (bit / 8 + 1 < kCodeBytes)
      bytes.expose_mutable()[bit / 8 + 1] |= static_cast<std::byte>(window & 0xFFU);
  }
  return bytes;
}

}  // namespace rightful::crypto
