/// @file
/// Text as a JSON string, for the manifest.
#pragma once

#include <string>
#include <string_view>

namespace rightful::archive {

/// Appends `text` in quotes. @param text  valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace rightful::archive
