/// @file
/// JSON text for what grows with the data: appended value by value, never a document in memory.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rightful/sources/record_sink.hpp"

namespace rightful::exporting {

/// Appends `text` as a JSON string, quotes included. Control characters, `"` and `\` are escaped,
/// the rest is UTF-8 as it is (RFC 8259 section 7).
void append_json_string(std::string& out, std::string_view text);

/// Appends a source's value exactly: integers as numbers, decimals as strings, JSON as it is.
/// Format  docs/formats/package-content.md section 2
void append_json_value(std::string& out, const sources::Value& value);

/// Appends the value of "@owner". Other people who share the record stand there without their
/// account ID (GDPR Art. 15(4)); the account's own value is the one that the source gave.
/// @param owners  at least one.
void append_owner(std::string& out,
                  std::span<const std::string_view> owners,
                  std::string_view account);

}  // namespace rightful::exporting
