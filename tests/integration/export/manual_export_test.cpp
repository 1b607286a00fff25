// Datasets that a colleague supplies by hand: the export waits, takes exactly this request's
// upload, and nothing of it is readable anywhere but in the package.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/export/manual_uploads.hpp"

#include "tests/integration/export/export_world.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::exporting {
namespace {

using nlohmann::json;
using rightful::testing::IsError;
using testing::canary;
using ::testing::Contains;
using testing::ExportWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  archive: { kind: manual, instructions: "Ask the archive, room 12.", max_mib: 1 }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until the account is closed }
  origin: the subject
datasets:
  - name: account_note
    source: shop
    table: account_note
    owner: account_id
    title: Notes
    fields: { id: { title: Number }, account_id: { title: Account }, body: { title: Text } }
  - name: letter
    source: archive
    title: Letters
    fields:
      written: { title: Written, kind: date }
      body: { title: Text }
      pages: { title: Pages, kind: integer }
)";

json record(const std::string& owner, const std::string& key, const std::string& body) {
  return {
      {"@owner", owner}, {"@key", key}, {"written", "1998-03-01"}, {"body", body}, {"pages", 2}};
}

std::string upload_of(const std::string& account, const json& records) {
  return json{{"version", 1},
              {"account", account},
              {"snapshot", nullptr},
              {"taken_at", "2026-11-20T10:00:00Z"},
              {"count", records.size()},
              {"records", records},
              {"next", nullptr}}
      .dump();
}

class ManualExport : public ::testing::Test {
 protected:
  ManualExport() {
    world_.company(
        "CREATE TABLE account_note (id int PRIMARY KEY, account_id text, body text);"
        "INSERT INTO account_note VALUES (1, 'anna', 'a'), (2, 'bert', 'b')");
    world_.activate_catalog(kCatalog);
    world_.add_account("anna");
    world_.add_account("bert");
  }

  /// Asks, and lets the export find out that it must wait.
  RequestId waiting(const std::string& account) {
    const RequestId request = world_.ask(account);
    auto worker = world_.make_worker();
    worker->start();
    const std::string condition = "job WHERE request_id = '" + request.to_string() +
                                  "' AND state = 'queued' AND failure_cause IS NOT NULL";
    for (int tries = 0; tries < 600 && world_.count(condition) == 0; ++tries) {
      clock_.wait_for({}, std::chrono::milliseconds(20));
    }
    worker->stop();
    EXPECT_EQ(world_.count(condition), 1);
    return request;
  }

  Result<std::uint64_t> supply(const RequestId& request,
                               const std::string& typed,
                               const std::string& text,
                               Replace replace = Replace::Refuse) {
    return uploads_.upload(request, "letter", AccountId::parse(typed).value(), text, replace);
  }

  [[nodiscard]] std::string own_upload() const {
    return upload_of("anna", json::array({record("anna", "1", canary("anna"))}));
  }

  ExportWorld world_;
  SystemClock clock_;
  SystemRandom random_;
  ManualUploads uploads_{world_.pool(), world_.keys(), clock_, random_};
};

TEST_F(ManualExport, WaitsForTheUploadAndGoesOnWithIt) {
  const RequestId request = waiting("anna");
  EXPECT_EQ(world_.text("SELECT failure_class || ' ' || failure_cause FROM job"),
            "retry waiting_for_upload");
  EXPECT_EQ(world_.state(request), "queued");
  const auto tasks = uploads_.list();
  ASSERT_THAT(tasks, SizeIs(1));
  EXPECT_EQ(tasks[0].instructions, "Ask the archive, room 12.");
  EXPECT_FALSE(tasks[0].is_supplied);

  const auto taken = supply(request, "anna", own_upload());

  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(*taken, 1U);
  ASSERT_TRUE(world_.work());
  ASSERT_EQ(world_.state(request), "ready") << world_.cause(request);
  const auto letters = json::parse(world_.unpack(request, "anna").at("data/letter.json"));
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].at("body"), canary("anna"));
  EXPECT_EQ(letters[0].at("written"), "1998-03-01");
  EXPECT_THAT(world_.acts(), Contains("dataset.supplied"));
  EXPECT_THAT(world_.work_files(), IsEmpty());
}

TEST_F(ManualExport, KeepsNothingReadableAndShredsItWithTheRelease) {
  const RequestId request = waiting("anna");
  ASSERT_TRUE(supply(request, "anna", own_upload()));
  const std::string holding =
      "manual_chunk WHERE position(convert_to('" + canary("anna") + "', 'UTF8') in sealed) > 0";

  EXPECT_EQ(world_.count("manual_chunk"), 1);
  EXPECT_EQ(world_.count(holding), 0);
  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.state(request), "ready");
  EXPECT_EQ(world_.count("manual_chunk"), 0);
  EXPECT_EQ(world_.text("SELECT state || ' ' || (wrapped_key IS NULL) FROM manual_task"),
            "closed true");
  EXPECT_THAT(uploads_.list(), IsEmpty());
}

