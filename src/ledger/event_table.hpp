/// @file
/// events.def at run time: for the check of leaves, the documentation and the tests.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rightful/ledger/event.hpp"
#include "rightful/ledger/leaf.hpp"

namespace rightful::ledger {

struct FieldDefinition {
  std::string_view name;
  std::string_view type;  ///< as written in events.def
  bool (*holds)(const LeafValue& value);
};

struct EventDefinition {
  std::string_view act;
  std::string_view who;    ///< letters s, a, y
  std::string_view about;  ///< letters S, R, s, r
  Mention subject;
  Mention request;
  std::vector<FieldDefinition> fields;
};

/// In the order of events.def.
[[nodiscard]] std::span<const EventDefinition> event_table();

/// nullptr for an act that is not in the table.
[[nodiscard]] const EventDefinition* find_event(std::string_view act);

/// Actor, mentions and fields of a leaf whose envelope holds.
[[nodiscard]] bool matches(const EventDefinition& definition, const Leaf& leaf);

}  // namespace rightful::ledger
