/// @file
/// What a verifier finds: kinds, how grave each is, and where. Finds nothing itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rightful::ledger {

enum class FindingKind : std::uint8_t {
#define RIGHTFUL_FINDING(name, word, severity, explanation) name,
#include "rightful/ledger/findings.def"
#undef RIGHTFUL_FINDING
};

inline constexpr std::size_t kFindingKinds = 0
// NOLINTNEXTLINE(bugprone-macro-parentheses): the sum goes on line by line
#define RIGHTFUL_FINDING(name, word, severity, explanation) +1
#include "rightful/ledger/findings.def"
#undef RIGHTFUL_FINDING
    ;

enum class Severity : std::uint8_t {
  Report,     ///< said, and passed
  NotEnough,  ///< neither sound nor damaged can be shown
  Proven      ///< tampering or damage
};

/// `TREE_ROOT`
[[nodiscard]] std::string_view word_of(FindingKind kind) noexcept;
[[nodiscard]] Severity severity_of(FindingKind kind) noexcept;
/// One sentence for a person.
[[nodiscard]] std::string_view explanation_of(FindingKind kind) noexcept;
[[nodiscard]] std::optional<FindingKind> find_finding(std::string_view word) noexcept;
/// `report`, `not_enough`, `proven`
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

struct Finding {
  FindingKind kind;
  Severity severity;
  std::optional<std::uint64_t>
      at;              ///< the entry's index, or a tree's size where the kind is about one
  std::string detail;  ///< ASCII; no personal data
};

}  // namespace rightful::ledger
