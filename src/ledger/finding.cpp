#include "rightful/ledger/finding.hpp"

#include <array>

namespace rightful::ledger {

namespace {

struct Row {
  std::string_view word;
  Severity severity;
  std::string_view explanation;
};

constexpr std::array<Row, kFindingKinds> kRows{{
#define RIGHTFUL_FINDING(name, word, severity, explanation) {word, Severity::severity, explanation},
#include "rightful/ledger/findings.def"
#undef RIGHTFUL_FINDING
}};

const Row& row_of(FindingKind kind) noexcept {
  return kRows[static_cast<std::size_t>(kind)];
}

}  // namespace

std::string_view word_of(FindingKind kind) noexcept {
  return row_of(kind).word;
}

Severity severity_of(FindingKind kind) noexcept {
  return row_of(kind).severity;
}

std::string_view explanation_of(FindingKind kind) noexcept {
  return row_of(kind).explanation;
}

std::optional<FindingKind> find_finding(std::string_view word) noexcept {
  for (std::size_t at = 0; at < kRows.size(); ++at) {
    if (kRows[at].word == word) return static_cast<FindingKind>(at);
  }
  return std::nullopt;
}

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::Report:
      return "report";
    case Severity::NotEnough:
      return "not_enough";
    case Severity::Proven:
      return "proven";
  }
  return "proven";
}

}  // namespace rightful::ledger