TEST_F(ManualExport, WaitsUntilTheWarningAndThenForAPerson) {
  const RequestId request = world_.ask("anna");
  world_.execute("UPDATE job SET due_at = now() + interval '47 hours'");

  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.state(request), "failed");
  EXPECT_EQ(world_.cause(request), "waiting_for_upload");
  ASSERT_THAT(uploads_.list(), SizeIs(1));
  EXPECT_TRUE(uploads_.list()[0].is_late);
}

TEST_F(ManualExport, RefusesAnotherTypedAccountAndLogsIt) {
  const RequestId request = waiting("anna");

  for (const char* typed : {"bert", "Anna", "anna ", "ann"}) {
    EXPECT_THAT(supply(request, typed, own_upload()), IsError(ErrorCode::Denied)) << typed;
  }

  EXPECT_THAT(world_.acts(), Contains("dataset.supply_refused").Times(4));
  EXPECT_EQ(world_.count("manual_chunk"), 0);
  EXPECT_EQ(uploads_.list()[0].refused, 4);
  EXPECT_EQ(world_.text("SELECT state FROM manual_task"), "open");
}

TEST_F(ManualExport, RefusesTheFileOfAnotherAccount) {
  const RequestId request = waiting("anna");
  const json foreign = record("bert", "2", canary("bert"));

  EXPECT_THAT(supply(request, "anna", upload_of("bert", json::array({foreign}))),
              IsError(ErrorCode::Denied));
  const auto mixed = supply(
      request, "anna", upload_of("anna", json::array({record("anna", "1", "mine"), foreign})));
  EXPECT_THAT(mixed, IsError(ErrorCode::Denied));
  EXPECT_THAT(mixed.error().detail, HasSubstr("record 2 is not the account's"));
  EXPECT_THAT(mixed.error().detail, Not(HasSubstr("bert")));
  json without = record("anna", "1", "x");
  without.erase("@owner");
  EXPECT_THAT(supply(request, "anna", upload_of("anna", json::array({without}))),
              IsError(ErrorCode::Denied));
  EXPECT_EQ(world_.count("manual_chunk"), 0);
}

TEST_F(ManualExport, RefusesWhatHasNotTheAgreedForm) {
  const RequestId request = waiting("anna");
  const auto refused = [&](const std::string& text) {
    const auto taken = supply(request, "anna", text);
    EXPECT_THAT(taken, IsError(ErrorCode::InvalidArgument));
    return taken ? std::string() : taken.error().detail;
  };

  EXPECT_THAT(refused("no json"), HasSubstr("in the upload"));
  EXPECT_THAT(refused(""), HasSubstr("in the upload"));
  json unknown = record("anna", "1", "x");
  unknown["salary"] = 1;
  EXPECT_THAT(refused(upload_of("anna", json::array({unknown}))), HasSubstr("no field"));
  json wrong = record("anna", "1", "x");
  wrong["written"] = "yesterday";
  EXPECT_THAT(refused(upload_of("anna", json::array({wrong}))), HasSubstr("`written` of record 1"));
  EXPECT_THAT(
      refused(upload_of("anna", json::array({record("anna", "2", "x"), record("anna", "2", "x")}))),
      HasSubstr("`@key` of record 2"));
  json fewer = json::parse(own_upload());
  fewer["count"] = 5;
  EXPECT_THAT(refused(fewer.dump()), HasSubstr("all records"));
}

TEST_F(ManualExport, RefusesWhatIsTooLarge) {
  const RequestId request = waiting("anna");
  const json large = json::array({record("anna", "1", std::string(1 << 20, 'x'))});

  EXPECT_THAT(supply(request, "anna", upload_of("anna", large)), IsError(ErrorCode::LimitExceeded));
}

