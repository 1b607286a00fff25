/// @file
/// The text forms that values have inside a leaf, checked without making a copy.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "rightful/core/clock.hpp"

namespace rightful::ledger {

/// Canonical base64url of exactly `size_bytes` bytes: no padding, unused bits zero.
[[nodiscard]] bool is_base64url(std::string_view text, std::size_t size_bytes) noexcept;

/// Exactly `digits` lower-case hexadecimal digits.
[[nodiscard]] bool is_lower_hex(std::string_view text, std::size_t digits) noexcept;

/// Prefix letter, `_`, and canonical base64url of `size_bytes` bytes.
[[nodiscard]] bool is_reference(std::string_view text,
                                char prefix,
                                std::size_t size_bytes) noexcept;

/// `YYYY-MM-DD`, a real date, from 1970 on.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_date(std::string_view text) noexcept;

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, a real date from 1970 on, no leap second.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text) noexcept;

}  // namespace rightful::ledger
