/// @file
/// The text of one SQL statement, fixed at compile time and known by a name. Not for values: those
/// are `$n` (value.hpp).
#pragma once

namespace rightful::store {

/// A literal in src/store/queries/<table>.hpp: `inline constexpr Sql kClaimJob{"claim_job", "WITH
/// …"};`
///
/// A run-time string does not compile, so no value can become part of a statement.
/// Errors and logs show the name, never the text.
class Sql {
 public:
  /// @param name  snake_case, unique in the program.
  /// @param text  one statement, parameters as `$1`, `$2` …
  // NOLINTNEXTLINE(bugprone-easily-swappable-parameters): both are literals, the name comes first
  // everywhere.
  consteval Sql(const char* name, const char* text) : name_(name), text_(text) {
    if (name[0] == '\0' || text[0] == '\0') throw "an Sql needs a name and a text";
  }

  [[nodiscard]] constexpr const char* name() const noexcept { return name_; }

  [[nodiscard]] constexpr const char* text() const noexcept { return text_; }

 private:
  const char* name_;
  const char* text_;
};

}  // namespace rightful::store
