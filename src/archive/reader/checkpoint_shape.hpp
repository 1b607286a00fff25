/// @file
/// Whether a text looks like the signed checkpoint of a ledger. Checks no signature: whoever holds
/// the log's key does (`rightful audit verify --checkpoint`).
#pragma once

#include <string_view>

namespace rightful::archive::reader {

/// Origin, decimal size, base64 of a 32-byte root, an empty line, one to sixteen signature lines;
/// each ends with a line feed, and nothing else is there.
/// Format  docs/formats/ledger-note.md
/// @param text  hostile.
[[nodiscard]] bool is_checkpoint(std::string_view text) noexcept;

}  // namespace rightful::archive::reader
