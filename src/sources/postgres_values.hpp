/// @file
/// PostgreSQL's types and the exact text of their values, as ValueKind describes it.
#pragma once

#include <string>
#include <string_view>

#include "rightful/sources/record_sink.hpp"

namespace rightful::sources {

/// @param type  name of the base type in pg_catalog: `timestamptz`, `int8` …; anything unknown is
///              Text, which every type has.
[[nodiscard]] ValueKind value_kind_of(std::string_view type);

/// Turns the text that the server wrote into the text of a Value. The session has DateStyle ISO,
/// TimeZone UTC, IntervalStyle iso_8601, bytea_output hex.
/// @param scratch  memory for texts that differ from what was sent; the Value may point into it.
/// @return Text where the form has no room for the value: `infinity`, years before 1 and after
/// 9999. Errors  Failure(Never, "bad_row") for what the type cannot hold.
[[nodiscard]] Value to_value(ValueKind kind, std::string_view text, std::string& scratch);

}  // namespace rightful::sources
