/// @file
/// JSON as it arrives in a record, and what the catalog's kinds of fields make of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/record_sink.hpp"

namespace rightful::sources {

enum class JsonType : std::uint8_t { Null, Boolean, Number, Text, Structure };

/// One value of a record. Nothing was rounded.
struct JsonValue {
  JsonType type = JsonType::Null;
  /// Text: the decoded text. Number, Boolean, Structure: the JSON text itself.
  std::string text;
};

/// A text as JSON: in double quotes, escaped. @param text  valid UTF-8.
[[nodiscard]] std::string quote_json(std::string_view text);

/// The kind of a column that the catalog describes; without `kind` it is Text.
[[nodiscard]] ValueKind value_kind_of(const catalog::Field& field);

/// Format   docs/sources/http.md, "Kinds"
/// @param scratch  memory for texts that differ from what was sent; the Value may point into it or
///                 into `value`.
/// @return empty when the value is none of that kind.
[[nodiscard]] std::optional<Value> to_value(ValueKind kind,
                                            const JsonValue& value,
                                            std::string& scratch);

}  // namespace rightful::sources
