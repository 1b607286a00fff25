// The small text forms: UUID, RFC 3339, hex, base64, base64url, Crockford base32. What was parsed
// is written again, and what was written is parsed again.
#include <algorithm>
#include <chrono>
#include <string>

#include "rightful/core/bytes.hpp"
#include "rightful/core/check.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

void check_uuid(std::string_view input) {
  const auto id = RequestId::parse(input);
  if (!id) return;
  RIGHTFUL_CHECK(id->to_string() == lower(input));
  RIGHTFUL_CHECK(RequestId::parse(id->to_string()) == *id);
}

void check_time(std::string_view input) {
  constexpr std::size_t kFormatSize = 24;
  const auto instant = parse_rfc3339(input);
  if (!instant) return;
  const std::string text = format_rfc3339(*instant);
  RIGHTFUL_CHECK(text.size() == kFormatSize);
  const auto again = parse_rfc3339(text);
  RIGHTFUL_CHECK(again == std::chrono::floor<std::chrono::milliseconds>(*instant));
}

void check_bytes(std::string_view input) {
  // Of these three a value has one spelling (hex two: upper and lower case).
  if (const auto bytes = from_base64(input)) RIGHTFUL_CHECK(to_base64(*bytes) == input);
  if (const auto bytes = from_base64url(input)) RIGHTFUL_CHECK(to_base64url(*bytes) == input);
  if (const auto bytes = from_hex(input)) RIGHTFUL_CHECK(to_hex(*bytes) == lower(input));
  if (const auto bytes = from_crockford(input)) {
    RIGHTFUL_CHECK(from_crockford(to_crockford(*bytes)) == *bytes);
  }

  const Bytes raw = to_bytes(input);
  RIGHTFUL_CHECK(from_base64(to_base64(raw)) == raw);
  RIGHTFUL_CHECK(from_base64url(to_base64url(raw)) == raw);
  RIGHTFUL_CHECK(from_hex(to_hex(raw)) == raw);
  RIGHTFUL_CHECK(from_crockford(to_crockford(raw)) == raw);
}

}  // namespace

void run_one(std::string_view input) {
  check_uuid(input);
  check_time(input);
  check_bytes(input);
}

}  // namespace rightful::fuzz
