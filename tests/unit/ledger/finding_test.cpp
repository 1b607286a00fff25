// The table of findings, and the document that explains it.

#include "rightful/ledger/finding.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"

namespace rightful::ledger::testing {
namespace {

using ::testing::HasSubstr;

TEST(FindingTable, WordsAreUniqueAndFound) {
  std::set<std::string_view> words;
  for (std::size_t at = 0; at < kFindingKinds; ++at) {
    const auto kind = static_cast<FindingKind>(at);
    EXPECT_TRUE(words.insert(word_of(kind)).second) << word_of(kind);
    EXPECT_EQ(find_finding(word_of(kind)), kind);
  }
  EXPECT_FALSE(find_finding("tree_root").has_value());
  EXPECT_FALSE(find_finding("").has_value());
}

TEST(FindingTable, StandsInTheDocument) {
  const auto path = std::filesystem::path(RIGHTFUL_SOURCE_DIR) / "docs/formats/ledger-findings.md";
  const std::string document(as_text(read_file(path, 1U << 20U).value()));
  for (std::size_t at = 0; at < kFindingKinds; ++at) {
    const auto kind = static_cast<FindingKind>(at);
    const std::string row = "| `" + std::string(word_of(kind)) + "` | " +
                            std::string(name_of(severity_of(kind))) + " | " +
                            std::string(explanation_of(kind)) + " |";
    EXPECT_THAT(document, HasSubstr(row));
  }
}

}  // namespace
}  // namespace rightful::ledger::testing
