#include "sources/http_page.hpp"

#include <gmock/gmock.h>

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string page(const std::string& records, const std::string& rest = "") {
  return R"({"version":1,"account":"42","snapshot":"s","taken_at":"2026-11-22T10:00:00Z","count":7,)"
         R"("next":null,"records":[)" +
         records + "]" + rest + "}";
}

std::vector<PageRecord> records_in(const std::string& text) {
  std::vector<PageRecord> records;
  read_page_records(text, [&](const PageRecord& record) {
    records.push_back(record);
    return true;
  });
  return records;
}

std::string problem_of(const std::string& text) {
  const auto head = read_page_head(text);
  return head ? "none" : head.error().detail;
}

TEST(HttpPage, TellsAboutItself) {
  const auto head = read_page_head(page(R"({"@owner":"42","@key":"a"},{})"));

  ASSERT_TRUE(head);
  EXPECT_EQ(head->account, "42");
  EXPECT_EQ(head->snapshot, "s");
  EXPECT_EQ(head->count, 7U);
  EXPECT_EQ(head->records, 2U);
  EXPECT_EQ(head->next, std::nullopt);
}

TEST(HttpPage, GivesRecordsWithEveryValueExactly) {
  const auto records = records_in(
      page(R"({"@key":"k","n":1.50,"big":123456789012345678901234567890,"t":"a\"\u00fc","b":true,)"
           R"("z":null,"j":{"x":[1,{"y":"\n"},[]],"e":{},"f":1.0},"@owner":["42","7"]})"));

  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].key, "k");
  EXPECT_THAT(records[0].owners, ElementsAre("42", "7"));
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : records[0].members) {
    texts[name] = value.text;
  }
  EXPECT_EQ(texts["n"], "1.50");
  EXPECT_EQ(texts["big"], "123456789012345678901234567890");
  EXPECT_EQ(texts["t"], "a\"ü");
  EXPECT_EQ(texts["j"], R"({"x":[1,{"y":"\n"},[]],"e":{},"f":1.0})");
}

TEST(HttpPage, HasNoOwnerWhereNoneIsSaid) {
  const auto records = records_in(page(R"({"@key":"a"},{"@owner":null,"@key":"b"},{"@owner":[]})"));

  ASSERT_THAT(records, SizeIs(3));
  for (const PageRecord& record : records) {
    EXPECT_THAT(record.owners, IsEmpty());
  }
}

TEST(HttpPage, StopsWhereItIsTold) {
  int seen = 0;
  read_page_records(page(R"({"@key":"a"},{"@key":"b"},{"@key":"c"})"),
                    [&](const PageRecord&) { return ++seen < 2; });

  EXPECT_EQ(seen, 2);
}

TEST(HttpPage, RefusesWhatIsNotAPage) {
  EXPECT_EQ(problem_of(""), "it is no complete JSON");
  EXPECT_EQ(problem_of("[]"), "a list where none is expected");
  EXPECT_EQ(problem_of("7"), "it is no object");
  EXPECT_EQ(problem_of(page("") + "x"), "it is no complete JSON");
  EXPECT_EQ(problem_of(page("").substr(0, 100)), "it is no complete JSON");
  EXPECT_EQ(problem_of(page("") + std::string(1, '\0') + "{}"), "there is a zero byte");
  EXPECT_EQ(problem_of("{}"), "the member `version` is missing");
  EXPECT_EQ(problem_of(page("1")), "a record is no object");
  EXPECT_EQ(problem_of(page("[]")), "a list where none is expected");
  EXPECT_EQ(problem_of(page("", R"(,"records":[])")), "a member comes twice");
  EXPECT_EQ(problem_of(page("", R"(,"count":7)")), "a member comes twice");
  EXPECT_EQ(problem_of(page("{\"t\":\"\xff\"}")), "it is no complete JSON");
}

TEST(HttpPage, RefusesHeadsThatAreNotWhatTheyShouldBe) {
  const std::string good = page("");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return problem_of(text);
  };

  EXPECT_EQ(with("\"version\":1", "\"version\":2"), "`version` is not what it should be");
  EXPECT_EQ(with("\"42\"", "42"), "`account` is not what it should be");
  EXPECT_EQ(with("\"s\"", "\"\""), "`snapshot` is not what it should be");
  EXPECT_EQ(with("\"count\":7", "\"count\":-1"), "`count` is not what it should be");
  EXPECT_EQ(with("\"count\":7", "\"count\":\"7\""), "`count` is not what it should be");
  EXPECT_EQ(with("\"count\":7", "\"count\":7.5"), "`count` is not what it should be");
  EXPECT_EQ(with("2026-11-22T10:00:00Z", "today"), "`taken_at` is not what it should be");
  EXPECT_EQ(with("\"next\":null", "\"next\":5"), "`next` is not what it should be");
  EXPECT_EQ(with("\"next\":null", "\"next\":{}"), "`next` is an object");
  EXPECT_THAT(with("\"next\":null", "\"anna\":5"), Not(HasSubstr("anna")));
}

TEST(HttpPage, RefusesRecordsThatHideSomething) {
  EXPECT_EQ(problem_of(page(R"({"@owner":"42","@owner":"7"})")), "a record has a member twice");
  EXPECT_EQ(problem_of(page(R"({"@owner":null,"@owner":"7"})")), "a record has a member twice");
  EXPECT_EQ(problem_of(page(R"({"@key":"1","@key":"2"})")), "a record has a member twice");
  EXPECT_EQ(problem_of(page(R"({"a":1,"a":2})")), "a record has a member twice");
  EXPECT_EQ(problem_of(page(R"({"a":{"b":1,"b":2}})")), "an object has a key twice");
  EXPECT_EQ(problem_of(page(R"({"@owner":42})")),
            "`@owner` is neither a text nor a list of at most 1000 texts");
  EXPECT_EQ(problem_of(page(R"({"@owner":["42",42]})")), "an element of `@owner` is no text");
  EXPECT_EQ(problem_of(page(R"({"@owner":{"a":"42"}})")),
            "`@owner` is neither a text nor a list of at most 1000 texts");
  EXPECT_EQ(problem_of(page(R"({"@key":1})")), "`@key` is no text");
}

TEST(HttpPage, RefusesValuesThatAreNestedTooDeep) {
  const auto nested = [](std::size_t depth) {
    return page("{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}");
  };

  EXPECT_EQ(problem_of(nested(64)), "none");
  EXPECT_EQ(problem_of(nested(65)), "a value is nested too deep");
}

}  // namespace
}  // namespace rightful::sources
