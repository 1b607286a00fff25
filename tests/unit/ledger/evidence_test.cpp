// Entries outside their log: exact bytes in a line, harmless cells in a table.

#include "rightful/ledger/evidence.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using ::testing::EndsWith;
using ::testing::StartsWith;

class Evidence : public ::testing::Test {
 protected:
  Evidence() { log_.fill(10); }

  PublishedLog log_;
};

TEST_F(Evidence, ALineHoldsTheExactBytes) {
  const Bytes& leaf = log_.bodies[5];
  const TreeHash hash = leaf_hash(leaf);

  const std::string line = format_evidence_line(5, hash, leaf);

  const std::string head = "{\"idx\":5,\"leaf_hash\":\"" + to_hex(hash.bytes()) + "\",\"leaf\":";
  ASSERT_THAT(line, StartsWith(head));
  ASSERT_THAT(line, EndsWith("}\n"));
  EXPECT_EQ(line.substr(head.size(), line.size() - head.size() - 2), as_text(leaf));
  EXPECT_EQ(nlohmann::json::parse(line).at("leaf").at("act"), "log.checked");
}

TEST_F(Evidence, AnErasedBodyIsNull) {
  const std::string line = format_evidence_line(7, leaf_hash(log_.bodies[7]), {});

  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json.at("idx"), 7);
  EXPECT_TRUE(json.at("leaf").is_null());
}

TEST_F(Evidence, ARowHoldsTheFields) {
  const TreeHash hash = leaf_hash(log_.bodies[2]);

  const std::string row = format_csv_row(2, hash, log_.bodies[2]).value();

  EXPECT_EQ(csv_header(), "idx,t,act,out,actor,subj,req,w,n,d,leaf_hash\r\n");
  EXPECT_EQ(row,
            "2,2026-01-01T00:00:00.100Z,log.checked,ok,system,-,-," + log_.writer.id().text() +
                ",1,result=passed;size=2," + to_hex(hash.bytes()) + "\r\n");
}

TEST_F(Evidence, ARowOfAnErasedBodyHasIndexAndHash) {
  const TreeHash hash = leaf_hash(log_.bodies[2]);

  EXPECT_EQ(format_csv_row(2, hash, {}).value(), "2,,,,,,,,,," + to_hex(hash.bytes()) + "\r\n");
}

TEST_F(Evidence, WhatIsNoLeafIsNoRow) {
  EXPECT_THAT(format_csv_row(2, leaf_hash({}), as_bytes("{}")),
              IsError(ErrorCode::InvalidArgument));
}

// X2
TEST(CsvCell, NoCellIsAFormula) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("+1"), "'+1");
  EXPECT_EQ(csv_cell("-1"), "'-1");
  EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_cell("\t=1"), "'\t=1");
  EXPECT_EQ(csv_cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(csv_cell("=1,2"), "\"'=1,2\"");
}

TEST(CsvCell, HarmlessCellsStay) {
  EXPECT_EQ(csv_cell("-"), "-");
  EXPECT_EQ(csv_cell(""), "");
  EXPECT_EQ(csv_cell("a=b;c=-"), "a=b;c=-");
  EXPECT_EQ(csv_cell("package.released"), "package.released");
}

TEST(CsvCell, QuotesAsRfc4180) {
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_cell("a\nb"), "\"a\nb\"");
}

TEST_F(Evidence, FiltersCompareFieldsAndTimes) {
  const Leaf leaf = parse_leaf(log_.bodies[2]).value();
  const auto takes = [&leaf](const EntryFilter& filter) { return filter.takes(leaf); };

  EXPECT_TRUE(EntryFilter{}.takes_all());
  EXPECT_TRUE(takes({.act = "log.checked"}));
  EXPECT_FALSE(takes({.act = "log.heartbeat"}));
  EXPECT_TRUE(takes({.subj = "-"}));
  EXPECT_FALSE(takes({.req = "r_AAAAAAAAAAAAAAAAAAAAAA"}));
  EXPECT_TRUE(takes({.actor = "system"}));
  EXPECT_TRUE(takes({.since = leaf.t}));
  EXPECT_FALSE(takes({.since = leaf.t + std::chrono::milliseconds(1)}));
  EXPECT_FALSE(takes({.until = leaf.t}));
  EXPECT_TRUE(takes({.until = leaf.t + std::chrono::milliseconds(1)}));
  EXPECT_TRUE((EntryFilter{.from = 2, .to = 3}).takes_index(2));
  EXPECT_FALSE((EntryFilter{.from = 2, .to = 3}).takes_index(3));
  EXPECT_FALSE((EntryFilter{.from = 2}).takes_index(1));
}

}  // namespace
}  // namespace rightful::ledger::testing
