// A whole export from a database, a bucket and a service: in a real child, which is confined.
#include <nlohmann/json.hpp>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/integration/export/export_world.hpp"
#include "tests/integration/sources/bucket.hpp"
#include "tests/integration/sources/example_company.hpp"

namespace rightful::exporting {
namespace {

using nlohmann::json;
using sources::testing::Bucket;
using sources::testing::ExampleCompany;
using testing::canary;
using testing::ExportWorld;
using ::testing::IsEmpty;

class ExportRemote : public ::testing::Test {
 protected:
  ExportRemote() {
    world_.company(
        "CREATE TABLE recording (id int PRIMARY KEY, account_id text, path text);"
        "CREATE INDEX ON recording (account_id);"
        "INSERT INTO recording VALUES (1, 'anna', 'anna/1 + ü.wav'), (2, 'anna', "
        "'anna/large.bin'), "
        "(3, 'bert', 'bert/1.wav')");
    bucket_.put("anna/1 + ü.wav", "RIFF" + canary("anna"));
    bucket_.put("anna/large.bin", std::string(1 << 20, 'x'), 9);
    bucket_.put("bert/1.wav", "RIFF" + canary("bert"));
    company_.execute(
        "CREATE TABLE events (record_key TEXT PRIMARY KEY, owners TEXT, number, body);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT "
        "INTO "
        "events SELECT printf('%09d', i), iif(i % 2, '[\"anna\"]', '[\"bert\"]'), i, iif(i % 2, '" +
        canary("anna") + "', '" + canary("bert") + "') FROM n");
    const auto store = bucket_.source();
    world_.variables = {{"STORE_KEY", store.locations.at("store.access_key_env")},
                        {"STORE_SECRET", store.locations.at("store.secret_key_env")},
                        {"EVENTS_TOKEN", sources::testing::kToken}};
    world_.activate_catalog(R"(version: 1
controller: { name: M, address: B, timezone: Europe/Berlin, authority: { name: A, address: B }, languages: [en] }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  store: )" + store.text + R"(
  events: { kind: http, base: ')" +
                            company_.base() + R"(', auth_env: EVENTS_TOKEN }
defaults: { purposes: [ServiceProvision], categories: [Name], recipients: [], retention: { criteria: x }, origin: x }
datasets:
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: Recordings
    fields:
      id: { title: Number }
      path: { title: File, attach: { source: store, owner_prefix: '{account}/' } }
  - name: events
    source: events
    title: Events
    fields:
      number: { title: Number, kind: integer }
      body: { title: Text }
)");
    world_.add_account("anna");
  }

  void expect_ending(const std::string& state, const std::string& cause) {
    const RequestId request = world_.ask("anna");
    ASSERT_TRUE(world_.work());
    EXPECT_EQ(world_.state(request), state);
    EXPECT_EQ(world_.cause(request), cause);
    EXPECT_EQ(world_.count("package"), 0);
    EXPECT_THAT(world_.stored_files(), IsEmpty());
    EXPECT_THAT(world_.work_files(), IsEmpty());
  }

  int requests() {
    return json::parse(company_.fail(R"({"requests": true})"))["requests"].get<int>();
  }

  Bucket bucket_;
  ExampleCompany company_;
  ExportWorld world_;
};

TEST_F(ExportRemote, ReleasesRecordsAndObjectsOfTheAccountAlone) {
  const RequestId request = world_.ask("anna");

  ASSERT_TRUE(world_.work());

  ASSERT_EQ(world_.state(request), "ready") << world_.cause(request);
  const auto files = world_.unpack(request, "anna");
  const json events = json::parse(files.at("data/events.json"));
  EXPECT_EQ(events.size(), 2500U);
  EXPECT_EQ(events[0], (json{{"@owner", "anna"}, {"number", 1}, {"body", canary("anna")}}));
  EXPECT_EQ(files.at("media/recording/000001.wav"), "RIFF" + canary("anna"));
  EXPECT_EQ(files.at("media/recording/000002.bin"), std::string(9 << 20, 'x'));
  for (const auto& [name, content] : files) {
    EXPECT_EQ(content.find(canary("bert")), std::string::npos) << name;
  }
  std::map<std::string, std::string> states;
  for (const json& snapshot : json::parse(files.at("manifest.json"))["snapshots"]) {
    states[snapshot["source"]] =
        snapshot["kind"].get<std::string>() + " " + snapshot["state"].get<std::string>();
  }
  EXPECT_EQ(states["shop"], "postgresql snapshot");
  EXPECT_EQ(states["events"], "http snapshot");
  EXPECT_EQ(states["store"], "s3 as_read");
}

TEST_F(ExportRemote, QuarantinesAForeignRecordOfAService) {
  company_.fail(R"({"replace": ["\"@owner\": [\"anna\"]", "\"@owner\": [\"bert\"]"]})");

  expect_ending("quarantined", "foreign_row");
}

TEST_F(ExportRemote, QuarantinesAForeignObjectOfABucket) {
  world_.company("UPDATE recording SET path = 'bert/1.wav' WHERE id = 1");

  expect_ending("quarantined", "foreign_row");
}

TEST_F(ExportRemote, QuarantinesAMissingObjectOfABucket) {
  bucket_.remove("anna/large.bin");

  expect_ending("quarantined", "missing_object");
}

TEST_F(ExportRemote, QuarantinesAServiceThatGivesLessThanItCounts) {
  company_.fail(R"({"replace": ["\"count\": 2500", "\"count\": 2501"]})");

  expect_ending("quarantined", "count_mismatch");
}

TEST_F(ExportRemote, QuarantinesAServiceThatGivesARecordTwice) {
  company_.fail(R"({"replace": ["\"@key\": \"000000003\"", "\"@key\": \"000000001\""]})");

  expect_ending("quarantined", "repeated_record");
}

TEST_F(ExportRemote, WaitsForAPersonWhenAServiceBreaksTheContract) {
  company_.fail(R"({"replace": ["\"version\": 1", "\"version\": 2"]})");

  expect_ending("failed", "bad_answer");
}

TEST_F(ExportRemote, WaitsForAPersonWhenAServiceRefusesTheToken) {
  world_.variables["EVENTS_TOKEN"] = "x";

  expect_ending("failed", "source_refused");
}

TEST_F(ExportRemote, WaitsForAPersonWhenAVariableIsNotSet) {
  world_.variables.erase("STORE_SECRET");

  expect_ending("failed", "not_configured");
}

TEST_F(ExportRemote, StartsAgainWhenAnObjectIsReplacedBeforeItIsRead) {
  // Objects are looked at with their record and read at the end; the service holds the export up in
  // between.
  const int before = requests();
  company_.fail(R"({"delay": 0, "times": 1})");
  company_.fail(R"({"delay": 3, "times": 1})");
  const RequestId request = world_.ask("anna");
  const std::jthread replacer([&] {
    SystemClock clock;
    while (requests() < before + 2)
      clock.wait_for({}, std::chrono::milliseconds(20));
    bucket_.put("anna/1 + ü.wav", "RIFF" + canary("anna") + " again");
  });

  ASSERT_TRUE(world_.work());

  ASSERT_EQ(world_.state(request), "ready") << world_.cause(request);
  EXPECT_EQ(world_.count("job_attempt"), 2);
  EXPECT_EQ(world_.text("SELECT cause FROM job_attempt WHERE attempt = 1"), "object_changed");
  EXPECT_EQ(world_.unpack(request, "anna").at("media/recording/000001.wav"),
            "RIFF" + canary("anna") + " again");
}

}  // namespace
}  // namespace rightful::exporting
