/// @file
/// PostgreSQL's COPY text format, read back: one line into its fields.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rightful::sources {

/// Format   PostgreSQL 15, COPY, "Text Format"
/// Errors   Failure(Never, "bad_row") for a line that no server writes.
/// Cost     one buffer of the size of the longest line; a line without escapes is not copied.
class CopyTextDecoder {
 public:
  using Field = std::optional<std::string_view>;

  /// @param line  without its newline. @param fields  how many it must have.
  /// @return NULL is empty, an empty text is not. Valid until the next call, and as long as `line`.
  [[nodiscard]] std::span<const Field> decode(std::string_view line, std::size_t fields);

 private:
  void add_field(std::string_view raw, bool is_escaped);

  std::string buffer_;
  std::vector<Field> fields_;
};

/// The elements of a one-dimensional array of text, as PostgreSQL writes it: `{a,"b,c",NULL}`.
/// @param out  is cleared first. Errors  Failure(Never, "bad_row")
void decode_text_array(std::string_view array, std::vector<std::optional<std::string>>& out);

}  // namespace rightful::sources
