/// @file
/// Changes to a binary file, written as text: a corpus of ZIP files that can be read and that stays
/// true when the format's writer changes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"

namespace rightful::fuzz {

/// What an edit changes: the file, or a part out of which the file is made anew.
struct EditTarget {
  enum class Layer : std::uint8_t { File, Inner, Entry } layer = Layer::File;
  std::size_t entry = 0;  ///< Layer::Entry: the n-th

  friend bool operator==(const EditTarget&, const EditTarget&) = default;
};

/// One change a line, `[<target>:]<letter> <offset> <value>`, applied in their order; lines of
/// another form do nothing. A negative offset counts from the end; offsets outside wrap around.
///
///   `s 10 255`  sets the byte          `x 10 1`   xors the byte
///   `z 10 4`    removes 4 bytes        `i 10 4`   inserts 4 zero bytes
///   `c 10 90`   copies 8 bytes from 90 to 10      `t 10 0`   cuts the file off there
///   `d 10 -1`   sets 4 bytes, little-endian       `w 10 3`   inserts word 3 of words()
///   `f 0 2`     no change: the form of an entry, for who makes the file
///
/// The target is the file; with `i:` the inner ZIP; with `0:` to `9:` the content of an entry.
struct Edit {
  EditTarget target;
  char kind = ' ';
  std::int32_t offset = 0;
  std::int32_t value = 0;
};

/// @return at most 64 edits.
[[nodiscard]] std::vector<Edit> parse_edits(std::string_view script);

/// Those edits of `script` that are for `target`. Cost  4 KiB more than `base`.
[[nodiscard]] Bytes edited(Bytes base,
                           const std::vector<Edit>& script,
                           const EditTarget& target = {});

/// What `w` inserts: the words that the formats know.
[[nodiscard]] const std::vector<std::string_view>& words();

}  // namespace rightful::fuzz
