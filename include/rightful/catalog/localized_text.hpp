/// @file
/// Words for people in several languages, as the catalog's author wrote them.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace rightful::catalog {

/// One text in one or more languages.
///
/// Errors  none: where the catalog demands a text, parsing has checked that every language of the
///         controller is there.
class LocalizedText {
 public:
  LocalizedText() = default;

  /// @param by_language  ISO 639-1 code in lower case → text.
  explicit LocalizedText(std::map<std::string, std::string, std::less<>> by_language)
      : by_language_(std::move(by_language)) {}

  /// The text in `language`; else in English; else in the first language in alphabetical order;
  /// else the empty text.
  [[nodiscard]] const std::string& in(std::string_view language) const;

  [[nodiscard]] bool has(std::string_view language) const {
    return by_language_.contains(language);
  }

  [[nodiscard]] bool is_empty() const noexcept { return by_language_.empty(); }

  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const noexcept {
    return by_language_;
  }

  friend bool operator==(const LocalizedText&, const LocalizedText&) = default;

 private:
  std::map<std::string, std::string, std::less<>> by_language_;
};

}  // namespace rightful::catalog