TEST_F(ManualExport, TakesUploadsOfManyPieces) {
  const RequestId request = waiting("anna");
  const std::string body(900'000, 'y');

  ASSERT_TRUE(supply(request, "anna", upload_of("anna", json::array({record("anna", "1", body)}))));

  EXPECT_GT(world_.count("manual_chunk"), 10);
  ASSERT_TRUE(world_.work());
  ASSERT_EQ(world_.state(request), "ready") << world_.cause(request);
  const auto letters = json::parse(world_.unpack(request, "anna").at("data/letter.json"));
  EXPECT_EQ(letters[0].at("body"), body);
}

TEST_F(ManualExport, RefusesASecondUploadUnlessItReplacesOnPurpose) {
  const RequestId request = waiting("anna");
  ASSERT_TRUE(supply(request, "anna", own_upload()));
  const std::string other = upload_of("anna", json::array({record("anna", "1", "better")}));

  EXPECT_THAT(supply(request, "anna", other), IsError(ErrorCode::Conflict));
  ASSERT_TRUE(supply(request, "anna", other, Replace::Allow));

  ASSERT_TRUE(world_.work());
  const auto letters = json::parse(world_.unpack(request, "anna").at("data/letter.json"));
  EXPECT_EQ(letters[0].at("body"), "better");
}

TEST_F(ManualExport, RefusesAnUploadAfterTheRelease) {
  const RequestId request = waiting("anna");
  ASSERT_TRUE(supply(request, "anna", own_upload()));
  ASSERT_TRUE(world_.work());
  ASSERT_EQ(world_.state(request), "ready");

  const auto late = supply(request, "anna", own_upload(), Replace::Allow);

  EXPECT_THAT(late, IsError(ErrorCode::Conflict));
  EXPECT_THAT(late.error().detail, HasSubstr("the request is ready"));
  EXPECT_EQ(world_.count("manual_chunk"), 0);
}

TEST_F(ManualExport, RefusesARequestThatWaitsForNothing) {
  const RequestId request = waiting("anna");

  EXPECT_THAT(uploads_.upload(RequestId::random(random_),
                              "letter",
                              AccountId::parse("anna").value(),
                              own_upload(),
                              Replace::Refuse),
              IsError(ErrorCode::NotFound));
  EXPECT_THAT(
      uploads_.upload(
          request, "account_note", AccountId::parse("anna").value(), own_upload(), Replace::Refuse),
      IsError(ErrorCode::NotFound));
}

// The key-encryption key was replaced on another machine, and this worker's directory has the old
// ones alone.
TEST_F(ManualExport, WaitsForAKeyThatItsDirectoryLacks) {
  const RequestId request = waiting("anna");
  ASSERT_TRUE(supply(request, "anna", own_upload()));
  world_.execute(
      "INSERT INTO ledger_secret.kek (epoch) VALUES (2); UPDATE manual_task SET kek_epoch = 2");
  auto worker = world_.make_worker();
  worker->start();

  const std::string tried = "job_attempt WHERE outcome = 'retry' AND cause = 'key_missing'";
  for (int tries = 0; tries < 600 && world_.count(tried) < 4; ++tries)
    clock_.wait_for({}, std::chrono::milliseconds(20));

  EXPECT_GE(world_.count(tried), 4) << "more often than a failure of the job itself is tried";
  EXPECT_NE(world_.state(request), "failed") << world_.cause(request);
  world_.execute("UPDATE manual_task SET kek_epoch = 1");
  worker->stop();
  ASSERT_TRUE(world_.work());
  EXPECT_EQ(world_.state(request), "ready") << world_.cause(request);
  EXPECT_EQ(json::parse(world_.unpack(request, "anna").at("data/letter.json"))[0].at("body"),
            canary("anna"));
}

TEST_F(ManualExport, ReleasesNothingWhenUploadsAreExchangedInTheDatabase) {
  const RequestId anna = waiting("anna");
  const RequestId bert = waiting("bert");
  ASSERT_TRUE(supply(anna, "anna", own_upload()));
  ASSERT_TRUE(
      supply(bert, "bert", upload_of("bert", json::array({record("bert", "1", canary("bert"))}))));
  // Somebody with the database gives anna the pieces and the key of bert.
  world_.execute(
      "DELETE FROM manual_chunk WHERE request_id = '" + anna.to_string() +
      "'; UPDATE manual_chunk SET request_id = '" + anna.to_string() +
      "'; UPDATE manual_task SET wrapped_key = (SELECT wrapped_key FROM manual_task WHERE "
      "account_id = 'bert') WHERE account_id = 'anna'");

  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.state(anna), "quarantined");
  EXPECT_EQ(world_.count("package WHERE account_id = 'anna'"), 0);
}

TEST_F(ManualExport, ReleasesNothingWhenPiecesAreCutOff) {
  const RequestId request = waiting("anna");
  ASSERT_TRUE(
      supply(request,
             "anna",
             upload_of("anna", json::array({record("anna", "1", std::string(300'000, 'x'))}))));
  world_.execute("DELETE FROM manual_chunk WHERE number = (SELECT max(number) FROM manual_chunk)");

  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.state(request), "quarantined");
  EXPECT_EQ(world_.count("package"), 0);
}

}  // namespace
}  // namespace rightful::exporting
