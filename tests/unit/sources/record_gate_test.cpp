#include "sources/record_gate.hpp"

#include <array>

#include <gmock/gmock.h>

#include "tests/unit/sources/recording_sink.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using Owners = std::vector<std::optional<std::string_view>>;

/// A dataset `note` of two rows with a number and the name of an object in a key store.
class RecordGateTest : public ::testing::Test {
 protected:
  RecordGateTest() {
    dataset_.name = "note";
    dataset_.source = "events";
    dataset_.fields.resize(2);
    dataset_.fields[0].name = "number";
    dataset_.fields[0].third_party = catalog::ThirdParty::Pseudonymise;
    dataset_.fields[1].name = "key";
    dataset_.fields[1].attach = catalog::Attachment{"media", "", catalog::MissingObject::Fail};
    context_.key_stores = {"media"};
    gate_.emplace(DatasetHead{&dataset_,
                              {{&dataset_.fields[0], ValueKind::Integer},
                               {&dataset_.fields[1], ValueKind::Text}},
                              2},
                  context_,
                  sink_);
  }

  SourceResult<void> pass(const Owners& owners, const Value& key = {}) {
    const std::array<Value, 2> values{Value{ValueKind::Integer, "42"}, key};
    return gate_->pass({owners, values});
  }

  catalog::Dataset dataset_;
  ReadContext context_{OwnershipGuard(testing::scope_for("42")),
                       Pseudonyms(testing::scope_for("42"))};
  testing::RecordingSink sink_;
  std::optional<RecordGate> gate_;
};

TEST_F(RecordGateTest, DeliversAsManyRowsAsWereCounted) {
  ASSERT_TRUE(pass({"42"}));
  ASSERT_TRUE(pass({"7", "42", std::nullopt, "7"}, {ValueKind::Text, "a//b"}));

  const auto facts = gate_->close();

  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->rows, 2U);
  EXPECT_EQ(facts->objects, 1U);
  EXPECT_EQ(facts->pseudonymised.at("number"), 0U);
  EXPECT_EQ(sink_.counted, 2U);
  EXPECT_THAT(sink_.records[1].owners, ElementsAre("7", "42"));
}

TEST_F(RecordGateTest, RefusesTheRowThatWasNotCounted) {
  ASSERT_TRUE(pass({"42"}));
  ASSERT_TRUE(pass({"42"}));

  const auto refused = pass({"42"});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::CountMismatch);
  EXPECT_THAT(sink_.records, SizeIs(2));
}

TEST_F(RecordGateTest, RefusesToEndBeforeEveryRowCame) {
  ASSERT_TRUE(pass({"42"}));

  const auto refused = gate_->close();

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::CountMismatch);
  EXPECT_EQ(refused.error().detail, "2 rows were counted and 1 came in the same snapshot");
}

TEST_F(RecordGateTest, TakesOnlyTheExactAccountForAnOwner) {
  for (const Owners& owners : {Owners{"042"},
                               Owners{"42 "},
                               Owners{" 42"},
                               Owners{"42.0"},
                               Owners{std::nullopt},
                               Owners{}}) {
    context_.guard = OwnershipGuard(testing::scope_for("42"));

    const auto refused = pass(owners);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, SourceErrorKind::ForeignRecord);
  }
  EXPECT_THAT(sink_.records, SizeIs(0));
}

TEST_F(RecordGateTest, RefusesAnObjectThatIsNamedByNoText) {
  const auto refused = pass({"42"}, {ValueKind::Integer, "1"});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, SourceErrorKind::RefusedReference);
}

}  // namespace
}  // namespace rightful::sources
