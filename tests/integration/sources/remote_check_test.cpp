// `catalog check` beside real stores and services.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rightful/sources/schema_check.hpp"

#include "tests/integration/sources/bucket.hpp"
#include "tests/integration/sources/company.hpp"
#include "tests/integration/sources/example_company.hpp"

namespace rightful::sources {
namespace {

using nlohmann::json;
using rightful::testing::RgwServer;
using testing::Bucket;
using ::testing::ElementsAre;
using testing::ExampleCompany;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SourceText;

/// `severity kind dataset: what; cure` of every finding about `store` and `events`.
std::vector<std::string> findings_of(const SourceText& store, const SourceText& events) {
  std::string text(testing::catalog_head());
  text += "sources:\n  store: " + store.text + "\n  events: " + events.text +
          "\ndatasets:\n  - name: note\n    source: events\n    title: T\n    fields:\n"
          "      number: { title: T, kind: integer }\n";
  const catalog::Catalog catalog = testing::parse_catalog(text);
  SourceLocations locations = store.locations;
  locations.insert(events.locations.begin(), events.locations.end());
  std::vector<std::string> texts;
  for (const Finding& finding : check_against_schema(catalog, locations)) {
    texts.push_back((finding.severity == Severity::Error ? "error " : "advice ") +
                    std::string(name_of(finding.kind)) + " " + finding.source + ": " +
                    finding.what + "; " + finding.cure);
  }
  return texts;
}

class RemoteCheck : public ::testing::Test {
 protected:
  RemoteCheck() {
    company_.execute("CREATE TABLE note (record_key TEXT PRIMARY KEY, owners TEXT, number)");
  }

  [[nodiscard]] SourceText events() const {
    return {"{ kind: http, base: '" + company_.base() + "', auth_env: TOKEN }",
            {{"events", testing::kToken}}};
  }

  Bucket bucket_;
  ExampleCompany company_;
};

TEST_F(RemoteCheck, FindsNothingWhereEverythingIsRight) {
  EXPECT_THAT(findings_of(bucket_.source(), events()), IsEmpty());
}

TEST_F(RemoteCheck, SaysWhichCredentialsAreRefused) {
  SourceText wrong = events();
  wrong.locations["events"] = "x";
  const auto keys = RgwServer::instance().owner();

  EXPECT_THAT(
      findings_of(bucket_.source_at(bucket_.endpoint(), {keys.access_key, "x"}), wrong),
      ElementsAre(
          HasSubstr("error unreachable events: the service refuses the token in TOKEN; give"),
          HasSubstr("error unreachable store: the store does not accept the secret key")));
}

TEST_F(RemoteCheck, SaysWhichVariableIsNotSet) {
  SourceText store = bucket_.source();
  store.locations.erase("store.secret_key_env");
  SourceText service = events();
  service.locations.clear();

  EXPECT_THAT(findings_of(store, service),
              ElementsAre(HasSubstr("events: the environment variable TOKEN is not set"),
                          HasSubstr("store: the environment variable STORE_SECRET is not set")));
}

TEST_F(RemoteCheck, SaysThatNobodyListens) {
  const std::string nowhere = "http://127.0.0.1:" + std::to_string(rightful::testing::free_port());
  SourceText service = events();
  service.text = "{ kind: http, base: '" + nowhere + "', auth_env: TOKEN }";

  EXPECT_THAT(
      findings_of(bucket_.source_at(nowhere, RgwServer::instance().owner()), service),
      ElementsAre(HasSubstr("error unreachable events: "), HasSubstr("error unreachable store: ")));
}

TEST_F(RemoteCheck, SaysThatADatasetIsNotThere) {
  company_.execute("DROP TABLE note");

  EXPECT_THAT(findings_of(bucket_.source(), events()),
              ElementsAre(HasSubstr("events: the service has no such dataset")));
}

TEST_F(RemoteCheck, NoticesAServiceThatDoesNotLookAtTheAccount) {
  company_.execute("INSERT INTO note VALUES ('1', '[\"anna\"]', 1)");
  company_.fail(R"({"replace": ["\"count\": 0", "\"count\": 1"]})");
  EXPECT_THAT(findings_of(bucket_.source(), events()),
              ElementsAre(HasSubstr("error row_security events: the service counts records of an "
                                    "account that nobody has")));

  company_.fail(R"({"heal": true})");
  company_.fail(R"({"replace": ["rightful-check-", "rightful-other-"]})");
  EXPECT_THAT(findings_of(bucket_.source(), events()),
              ElementsAre(HasSubstr("error row_security events: the service answers for another")));
}

TEST_F(RemoteCheck, AdvisesToLetTheKeyList) {
  RgwServer& server = RgwServer::instance();
  const SourceText store = bucket_.source_at(bucket_.endpoint(), server.stranger());
  server.let_stranger_read(bucket_.name(), false);

  EXPECT_THAT(findings_of(store, events()),
              ElementsAre(HasSubstr("advice role store: the key may not list the bucket")));

  server.let_stranger_read(bucket_.name(), true);

  EXPECT_THAT(findings_of(store, events()), IsEmpty());
}

TEST_F(RemoteCheck, NeverTellsASecret) {
  SourceText store = bucket_.source_at(bucket_.endpoint(), {"AKIANOBODY", "hush-hush"});
  SourceText service = events();
  service.locations["events"] = "hush-token";

  for (const std::string& text : findings_of(store, service)) {
    EXPECT_THAT(text, ::testing::Not(HasSubstr("hush")));
  }
}

}  // namespace
}  // namespace rightful::sources
