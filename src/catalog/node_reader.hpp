/// @file
/// Reads nodes of the catalog file and collects what is wrong with them, instead of stopping at the
/// first mistake. Knows YAML and words; knows nothing about datasets.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/yaml.hpp"

namespace rightful::catalog {

/// What is wrong so far.
class Problems {
 public:
  /// More than this many are not kept: a broken generator would print a million lines.
  static constexpr std::size_t kMaxProblems = 500;

  /// What follows is about this file; files are ordered as they are first entered.
  void enter(std::string_view file);

  void add(const YamlNode& at, std::string what, std::string cure);

  [[nodiscard]] bool is_empty() const noexcept { return problems_.empty(); }

  /// In the order of the files, then of their lines.
  [[nodiscard]] std::vector<CatalogProblem> take();

 private:
  std::vector<std::string> files_;
  std::size_t current_ = 0;
  std::vector<CatalogProblem> problems_;
};

/// A mapping whose keys are all known.
class MappingReader {
 public:
  /// Reports a node that is no mapping, and every key that is not in `keys`.
  /// @param what  as problems call it: `the controller`, `dataset voice_recording`.
  MappingReader(const YamlNode& node,
                Problems& problems,
                std::string what,
                std::span<const std::string_view> keys);

  /// nullptr, and a problem, when the key is absent or empty.
  [[nodiscard]] const YamlNode* required(std::string_view key, std::string_view cure) const;
  /// nullptr when the key is absent; absent or empty is no problem, but `key:` with nothing is.
  [[nodiscard]] const YamlNode* optional(std::string_view key) const;

  [[nodiscard]] const std::string& what() const noexcept { return what_; }

  [[nodiscard]] const YamlNode& node() const noexcept { return node_; }

 private:
  /// An empty value has no place of its own in the file: its key does.
  [[nodiscard]] const YamlNode& key_node(std::string_view key) const;

  const YamlNode& node_;
  Problems& problems_;
  std::string what_;
};

/// What `catalog discover` leaves for a person to write: `TODO`, or a text that begins with
/// `TODO:`.
[[nodiscard]] bool is_placeholder(std::string_view text);

/// Reports a placeholder. @return whether it is one.
bool refuse_placeholder(const YamlNode& node, Problems& problems, std::string_view what);

/// Plain text of 1 to 4000 bytes without control characters (line breaks are allowed).
[[nodiscard]] std::optional<std::string> read_text(const YamlNode& node,
                                                   Problems& problems,
                                                   std::string_view what);

/// A text that `is_valid` accepts. @param rule  completes "is not …".
[[nodiscard]] std::optional<std::string> read_word(const YamlNode& node,
                                                   Problems& problems,
                                                   std::string_view what,
                                                   bool (*is_valid)(std::string_view),
                                                   std::string_view rule);

/// `true` or `false`
[[nodiscard]] std::optional<bool> read_boolean(const YamlNode& node,
                                               Problems& problems,
                                               std::string_view what);

/// A mapping language → text, complete for `languages`; plain text where there is but one language.
[[nodiscard]] LocalizedText read_localized(const YamlNode& node,
                                           Problems& problems,
                                           std::string_view what,
                                           const std::vector<std::string>& languages);

/// Calls `read` for every item; a node that is no list is a problem.
void read_list(const YamlNode& node,
               Problems& problems,
               std::string_view what,
               const std::function<void(const YamlNode&)>& read);

/// Picks the alternative with the name that the node holds.
template <class E>
std::optional<E> read_choice(const YamlNode& node,
                             Problems& problems,
                             std::string_view what,
                             std::span<const std::pair<std::string_view, E>> choices) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (node.kind() == YamlNode::Kind::Scalar && node.text() == name) return value;
    if (!known.empty()) known += ", ";
    known += name;
  }
  problems.add(
      node, std::string(what) + " is not one of the known words", "write one of: " + known);
  return std::nullopt;
}

// The forms of words.
[[nodiscard]] bool is_identifier(std::string_view text);  ///< `[a-z0-9_]{1,64}`
[[nodiscard]] bool is_environment_name(std::string_view text);
[[nodiscard]] bool is_language(std::string_view text);  ///< `[a-z]{2}`
[[nodiscard]] bool is_country(std::string_view text);   ///< `[A-Z]{2}`
/// The form of an IANA name; whether it exists is the calendar's business.
[[nodiscard]] bool is_timezone(std::string_view text);
[[nodiscard]] bool is_column_name(std::string_view text);  ///< 1 to 128 bytes, no control

}  // namespace rightful::catalog
