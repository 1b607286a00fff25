#include "rightful/ledger/event_fields.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"

namespace rightful::ledger {

PerMille PerMille::of(std::uint64_t part, std::uint64_t whole) {
  RIGHTFUL_CHECK(part <= whole);
  if (part == whole) return PerMille(1000);
  // Divided first where the product would not fit into 64 bits; less than all is never 1000.
  constexpr std::uint64_t kLimit = UINT64_MAX / 1000;
  const std::uint64_t value = part <= kLimit ? part * 1000 / whole : part / (whole / 1000);
  return PerMille(std::min<std::uint64_t>(value, 999));
}

FieldText to_field(Integer value) {
  return {std::to_string(value.value()), true};
}

FieldText to_field(Flag value) {
  return {value.value() ? "1" : "0", true};
}

FieldText to_field(PerMille value) {
  return {std::to_string(value.value()), true};
}

FieldText to_field(const Date& value) {
  RIGHTFUL_CHECK(value.ok() && value.year() >= std::chrono::year(1970) &&
                 value.year() <= std::chrono::year(9999));
  return {fmt::format("{:04}-{:02}-{:02}",
                      static_cast<int>(value.year()),
                      static_cast<unsigned>(value.month()),
                      static_cast<unsigned>(value.day())),
          false};
}

FieldText to_field(Instant value) {
  return {format_rfc3339(value), false};
}

FieldText to_field(const Sha256Digest& value) {
  return {to_hex(value.bytes()), false};
}

FieldText to_field(const PublicKey& value) {
  return {to_base64url(value.bytes()), false};
}

FieldText to_field(const SignatureValue& value) {
  return {to_base64url(value.bytes()), false};
}

}  // namespace rightful::ledger
