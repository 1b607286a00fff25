#include "sources/row_reader.hpp"

#include <gmock/gmock.h>

#include "tests/unit/sources/recording_sink.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

constexpr std::uint64_t kCounted = 3;

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A dataset `call` with the owners caller (a column) and members (many), and four fields.
class RowReaderTest : public ::testing::Test {
 protected:
  RowReaderTest() {
    dataset_.name = "call";
    dataset_.source = "shop";
    dataset_.owners = {
        catalog::parse_owner_path("caller", "public").value(),
        catalog::parse_owner_path("id -> member.call_id . account", "public").value()};
    add("caller", catalog::ThirdParty::Redact, ValueKind::Text);
    add("friend", catalog::ThirdParty::Pseudonymise, ValueKind::Text);
    add("note", catalog::ThirdParty::Redact, ValueKind::Text);
    add("path", catalog::ThirdParty::None, ValueKind::Text);
    dataset_.fields[3].attach =
        catalog::Attachment{"voice", "{account}/", catalog::MissingObject::Fail};
    plan_.dataset = &dataset_;
    plan_.owners = {{&dataset_.owners[0], OwnerType::Text, true},
                    {&dataset_.owners[1], OwnerType::Text, false}};
    for (std::size_t i = 0; i < dataset_.fields.size(); ++i) {
      plan_.columns.push_back({&dataset_.fields[i], &facts_[i], Reading::Value});
    }
    plan_.columns[2].reading = Reading::Presence;
    DatasetHead head{&dataset_, {}, kCounted};
    for (const PlannedColumn& column : plan_.columns) {
      head.columns.push_back({column.field, column.facts->kind});
    }
    gate_.emplace(std::move(head), context_, sink_);
    reader_.emplace(plan_, *gate_);
  }

  void add(const char* name, catalog::ThirdParty rule, ValueKind kind) {
    dataset_.fields.emplace_back().name = name;
    dataset_.fields.back().third_party = rule;
    facts_.emplace_back().kind = kind;
  }

  SourceResult<void> read(std::string_view line) { return reader_->read(line); }

  catalog::Dataset dataset_;
  std::vector<ColumnFacts> facts_;
  DatasetPlan plan_;
  ReadContext context_{OwnershipGuard(testing::scope_for("anna")),
                       Pseudonyms(testing::scope_for("anna"))};
  testing::RecordingSink sink_;
  std::optional<RecordGate> gate_;
  std::optional<RowReader> reader_;
};

TEST_F(RowReaderTest, DeliversEveryOwnerOnce) {
  ASSERT_TRUE(read("anna\t{anna,bert,\"c,d\"}\tanna\t\\N\tf\t\\N"));

  EXPECT_THAT(sink_.records.front().owners, ElementsAre("anna", "bert", "c,d"));
}

TEST_F(RowReaderTest, TakesTheAccountFromEitherOwner) {
  EXPECT_TRUE(read("\\N\t{bert,anna}\t\\N\t\\N\tf\t\\N"));
  EXPECT_TRUE(read("anna\t{}\t\\N\t\\N\tf\t\\N"));
}

TEST_F(RowReaderTest, StopsBeforeAForeignRowReachesTheSink) {
  const auto refused = read("bert\t{cecil}\tbert\t\\N\tf\tanna/1.wav");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::ForeignRecord);
  EXPECT_THAT(sink_.records, IsEmpty());
  EXPECT_THAT(sink_.objects, IsEmpty());
}

TEST_F(RowReaderTest, StopsAtARowWithoutAnOwner) {
  EXPECT_FALSE(read("\\N\t{NULL}\tbert\t\\N\tf\t\\N"));
}

TEST_F(RowReaderTest, CountsWhatItRemoves) {
  ASSERT_TRUE(read("anna\t{}\tbert\t\\N\tt\t\\N"));
  ASSERT_TRUE(read("anna\t{}\t\\N\t\\N\tf\t\\N"));

  EXPECT_EQ(sink_.records[0].values.at("caller"), "redacted");
  EXPECT_EQ(sink_.records[0].values.at("note"), "redacted");
  EXPECT_EQ(sink_.records[1].values.at("note"), "null");
  EXPECT_EQ(gate_->facts().redacted.at("note"), 1U);
  EXPECT_EQ(gate_->facts().redacted.at("caller"), 1U);
}

TEST_F(RowReaderTest, KeepsTheAccountsOwnIdReadable) {
  ASSERT_TRUE(read("anna\t{}\tanna\tanna\tf\t\\N"));

  EXPECT_EQ(sink_.records[0].values.at("caller"), "text:anna");
  EXPECT_EQ(sink_.records[0].values.at("friend"), "text:anna");
  EXPECT_EQ(gate_->facts().redacted.at("caller"), 0U);
}

TEST_F(RowReaderTest, GivesTheSameValueTheSameNumber) {
  ASSERT_TRUE(read("anna\t{}\t\\N\tzoe\tf\t\\N"));
  ASSERT_TRUE(read("anna\t{}\t\\N\tbert\tf\t\\N"));
  ASSERT_TRUE(read("anna\t{}\t\\N\tzoe\tf\t\\N"));

  EXPECT_EQ(sink_.records[0].values.at("friend"), "pseudonym:1");
  EXPECT_EQ(sink_.records[1].values.at("friend"), "pseudonym:2");
  EXPECT_EQ(sink_.records[2].values.at("friend"), "pseudonym:1");
  EXPECT_EQ(gate_->facts().pseudonymised.at("friend"), 3U);
}

TEST_F(RowReaderTest, NamesObjectsAfterTheirRecord) {
  ASSERT_TRUE(read("anna\t{}\t\\N\t\\N\tf\tanna/a b.wav"));

  ASSERT_THAT(sink_.objects, SizeIs(1));
  EXPECT_EQ(sink_.objects[0].reference, "anna/a b.wav");
  EXPECT_EQ(sink_.objects[0].record, 1U);
  EXPECT_EQ(gate_->facts().objects, 1U);
}

TEST_F(RowReaderTest, StopsAtAnObjectOfAnother) {
  const auto refused = read("anna\t{}\t\\N\t\\N\tf\tbert/1.wav");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::ForeignRecord);
  EXPECT_EQ(refused.error().source, "voice");
  EXPECT_THAT(sink_.records, IsEmpty());
}

TEST_F(RowReaderTest, StopsAtAReferenceThatLeavesItsFolder) {
  for (const char* reference :
       {"/etc/passwd", "anna/../bert/1.wav", "..", "anna/", "anna//1.wav", "./x", ""}) {
    const auto refused = read("anna\t{}\t\\N\t\\N\tf\t" + std::string(reference));

    ASSERT_FALSE(refused) << reference;
    EXPECT_EQ(refused.error().kind, SourceErrorKind::RefusedReference) << reference;
  }
  EXPECT_THAT(sink_.records, IsEmpty());
}

}  // namespace
}  // namespace rightful::sources
