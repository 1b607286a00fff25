// The OpenAPI file beside docs/sources/http.md: without mistakes, and true of what is sent.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rightful/sources/account_reader.hpp"

#include "tests/integration/sources/company.hpp"
#include "tests/integration/sources/example_company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class HttpContract : public ::testing::Test {
 protected:
  std::vector<std::string> problems_of(const char* schema, const json& value) {
    const json answer =
        json::parse(checker_.ask(json{{"schema", schema}, {"value", value}}.dump()));
    return answer["problems"].get<std::vector<std::string>>();
  }

  rightful::testing::HelperProgram checker_{{"/usr/bin/python3",
                                             rightful::testing::support_file("openapi_check.py"),
                                             RIGHTFUL_SOURCE_DIR
                                             "/docs/sources/http-source.openapi.yaml"}};
};

TEST_F(HttpContract, HasNoMistake) {
  EXPECT_EQ(checker_.first_line(), "ready");
}

TEST_F(HttpContract, IsTrueOfWhatIsSent) {
  testing::ExampleCompany company;
  company.execute(
      "CREATE TABLE note (record_key TEXT PRIMARY KEY, owners TEXT, number, body);"
      "INSERT INTO note VALUES ('1', '[\"anna\"]', 1, NULL), ('2', '[\"anna\", \"bert\"]', 2, "
      "'x')");
  std::string text(testing::catalog_head());
  text += "sources:\n  events: { kind: http, base: '" + company.base() +
          "', auth_env: TOKEN }\ndatasets:\n  - name: note\n    source: events\n    title: T\n"
          "    fields:\n      number: { title: T, kind: integer }\n      body: { title: T }\n";
  const catalog::Catalog catalog = testing::parse_catalog(text);
  auto reader =
      AccountReader::open(catalog, testing::scope_for("anna"), {{"events", testing::kToken}});
  ASSERT_TRUE(reader) << to_string(reader.error());
  testing::RecordingSink sink;
  ASSERT_TRUE(reader->read(catalog.datasets().front(), sink));
  ASSERT_THAT(sink.records, SizeIs(2));

  const json seen = json::parse(company.fail(R"({"requests": true})"));

  ASSERT_THAT(seen["bodies"], SizeIs(3));
  ASSERT_THAT(seen["answers"], SizeIs(3));
  for (const json& question : seen["bodies"]) {
    EXPECT_THAT(problems_of("Question", json::parse(question.get<std::string>())), IsEmpty());
  }
  for (const json& page : seen["answers"]) {
    EXPECT_THAT(problems_of("Page", json::parse(page.get<std::string>())), IsEmpty());
  }
}

TEST_F(HttpContract, RefusesWhatTheReaderRefuses) {
  const json page{{"version", 1},
                  {"account", "a"},
                  {"snapshot", "s"},
                  {"taken_at", "2026-11-22T10:00:00Z"},
                  {"count", 1},
                  {"records", json::array({{{"@key", "1"}, {"@owner", "a"}}})},
                  {"next", nullptr}};
  EXPECT_THAT(problems_of("Page", page), IsEmpty());
  for (const char* member :
       {"version", "account", "snapshot", "taken_at", "count", "records", "next"}) {
    json without = page;
    without.erase(member);
    EXPECT_THAT(problems_of("Page", without), Not(IsEmpty())) << member;
  }
  for (const char* member : {"@key", "@owner"}) {
    json without = page;
    without["records"][0].erase(member);
    EXPECT_THAT(problems_of("Page", without), Not(IsEmpty())) << member;
  }
  for (const json& owner : {json(42), json(""), json(nullptr), json::array(), json::array({42})}) {
    json other = page;
    other["records"][0]["@owner"] = owner;
    EXPECT_THAT(problems_of("Page", other), Not(IsEmpty())) << owner;
  }
}

}  // namespace
}  // namespace rightful::sources
