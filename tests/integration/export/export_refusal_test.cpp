// Each doubt stops the release: nothing is released, nothing is left, and somebody is told why.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/export/export_world.hpp"

namespace rightful::exporting {
namespace {

using ::testing::Contains;
using testing::ExportWorld;
using ::testing::IsEmpty;
using ::testing::Not;

class ExportRefusal : public ::testing::Test {
 protected:
  void expect_quarantine(const RequestId& request, const std::string& cause) {
    ASSERT_TRUE(world_.work());
    EXPECT_EQ(world_.state(request), "quarantined");
    EXPECT_EQ(world_.cause(request), cause);
    EXPECT_EQ(world_.count("incident WHERE cause = '" + cause + "' AND state = 'open'"), 1);
    EXPECT_EQ(world_.count("access_request WHERE failure_note IS NOT NULL"), 1);
    EXPECT_THAT(world_.acts(), Contains("job.quarantined"));
    EXPECT_THAT(world_.acts(), Contains("incident.opened"));
    expect_nothing_left();
  }

  void expect_failed(const RequestId& request, const std::string& cause) {
    ASSERT_TRUE(world_.work());
    EXPECT_EQ(world_.state(request), "failed");
    EXPECT_EQ(world_.cause(request), cause);
    EXPECT_EQ(world_.count("incident"), 0);
    expect_nothing_left();
  }

  void expect_nothing_left() {
    EXPECT_EQ(world_.count("package"), 0);
    EXPECT_THAT(world_.stored_files(), IsEmpty());
    EXPECT_THAT(world_.work_files(), IsEmpty());
    EXPECT_THAT(world_.acts(), Not(Contains("package.released")));
    EXPECT_EQ(world_.count("job_attempt WHERE object_destroyed_at IS NULL"), 0);
  }

  /// The standard company, with anna enrolled and asking.
  RequestId anna_asks() {
    world_.standard_company({"anna", "bert"});
    world_.add_account("anna");
    return world_.ask("anna");
  }

