// What every kind of source of records must do; docs/sources/README.md says why.
#include <algorithm>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/sources/conformance.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/unit/sources/recording_sink.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// One reading of one account's notes, with the catalog that it looks into.
class Reading {
 public:
  Reading(const RecordKind& kind, std::string_view account)
      : catalog_(note_catalog(kind, kind.source())) {
    auto opened = AccountReader::open(catalog_, scope_for(account), kind.source().locations);
    if (!opened) throw std::runtime_error(to_string(opened.error()));
    reader_ = std::make_unique<AccountReader>(*std::move(opened));
  }

  SourceResult<DatasetFacts> read(RecordSink& sink) {
    return reader_->read(catalog_.datasets().front(), sink);
  }

  [[nodiscard]] SnapshotFacts snapshot() const { return reader_->snapshots().front(); }

 private:
  catalog::Catalog catalog_;
  std::unique_ptr<AccountReader> reader_;
};

RecordingSink read_all(const RecordKind& kind, std::string_view account) {
  Reading reading(kind, account);
  RecordingSink sink;
  const auto facts = reading.read(sink);
  if (!facts) throw std::runtime_error(to_string(facts.error()));
  EXPECT_EQ(facts->rows, sink.records.size());
  return sink;
}

/// Why a source cannot be opened: a typed refusal or a failure.
struct Outcome {
  std::optional<SourceErrorKind> refusal;
  std::optional<Retry> retry;
  std::string text;
};

Outcome open_badly(const RecordKind& kind, const SourceText& source) {
  const catalog::Catalog catalog = note_catalog(kind, source);
  try {
    const auto reader = AccountReader::open(catalog, scope_for("anna"), source.locations);
    if (reader) return {};
    return {reader.error().kind, std::nullopt, to_string(reader.error())};
  } catch (const Failure& failure) {
    return {std::nullopt, failure.retry(), failure.cause() + " " + failure.what()};
  }
}

void expect_no_secret(const RecordKind& kind, const std::string& text) {
  for (const std::string& secret : kind.secrets()) {
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
}

/// Counts, and does something at one record.
class ActingSink final : public RecordSink {
 public:
  ActingSink(std::uint64_t at, std::function<void()> act) : at_(at), act_(std::move(act)) {}

  void begin_dataset(const DatasetHead& head) override { counted = head.rows; }

  void on_record(const Record& record) override {
    ++records;
    if (record.number == at_) act_();
  }

  void on_object(const ObjectReference& /*object*/) override {}

  std::uint64_t counted = 0;
  std::uint64_t records = 0;

 private:
  std::uint64_t at_;
  std::function<void()> act_;
};

TEST_P(RecordConformance, GivesRowsOfTheAccountAlone) {
  const auto kind = GetParam()();
  kind->add({{1, {"anna"}}, {2, {"bert"}}, {3, {"anna"}}, {4, {"anna "}}, {5, {"ANNA"}}});

  const RecordingSink sink = read_all(*kind, "anna");

  EXPECT_THAT(sink.column("number"), UnorderedElementsAre("integer:1", "integer:3"));
  EXPECT_EQ(sink.counted, 2U);
}

TEST_P(RecordConformance, TellsAccountsApartThatLookLikeNumbers) {
  const auto kind = GetParam()();
  kind->add({{1, {"42"}}, {2, {"0042"}}, {3, {"42.0"}}, {4, {" 42"}}, {5, {"4"}}});

  EXPECT_THAT(read_all(*kind, "42").column("number"), ElementsAre("integer:1"));
  EXPECT_THAT(read_all(*kind, "0042").column("number"), ElementsAre("integer:2"));
}

TEST_P(RecordConformance, GivesNothingOfAnAccountThatHasNothing) {
  const auto kind = GetParam()();
  kind->add({{1, {"bert"}}});

  const RecordingSink sink = read_all(*kind, "anna");

  EXPECT_THAT(sink.records, IsEmpty());
  EXPECT_EQ(sink.counted, 0U);
}

TEST_P(RecordConformance, GivesEveryKindOfValueExactly) {
  const auto kind = GetParam()();
  kind->add({{7, {"anna"}}});

  const RecordingSink sink = read_all(*kind, "anna");

  ASSERT_THAT(sink.records, SizeIs(1));
  for (const std::string& name : kind->fields()) {
    const auto& field = *std::ranges::find(note_fields(), name, &NoteField::name);
    std::string value = sink.records[0].values.at(name);
    // A structure means the same with and without blanks.
    if (field.kind == "json") std::erase(value, ' ');
    std::string expected = std::string(field.kind) + ":" + std::string(field.value);
    if (field.kind == "json") std::erase(expected, ' ');
    EXPECT_EQ(value, expected);
  }
}

TEST_P(RecordConformance, TellsNothingFromEmpty) {
  const auto kind = GetParam()();
  kind->add({{1, {"anna"}, true}});

  const RecordingSink sink = read_all(*kind, "anna");

  ASSERT_THAT(sink.records, SizeIs(1));
  for (const std::string& name : kind->fields()) {
    EXPECT_EQ(sink.records[0].values.at(name), "null") << name;
  }
}

TEST_P(RecordConformance, GivesEveryOwnerOfASharedRow) {
  const auto kind = GetParam()();
  kind->add({{1, {"anna", "bert"}}, {2, {"bert", "cecil"}}});

  EXPECT_THAT(read_all(*kind, "anna").records[0].owners, UnorderedElementsAre("anna", "bert"));
  EXPECT_THAT(read_all(*kind, "bert").records, SizeIs(2));
}

TEST_P(RecordConformance, SeesOneStateOfTheSource) {
  const auto kind = GetParam()();
  kind->add_many("anna", 3000);
  Reading reading(*kind, "anna");
  kind->add({{5001, {"anna"}}});
  ActingSink sink(1, [&] { kind->remove_all(); });

  const auto facts = reading.read(sink);

  ASSERT_TRUE(facts) << to_string(facts.error());
  EXPECT_EQ(facts->rows, 3000U);
  EXPECT_EQ(sink.counted, 3000U);
  EXPECT_TRUE(reading.snapshot().is_consistent);
  EXPECT_EQ(reading.snapshot().source, "place");
}

TEST_P(RecordConformance, ReadsManyRowsInConstantMemory) {
  const auto kind = GetParam()();
  kind->add_many("anna", 50000);
  Reading reading(*kind, "anna");
  long early = 0;
  ActingSink sink(5000, [&] { early = peak_memory_kib(); });

  ASSERT_TRUE(reading.read(sink));

  EXPECT_EQ(sink.records, 50000U);
#ifndef RIGHTFUL_SANITIZED
  EXPECT_LT(peak_memory_kib() - early, 8 * 1024);
#endif
}

TEST_P(RecordConformance, StopsWhenItsSinkSaysSo) {
  const auto kind = GetParam()();
  kind->add_many("anna", 3000);
  Reading reading(*kind, "anna");
  ActingSink sink(1500, [] { throw Failure(Retry::Never, "cancelled", "enough"); });

  try {
    (void)reading.read(sink);
    ADD_FAILURE() << "the sink was not listened to";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.cause(), "cancelled");
  }
  EXPECT_EQ(sink.records, 1500U);
}

