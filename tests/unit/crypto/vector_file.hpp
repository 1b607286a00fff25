/// @file
/// Reads the text vectors of tests/vectors/crypto (grammar: README.md there).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"

namespace rightful::testing {

/// One case. Asking for a key that is absent, or leaving one unasked, fails the test.
class VectorCase {
 public:
  VectorCase(std::string place, std::map<std::string, std::string> fields)
      : place_(std::move(place)), fields_(std::move(fields)) {}

  [[nodiscard]] bool has(const std::string& key) const { return fields_.contains(key); }

  /// As written; with `_text` at the end of the key, escapes are resolved.
  [[nodiscard]] std::string text(const std::string& key);
  [[nodiscard]] Bytes bytes(const std::string& key);
  [[nodiscard]] std::uint64_t number(const std::string& key);
  [[nodiscard]] bool expects_ok();

  [[nodiscard]] std::string expectation() { return text("expect"); }

  /// `file:line: comment`
  [[nodiscard]] std::string place() const { return place_; }

  /// Keys that nobody has asked for.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  std::string place_;
  std::map<std::string, std::string> fields_;
  std::set<std::string> used_;
};

/// @param name  of a file in tests/vectors/crypto. Throws std::runtime_error with file and line on
/// a bad line.
[[nodiscard]] std::vector<VectorCase> read_vectors(const std::string& name);
[[nodiscard]] std::vector<VectorCase> parse_vectors(const std::string& name, std::string_view text);

/// Calls `run` for each case of the file and fails on unused keys; at least one case must be there.
void for_each_vector(const std::string& name, void (*run)(VectorCase&));

}  // namespace rightful::testing