  ExportWorld world_;
};

TEST_F(ExportRefusal, QuarantinesAForeignRow) {
  // The view counts honestly, and lies to the statement that reads.
  world_.company(
      "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);"
      "CREATE TABLE kept (id int PRIMARY KEY, account_id text);"
      "INSERT INTO kept VALUES (1, 'anna'), (2, 'bert');"
      "CREATE VIEW note AS SELECT id, CASE WHEN current_query() LIKE 'COPY%' AND account_id = "
      "'anna' "
      "THEN 'Anna' ELSE account_id END COLLATE loose AS account_id FROM kept");
  world_.activate_catalog(R"(version: 1
controller: { name: M, address: B, timezone: Europe/Berlin, authority: { name: A, address: B }, languages: [en] }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
defaults: { purposes: [ServiceProvision], categories: [Name], recipients: [], retention: { criteria: x }, origin: x }
datasets:
  - name: note
    source: shop
    table: note
    owner: account_id
    title: Notes
    fields:
      id: { title: Number }
)");
  world_.add_account("anna");

  expect_quarantine(world_.ask("anna"), "foreign_row");
}

TEST_F(ExportRefusal, QuarantinesAMissingObject) {
  const auto request = anna_asks();
  std::filesystem::remove(world_.voice_folder / "anna/voice-1.wav");

  expect_quarantine(request, "missing_object");
}

TEST_F(ExportRefusal, QuarantinesAForeignObject) {
  const auto request = anna_asks();
  world_.company("UPDATE recording SET path = 'bert/voice-2.wav' WHERE account_id = 'anna'");

  expect_quarantine(request, "foreign_row");
}

TEST_F(ExportRefusal, QuarantinesAForeignCanary) {
  const auto request = anna_asks();
  world_.company("UPDATE note SET body = '" + testing::canary("bert") + "' WHERE id = 10007");

  expect_quarantine(request, "foreign_canary");
}

TEST_F(ExportRefusal, QuarantinesAForeignCanaryInsideAFile) {
  const auto request = anna_asks();
  world_.put_recording("anna/voice-1.wav",
                       "RIFF" + std::string(70'000, 'x') + testing::canary("bert"));

  expect_quarantine(request, "foreign_canary");
}

TEST_F(ExportRefusal, QuarantinesAChangedStatement) {
  const auto request = anna_asks();
  world_.execute("UPDATE access_request SET stated_at = stated_at + interval '1 second'");

  expect_quarantine(request, "bad_statement");
}

TEST_F(ExportRefusal, QuarantinesAnotherUnlockKey) {
  const auto request = anna_asks();
  world_.execute("UPDATE access_request SET unlock_key = sha256('mine')");

  expect_quarantine(request, "bad_statement");
}

TEST_F(ExportRefusal, QuarantinesKeysThatWereExchangedEverywhere) {
  // An insider who may write the whole database still lacks the key of pk_mac.
  const auto request = anna_asks();
  world_.add_account("bert");
  world_.execute(
      "UPDATE account SET unlock_key = b.unlock_key, sign_key = b.sign_key FROM account b "
      "WHERE account.account_id = 'anna' AND b.account_id = 'bert'");

  expect_quarantine(request, "bad_statement");
}

TEST_F(ExportRefusal, QuarantinesASwappedAccount) {
  // Job and request are moved to another enrolled account, consistently and with its keys.
  const auto request = anna_asks();
  world_.add_account("bert");
  world_.execute(
      "ALTER TABLE job DROP CONSTRAINT job_request_id_account_id_fkey;"
      "UPDATE access_request SET account_id = 'bert', unlock_key = a.unlock_key, sign_key = "
      "a.sign_key "
      "FROM account a WHERE a.account_id = 'bert'; UPDATE job SET account_id = 'bert'");

  expect_quarantine(request, "bad_statement");
}

TEST_F(ExportRefusal, QuarantinesAnAccountThatWasSwappedInTheJobAlone) {
  const auto request = anna_asks();
  world_.add_account("bert");
  world_.execute(
      "ALTER TABLE job DROP CONSTRAINT job_request_id_account_id_fkey;"
      "UPDATE job SET account_id = 'bert'");

  expect_quarantine(request, "bad_statement");
}

TEST_F(ExportRefusal, LeavesAColumnThatNobodyDescribedToAPerson) {
  const auto request = anna_asks();
  world_.company("ALTER TABLE note ADD COLUMN fresh text");

  expect_failed(request, "unknown_column");
  std::string fields;
  for (const auto& event : world_.recorder().events())
    if (event.act() == "dataset.failed") fields = event.fields();
  EXPECT_EQ(fields, R"({"attempt":1,"ds":2,"why":"unknown_column"})");
}

TEST_F(ExportRefusal, LeavesAMissingCatalogToAPerson) {
  world_.add_account("anna");

  expect_failed(world_.ask("anna"), "no_catalog");
}

TEST_F(ExportRefusal, QuarantinesACatalogThatWasChangedInTheDatabase) {
  const auto request = anna_asks();
  world_.execute("UPDATE catalog_version SET content = content || '# changed'");

  expect_quarantine(request, "forged_catalog");
}

TEST_F(ExportRefusal, QuarantinesACatalogThatWasPlacedInTheDatabase) {
  const auto request = anna_asks();
  // As an insider without the key directory would do it: text and hash fit, the MAC is that of the
  // old catalog.
  world_.execute(
      "UPDATE catalog_version SET content = content || '# placed', sha256 = sha256(content || '# "
      "placed')");

  expect_quarantine(request, "forged_catalog");
}

TEST_F(ExportRefusal, TriesAgainWhileTheDiskIsFull) {
  for (const char* when : {"0", "1", "2", "at-end"}) {
    ExportWorld world;
    world.standard_company({"anna"});
    world.add_account("anna");
    const auto request = world.ask("anna");
    const auto child = world.folder / (std::string("disk-full-") + when);
    std::filesystem::create_symlink(RIGHTFUL_EXPORT_TEST_CHILD, child);
    world.worker_settings.child_program = child;
    world.worker_settings.retry.outage_limit = 3;

    ASSERT_TRUE(world.work());

    EXPECT_EQ(world.state(request), "failed") << when;
    EXPECT_EQ(world.cause(request), "disk_full") << when;
    EXPECT_EQ(world.count("job_attempt WHERE outcome = 'retry'"), 3) << when;
    EXPECT_THAT(world.stored_files(), IsEmpty()) << when;
    EXPECT_THAT(world.work_files(), IsEmpty()) << when;
  }
}

TEST_F(ExportRefusal, CollectsNothingWhileTheLedgerTakesNoPart) {
  for (const char* cause : {"ledger_frozen", "ledger_full", "ledger_not_covering"}) {
    ExportWorld world;
    world.standard_company({"anna"});
    world.add_account("anna");
    const auto request = world.ask("anna");
    world.gate.cause_at_begin = cause;
    world.worker_settings.retry.outage_limit = 6;

    ASSERT_TRUE(world.work());

    EXPECT_EQ(world.cause(request), cause);
    EXPECT_EQ(world.count("job_attempt WHERE outcome = 'retry'"), 6)
        << "an outage, not a job at fault: three in a row do not end it";
    EXPECT_THAT(world.acts(), Not(Contains("dataset.collected")));
    EXPECT_THAT(world.stored_files(), IsEmpty());
  }
}

TEST_F(ExportRefusal, IsReleasedOnceTheLedgerCoversIt) {
  ExportWorld world;
  world.standard_company({"anna"});
  world.add_account("anna");
  const auto request = world.ask("anna");
  world.gate.cause_at_release = "ledger_not_covering";
  int attempts = 0;
  world.gate.while_waiting = [&] {
    if (++attempts == 5) world.gate.cause_at_release.clear();
  };

  ASSERT_TRUE(world.work());

  EXPECT_EQ(world.state(request), "ready");
  EXPECT_EQ(attempts, 5);
  EXPECT_EQ(world.count("job_attempt WHERE outcome = 'retry' AND cause = 'ledger_not_covering'"),
            4);
  EXPECT_THAT(world.stored_files(), ::testing::SizeIs(1)) << "what was not released is gone";
}

}  // namespace
}  // namespace rightful::exporting