TEST_P(RecordConformance, FailsForALaterTryWhenTheSourceDiesHalfway) {
  const auto kind = GetParam()();
  kind->add_many("anna", 20000);
  Reading reading(*kind, "anna");
  ActingSink sink(1, [&] { kind->die(); });

  try {
    (void)reading.read(sink);
    ADD_FAILURE() << "the loss was not noticed";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later) << failure.what();
    EXPECT_THAT(failure.cause(), ::testing::AnyOf("source_lost", "database_lost"));
    expect_no_secret(*kind, failure.what());
  }
  EXPECT_LT(sink.records, 20000U);
}

TEST_P(RecordConformance, FailsForALaterTryWhenNobodyListens) {
  const auto kind = GetParam()();

  const Outcome outcome = open_badly(*kind, kind->absent(rightful::testing::free_port()));

  EXPECT_EQ(outcome.retry, Retry::Later) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("source_lost"));
  expect_no_secret(*kind, outcome.text);
}

TEST_P(RecordConformance, FailsForALaterTryWhenTheSourceSaysNothing) {
  const auto kind = GetParam()();
  const rightful::testing::SilentServer server;

  const Outcome outcome = open_badly(*kind, kind->silent(server.port()));

  EXPECT_EQ(outcome.retry, Retry::Later) << outcome.text;
  expect_no_secret(*kind, outcome.text);
}

TEST_P(RecordConformance, WaitsForAPersonWhenItsCredentialsAreRefused) {
  const auto kind = GetParam()();
  const auto source = kind->refused();
  if (!source) GTEST_SKIP() << "this kind has no credentials";

  const Outcome outcome = open_badly(*kind, *source);

  EXPECT_THAT(outcome.refusal,
              ::testing::AnyOf(SourceErrorKind::AccessDenied, SourceErrorKind::NotConfigured))
      << outcome.text;
  expect_no_secret(*kind, outcome.text);
}

TEST_P(RecordConformance, WaitsForAPersonWhenAVariableIsNotSet) {
  const auto kind = GetParam()();
  SourceText source = kind->source();
  if (source.locations.empty()) GTEST_SKIP() << "this kind needs no variable";
  source.locations.clear();

  const Outcome outcome = open_badly(*kind, source);

  EXPECT_EQ(outcome.refusal, SourceErrorKind::NotConfigured);
  EXPECT_THAT(outcome.text, HasSubstr("is not set"));
}

}  // namespace
}  // namespace rightful::sources::testing
