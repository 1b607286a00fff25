/// @file
/// A YAML document as a tree that remembers where each node stands, so that an error can name file,
/// line and column. The only place where YAML is read; the settings file and the catalog both come
/// through here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful {

/// An immutable node. Mappings keep the order of the file; a duplicate key, an anchor, an alias or
/// a tag is refused at parse time.
class YamlNode {
 public:
  enum class Kind : std::uint8_t { Null, Scalar, Sequence, Mapping };

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

  /// The characters of a Scalar as written, quotes removed; empty for other kinds.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  [[nodiscard]] bool is_quoted() const noexcept { return quoted_; }

  [[nodiscard]] const std::vector<YamlNode>& items() const noexcept { return items_; }

  [[nodiscard]] const std::vector<std::pair<YamlNode, YamlNode>>& entries() const noexcept {
    return entries_;
  }

  /// The value under `key` in a Mapping, or nullptr.
  [[nodiscard]] const YamlNode* find(std::string_view key) const noexcept;

  /// Counted from 1.
  [[nodiscard]] int line() const noexcept { return line_; }

  [[nodiscard]] int column() const noexcept { return column_; }

 private:
  friend class YamlReader;

  Kind kind_ = Kind::Null;
  std::string text_;
  bool quoted_ = false;
  int line_ = 0;
  int column_ = 0;
  std::vector<YamlNode> items_;
  std::vector<std::pair<YamlNode, YamlNode>> entries_;
};

/// @param name  what errors call the document: `name:line:column: …`.
/// @return InvalidArgument with position and cause; LimitExceeded over 4 MiB or 64 levels.
[[nodiscard]] Result<YamlNode> parse_yaml(std::string_view text, std::string_view name);

}  // namespace rightful
