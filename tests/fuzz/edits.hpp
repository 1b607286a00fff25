/// @file
/// Changes to a binary file, written as text: a corpus of ZIP files that can be read and that stays
/// true when the format's writer changes.
#pragma once

#include <string_view>

#include "rightful/core/bytes.hpp"

namespace rightful::fuzz {

/// One change a line, `<letter> <offset> <value>`, applied in their order; lines of another form
/// do nothing. A negative offset counts from the end; offsets outside wrap around.
///
///   `s 10 255`  sets the byte          `x 10 1`   xors the byte
///   `z 10 4`    removes 4 bytes        `i 10 4`   inserts 4 zero bytes
///   `c 10 90`   copies 8 bytes from 90 to 10      `t 10 0`   cuts the file off there
///
/// Cost  at most 64 changes, and 4 KiB more than `base`.
[[nodiscard]] Bytes edited(Bytes base, std::string_view script);

}  // namespace rightful::fuzz
