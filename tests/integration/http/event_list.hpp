/// @file
/// docs/ledger-events.md, made from the router's table, the table of moves, events.def, the sources
/// and what was seen.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/http/observed_leaves.hpp"

namespace rightful::testing {

/// A move that the table allows and nothing does yet, or an event that nothing causes yet.
struct NotYet {
  std::string_view name;
  std::string_view why;
};

/// Moves by the word of their event.
[[nodiscard]] const std::vector<NotYet>& moves_not_yet();
/// Events by their name.
[[nodiscard]] const std::vector<NotYet>& events_not_yet();

/// Source files below src/ that make the event, by its type's name in events.def.
[[nodiscard]] std::vector<std::string> places_of(const std::filesystem::path& source,
                                                 std::string_view type);

/// The whole document.
[[nodiscard]] std::string event_list(const ObservedLeaves& observed,
                                     const std::filesystem::path& source);

}  // namespace rightful::testing
