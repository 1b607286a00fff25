/// @file
/// One line per event to standard error, `key=value`. What has no fmt formatter cannot be logged:
/// AccountId and secrets have none, so personal data in a log is a compile error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"

namespace rightful::log {

/// Who acts on it: Error = operator now, Warn = operator today, Info = rare life event, Debug =
/// developer.
enum class Level : std::uint8_t { Debug, Info, Warn, Error };

void set_level(Level level);
[[nodiscard]] Result<Level> parse_level(std::string_view text);

/// `event` is a constant in snake_case; `fields` already formatted `key=value` pairs.
void write(Level level, std::string_view event, std::string_view fields);

template <class... Args>
void debug(std::string_view event, fmt::format_string<Args...> fields = "", Args&&... args) {
  write(Level::Debug, event, fmt::format(fields, std::forward<Args>(args)...));
}

template <class... Args>
void info(std::string_view event, fmt::format_string<Args...> fields = "", Args&&... args) {
  write(Level::Info, event, fmt::format(fields, std::forward<Args>(args)...));
}

template <class... Args>
void warn(std::string_view event, fmt::format_string<Args...> fields = "", Args&&... args) {
  write(Level::Warn, event, fmt::format(fields, std::forward<Args>(args)...));
}

template <class... Args>
void error(std::string_view event, fmt::format_string<Args...> fields = "", Args&&... args) {
  write(Level::Error, event, fmt::format(fields, std::forward<Args>(args)...));
}

}  // namespace rightful::log

/// The identities that Rightful makes itself may be logged.
template <class Tag>
struct fmt::formatter<rightful::Id<Tag>> : fmt::formatter<std::string_view> {
  auto format(const rightful::Id<Tag>& id, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(id.to_string(), context);
  }
};
