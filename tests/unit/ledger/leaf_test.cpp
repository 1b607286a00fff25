#include "rightful/ledger/leaf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/writer.hpp"

#include "tests/unit/ledger/goldens.hpp"

namespace rightful::ledger::testing {
namespace {

// The failure of a changed golden leaf, its signature made again where the grammar allows it.
class LeafCheck : public ::testing::Test {
 protected:
  [[nodiscard]] std::string replaced(std::string_view from, std::string_view to) const {
    std::string text = goldens_.leaves[3].bytes;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }

  [[nodiscard]] std::string failure_of(std::string_view bytes) const {
    const auto leaf = check_leaf(as_bytes(bytes), origin_of(goldens_), key_finder(goldens_));
    return leaf ? "none" : std::string(name_of(leaf.error()));
  }

  [[nodiscard]] std::string failure_after(std::string_view from, std::string_view to) const {
    return failure_of(replaced(from, to));
  }

  const Goldens goldens_ = read_goldens();
};

TEST_F(LeafCheck, LengthLimitsAreInclusive) {
  const std::string junk(5000, 'x');

  EXPECT_EQ(failure_of(""), "length");
  EXPECT_EQ(failure_of(junk.substr(0, 199)), "length");
  EXPECT_EQ(failure_of(junk.substr(0, 200)), "noncanonical");
  EXPECT_EQ(failure_of(junk.substr(0, 4096)), "noncanonical");
  EXPECT_EQ(failure_of(junk.substr(0, 4097)), "length");
}

TEST_F(LeafCheck, RefusesEveryTruncation) {
  const std::string& whole = goldens_.leaves[3].bytes;
  for (std::size_t size = kMinLeafSizeBytes; size < whole.size(); ++size) {
    EXPECT_EQ(failure_of(whole.substr(0, size)), "noncanonical") << size;
  }
}

TEST_F(LeafCheck, NoChangedByteIsAccepted) {
  const std::string& whole = goldens_.leaves[3].bytes;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_NE(failure_of(changed), "none") << changed;
  }
}

TEST_F(LeafCheck, GrammarKeyLimits) {
  EXPECT_EQ(failure_after("\"whole\":1", "\"x23456789012345678901234\":1"), "event");
  EXPECT_EQ(failure_after("\"whole\":1", "\"x234567890123456789012345\":1"), "noncanonical");
  EXPECT_EQ(failure_after("\"whole\":1", "\"Whole\":1"), "noncanonical");
  EXPECT_EQ(failure_after("\"parts\"", "\"\""), "noncanonical");
}

TEST_F(LeafCheck, GrammarIntegerLimits) {
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":9007199254740991"), "signature");
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":9007199254740992"), "noncanonical");
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":99999999999999999999"), "noncanonical");
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":0"), "signature");
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":00"), "noncanonical");
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":"), "noncanonical");
}

TEST_F(LeafCheck, GrammarAllowsAnObjectForDOnly) {
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":{}"), "noncanonical");
  EXPECT_EQ(failure_after("\"parts\":3", "\"d\":{}"), "noncanonical");
  EXPECT_EQ(failure_after("{\"from_pm\":0,\"parts\":3,\"pkg\":\"p_BQUFBQUFBQUFBQUFBQUFBQ\","
                          "\"to_pm\":1000,\"whole\":1}",
                          "7"),
            "field");
}

TEST_F(LeafCheck, EnvelopeForms) {
  EXPECT_EQ(failure_after("package.downloaded", "packagedownloaded"), "field");
  EXPECT_EQ(failure_after("package.downloaded", "package.down.loaded"), "field");
  EXPECT_EQ(failure_after("package.downloaded", "package."), "field");
  EXPECT_EQ(failure_after("\"n\":7", "\"n\":\"7\""), "field");
  EXPECT_EQ(failure_after("\"v\":1", "\"v\":\"1\""), "field");
  EXPECT_EQ(failure_after("r_AAAAAAAAAAAAAAAAAAAAAA", "r_AAAAAAAAAAAAAAAAAAAAAAA"), "field");
  EXPECT_EQ(failure_after("r_AAAAAAAAAAAAAAAAAAAAAA", "q_AAAAAAAAAAAAAAAAAAAAAA"), "field");
  EXPECT_EQ(failure_after("\"subj\":\"s_", "\"subj\":\"s-"), "field");
  EXPECT_EQ(failure_after("2026-01-02T", "1969-01-02T"), "field");
  EXPECT_EQ(failure_after("05.006Z", "05.0060"), "field");
  EXPECT_EQ(failure_after("w_6c8f8607dbe87077", "w_6C8f8607dbe87077"), "field");
}

TEST_F(LeafCheck, ActorMustBeAllowedByTheTable) {
  EXPECT_EQ(failure_after("\"self\"", "\"system\""), "event");
  EXPECT_EQ(failure_after("\"self\"", "\"a_AAAAAAAAAAAAAAAAAAAAAA\""), "event");
}

TEST_F(LeafCheck, MentionsMustFitTheTable) {
  EXPECT_EQ(failure_after("r_AAAAAAAAAAAAAAAAAAAAAA", "-"), "event");
  EXPECT_EQ(failure_after(goldens_.subj, "-"), "event");
}

TEST_F(LeafCheck, UnknownActIsAnEventFailure) {
  EXPECT_EQ(failure_after("package.downloaded", "package.teleported"), "event");
}

TEST_F(LeafCheck, UnknownWriterIsNamed) {
  EXPECT_EQ(failure_after("w_6c8f8607dbe87077", "w_0000000000000000"), "writer");
}

TEST_F(LeafCheck, AnotherOriginBreaksTheSignature) {
  const auto other = Origin::parse("audit.example.test/dsar/other").value();

  const auto leaf = check_leaf(as_bytes(goldens_.leaves[3].bytes), other, key_finder(goldens_));

  ASSERT_FALSE(leaf.has_value());
  EXPECT_EQ(leaf.error(), LeafFailure::Signature);
}

TEST_F(LeafCheck, GivesTheFieldsOfALeaf) {
  const auto leaf = parse_leaf(as_bytes(goldens_.leaves[3].bytes));

  ASSERT_TRUE(leaf.has_value());
  EXPECT_EQ(leaf->act, "package.downloaded");
  EXPECT_EQ(leaf->actor, "self");
  EXPECT_EQ(leaf->n, 7U);
  EXPECT_EQ(leaf->subj, goldens_.subj);
  EXPECT_EQ(leaf->t, parse_rfc3339("2026-01-02T03:04:05.006Z").value());
  ASSERT_EQ(leaf->fields.size(), 5U);
  EXPECT_EQ(leaf->fields[1].first, "parts");
  EXPECT_EQ(leaf->fields[1].second.integer, 3U);
}

}  // namespace
}  // namespace rightful::ledger::testing
