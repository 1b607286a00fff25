/// @file
/// PostgreSQL's text forms of times and byte strings, both ways. Strict: what the session settings
/// should not produce is refused, not guessed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

namespace rightful::store {

/// `2026-11-22 07:40:00.123456+00`
[[nodiscard]] std::string timestamptz_text(Instant instant);
/// Any offset; empty for another form, `infinity` or a year before 1 or after 9999.
[[nodiscard]] std::optional<Instant> parse_timestamptz(std::string_view text);

/// `2026-11-22`
[[nodiscard]] std::string date_text(std::chrono::year_month_day date);
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_date(std::string_view text);

/// `\x00ff`
[[nodiscard]] std::string bytea_text(ByteView bytes);
[[nodiscard]] std::optional<Bytes> parse_bytea(std::string_view text);

}  // namespace rightful::store
