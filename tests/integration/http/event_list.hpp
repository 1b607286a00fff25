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

/// A route, such as `GET /livez`, that writes no leaf of this outcome, on purpose.
struct NoLeaf {
  std::string_view route;
  std::string_view why;
};

/// A new route writes one when it does what it is asked, or stands here.
[[nodiscard]] const std::vector<NoLeaf>& no_leaf_when_done();
/// Likewise when it refuses somebody.
[[nodiscard]] const std::vector<NoLeaf>& no_leaf_when_refused();
/// Empty when the list has no such route.
[[nodiscard]] std::string_view why_no_leaf(const std::vector<NoLeaf>& list, std::string_view route);

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
