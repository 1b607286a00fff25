// Forgetting, and that nothing brings it back (ledger.md section 14, P5), with the running parts.
#include "rightful/lifecycle/erasure.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <stop_token>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/lifecycle/kek_rotation.hpp"
#include "rightful/store/kek_rotation.hpp"
#include "rightful/store/pseudonyms.hpp"

#include "store/session.hpp"
#include "tests/integration/lifecycle/ledger_house.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::LedgerHouse;
using ::testing::Not;

/// Yesterday's database, put back over today's by somebody who may.
constexpr const char* kBackup = R"(
CREATE SCHEMA backup;
CREATE TABLE backup.subject_key AS TABLE ledger_secret.subject_key;
CREATE TABLE backup.actor AS TABLE ledger_secret.actor;
CREATE TABLE backup.kek AS TABLE ledger_secret.kek;
CREATE TABLE backup.erasure_replay AS TABLE ledger_secret.erasure_replay;
CREATE TABLE backup.staff_member AS TABLE staff_member;
CREATE TABLE backup.entry AS TABLE ledger.entry;
CREATE TABLE backup.body AS TABLE ledger.body;
CREATE TABLE backup.lookup AS TABLE ledger.lookup;
CREATE TABLE backup.writer AS TABLE ledger.writer;
CREATE TABLE backup.head AS TABLE ledger.head;
CREATE TABLE backup.checkpoint AS TABLE ledger.checkpoint;)";

constexpr const char* kRestore = R"(
SET LOCAL session_replication_role = replica;
DELETE FROM ledger_secret.subject_key; INSERT INTO ledger_secret.subject_key TABLE backup.subject_key;
DELETE FROM ledger_secret.actor; INSERT INTO ledger_secret.actor TABLE backup.actor;
DELETE FROM ledger_secret.kek; INSERT INTO ledger_secret.kek TABLE backup.kek;
DELETE FROM ledger_secret.erasure_replay; INSERT INTO ledger_secret.erasure_replay TABLE backup.erasure_replay;
DELETE FROM staff_member; INSERT INTO staff_member TABLE backup.staff_member;
DELETE FROM ledger.outbox;
DELETE FROM ledger.entry; INSERT INTO ledger.entry TABLE backup.entry;
DELETE FROM ledger.body; INSERT INTO ledger.body TABLE backup.body;
DELETE FROM ledger.lookup; INSERT INTO ledger.lookup TABLE backup.lookup;
DELETE FROM ledger.writer; INSERT INTO ledger.writer TABLE backup.writer;
DELETE FROM ledger.head; INSERT INTO ledger.head TABLE backup.head;
DELETE FROM ledger.checkpoint; INSERT INTO ledger.checkpoint TABLE backup.checkpoint;)";

constexpr const char* kOldRequest = R"(
INSERT INTO access_request (id, account_id, ledger_ref, state, received_at, language, nonce, stated_at, unlock_key,
  sign_key, statement_signature, due_nominal, due, due_at, deadline, updated_at)
VALUES ('0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11', 'anna', 'r_AAAAAAAAAAAAAAAAAAAAAA', 'expired', now(), 'en',
  decode(repeat('00', 16), 'hex'), now(), sha256('u'), sha256('s'), decode(repeat('00', 64), 'hex'), '2026-01-01',
  '2026-01-01', now(), '{}', now());
INSERT INTO incident (id, ledger_ref, cause, request_id, account_id, opened_at, aware_at, due_at, state)
VALUES ('0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a12', 'i_AAAAAAAAAAAAAAAAAAAAAA', 'other',
  '0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11', 'anna', now(), now(), now(), 'closed'))";

class LedgerErasure : public ::testing::Test {
 protected:
  std::optional<ledger::Pseudonym> name_of(const AccountId& account,
                                           const crypto::ServerKeys& keys) {
    auto transaction = house_.pool().begin();
    return store::find_pseudonym(transaction, account, house_.origin, keys);
  }

  std::optional<ledger::Pseudonym> name_of(const AccountId& account) {
    return name_of(account, house_.keys);
  }

  void expect_verified() {
    const auto result = house_.verify();
    EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
  }

  ReplayRequest replay_request() { return {.directory = house_.ledger_folder(), .trusted = {}}; }

  Result<void> erase(const AccountId& account) {
    return erase_subject(house_.tools(), account, "erasure_request");
  }

  /// anna and ben have leaves; a backup was made; then anna was forgotten.
  void forget_anna_after_a_backup() {
    house_.say(anna_);
    house_.say(ben_);
    house_.publish();
    house_.database.execute_as_admin(kBackup);
    ASSERT_THAT(erase(anna_), IsOk());
    house_.publish();
  }

  void restore() {
    house_.database.execute_as_admin(kRestore);
    house_.restart();
  }

  LedgerHouse house_;
  AccountId anna_ = house_.account("anna");
  AccountId ben_ = house_.account("ben");
  ledger::StaffRef officer_ = house_.staff_member("o.ficer", StaffRole::Officer).member.ref;
};

TEST_F(LedgerErasure, DestroysTheKeyWithItsLeaf) {
  house_.say(anna_);
  house_.say(ben_);
  const auto anna = name_of(anna_);
  const auto ben = name_of(ben_);
  ASSERT_TRUE(anna && ben);

  ASSERT_THAT(erase(anna_), IsOk());

  house_.publish();
  EXPECT_FALSE(name_of(anna_)) << "nobody can tell any more";
  EXPECT_EQ(name_of(ben_), ben);
  const auto places = house_.places_of("subject_key.destroyed");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_THAT(house_.leaves().at(places[0]), HasSubstr("\"subj\":\"" + anna->text() + "\""));
  expect_verified();
  EXPECT_THAT(erase(anna_), IsError(ErrorCode::NotFound));
  EXPECT_EQ(house_.places_of("subject_key.destroyed").size(), 1U);
}

TEST_F(LedgerErasure, RollsBackAsOne) {
  house_.say(anna_);
  const auto before = name_of(anna_);
  house_.database.execute_as_admin(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;"
      "CREATE TRIGGER refuse BEFORE INSERT ON ledger.outbox EXECUTE FUNCTION refuse()");

  EXPECT_THROW(static_cast<void>(erase(anna_)), store::DatabaseFailure);

  EXPECT_EQ(name_of(anna_), before);
}

TEST_F(LedgerErasure, LeavesNoRowThatLeadsToALeaf) {
  house_.database.execute_as_admin(kOldRequest);
  house_.say(anna_);

  ASSERT_THAT(erase(anna_), IsOk());

  EXPECT_NE(house_.ask("SELECT ledger_ref FROM access_request"), "r_AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_NE(house_.ask("SELECT ledger_ref FROM incident"), "i_AAAAAAAAAAAAAAAAAAAAAA");
}

TEST_F(LedgerErasure, WaitsForWhatIsUnfinished) {
  house_.database.execute_as_admin(kOldRequest);
  house_.say(anna_);
  house_.database.execute_as_admin("UPDATE access_request SET state = 'running'");
  EXPECT_THAT(erase(anna_), IsError(ErrorCode::Conflict));
  house_.database.execute_as_admin(
      "UPDATE access_request SET state = 'expired'; UPDATE incident SET state = 'open'");
  EXPECT_THAT(erase(anna_), IsError(ErrorCode::Conflict));

  EXPECT_TRUE(name_of(anna_));
  EXPECT_EQ(house_.ask("SELECT ledger_ref FROM access_request"), "r_AAAAAAAAAAAAAAAAAAAAAA");
}

// A request that is being made in this moment: both orders leave nothing that leads to an old leaf.
// Its destruction is still to be logged, under a reference that leads to the person's leaves.
TEST_F(LedgerErasure, WaitsForASealedObjectThatADeadWorkerLeft) {
  house_.database.execute_as_admin(kOldRequest);
  house_.database.execute_as_admin(
      "INSERT INTO job (id, request_id, account_id, kind, state, due_at, not_before, finalized_at) "
      "SELECT gen_random_uuid(), id, account_id, 'export', 'cancelled', now(), now(), now() "
      "FROM access_request;"
      "INSERT INTO job_attempt (job_id, attempt, request_id, account_id, lease_token, worker, "
      "object_name, ended_at, outcome, sealed_ref, sealed_sha256) "
      "SELECT id, 1, request_id, account_id, gen_random_uuid(), 'w', 'object.zip', now(), "
      "'lease_lost', 'p_AAAAAAAAAAAAAAAAAAAAAA', sha256('object') FROM job");
  house_.say(anna_);

  EXPECT_THAT(erase(anna_), IsError(ErrorCode::Conflict));
  house_.database.execute_as_admin(
      "UPDATE job_attempt SET sealed_ref = NULL, sealed_sha256 = NULL, object_destroyed_at = "
      "now()");
  EXPECT_THAT(erase(anna_), IsOk());
}

TEST_F(LedgerErasure, WaitsForARequestThatIsBeingMade) {
  house_.say(anna_);
  store::Session asking(house_.database.settings());
  asking.begin(store::Isolation::ReadCommitted, house_.database.settings());
  asking.run_script("request", kOldRequest);
  asking.run_script("open", "UPDATE access_request SET state = 'queued'");

  auto erasing = std::async(std::launch::async, [&] { return erase(anna_); });
  SystemClock clock;
  const std::string waiting =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
      "'%FROM account%FOR UPDATE%' AND pid <> pg_backend_pid()";
  for (int round = 0; round < 200 && house_.ask(waiting) == "0"; ++round)
    clock.wait_for(std::stop_token(), std::chrono::milliseconds(50));
  EXPECT_EQ(house_.ask(waiting), "1");
  asking.commit();

  EXPECT_THAT(erasing.get(), IsError(ErrorCode::Conflict));
  EXPECT_TRUE(name_of(anna_));
}

TEST_F(LedgerErasure, UnknownPersonGetsNoKey) {
  EXPECT_THAT(erase(anna_), IsError(ErrorCode::NotFound));

  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger_secret.subject_key"), "0");
}

TEST_F(LedgerErasure, RestoreIsFoundAndReplayed) {
  forget_anna_after_a_backup();
  const auto ben = name_of(ben_);
  EXPECT_THAT(check_erasures_replayed(house_.pool(), house_.ledger_folder()), IsOk());

  restore();

  EXPECT_TRUE(name_of(anna_)) << "the backup brought it back";
  const auto refused = check_erasures_replayed(house_.pool(), house_.ledger_folder());
  ASSERT_THAT(refused, IsError(ErrorCode::Conflict));
  EXPECT_THAT(refused.error().detail, HasSubstr("replay-erasures"));
  const auto report = replay_erasures(house_.tools(), replay_request(), officer_);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->logs, 1U);
  EXPECT_EQ(report->subjects, 1U);
  EXPECT_FALSE(name_of(anna_));
  EXPECT_EQ(name_of(ben_), ben);
  EXPECT_THAT(check_erasures_replayed(house_.pool(), house_.ledger_folder()), IsOk());
  EXPECT_THAT(house_.ask("SELECT convert_from(leaf, 'UTF8') FROM ledger.outbox WHERE leaf LIKE "
                         "'%backup.restored%'"),
              HasSubstr("\"replayed\":1"));
  EXPECT_EQ(replay_erasures(house_.tools(), replay_request(), officer_)->subjects, 0U);
}

// Each start that is refused writes leaves of its own; so does a sequencer that runs on.
TEST_F(LedgerErasure, RestoredDatabaseThatHasGrownIsFoundToo) {
  forget_anna_after_a_backup();
  const auto published = std::stoull(house_.ask("SELECT size FROM ledger.head"));
  restore();

  for (std::uint64_t number = 0; number <= published; ++number)
    house_.say(ben_);
  house_.sequence();

  ASSERT_GT(std::stoull(house_.ask("SELECT size FROM ledger.head")), published);
  const auto refused = check_erasures_replayed(house_.pool(), house_.ledger_folder());
  ASSERT_THAT(refused, IsError(ErrorCode::Conflict));
  EXPECT_THAT(refused.error().detail, HasSubstr("replay-erasures"));
  EXPECT_EQ(replay_erasures(house_.tools(), replay_request(), officer_)->subjects, 1U);
  EXPECT_THAT(check_erasures_replayed(house_.pool(), house_.ledger_folder()), IsOk());
}

TEST_F(LedgerErasure, OlderBackupIsFoundAgain) {
  forget_anna_after_a_backup();
  restore();
  ASSERT_THAT(replay_erasures(house_.tools(), replay_request(), officer_), IsOk());

  restore();

  EXPECT_THAT(check_erasures_replayed(house_.pool(), house_.ledger_folder()),
              IsError(ErrorCode::Conflict));
}

TEST_F(LedgerErasure, ForgottenStaffStaysForgotten) {
  StaffAccess staff(house_.pool(), house_.keys, house_.clock, house_.random);
  static_cast<void>(house_.staff_member("a.miller", StaffRole::Auditor));
  house_.publish();
  house_.database.execute_as_admin(kBackup);
  ASSERT_THAT(staff.end("a.miller", std::nullopt), IsOk());
  ASSERT_THAT(staff.forget("a.miller", "account_closed"), IsOk());
  house_.publish();
  restore();
  ASSERT_EQ(house_.ask("SELECT count(*) FROM staff_member WHERE name = 'a.miller'"), "1");

  const auto report = replay_erasures(house_.tools(), replay_request(), officer_);

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->staff, 1U);
  EXPECT_EQ(house_.ask("SELECT count(*) FROM staff_member WHERE name = 'a.miller'"), "0");
  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger_secret.actor WHERE staff_id = 'a.miller'"),
            "0");
}

TEST_F(LedgerErasure, ReplayBelievesOnlyWhatWasSigned) {
  forget_anna_after_a_backup();
  restore();
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(house_.log_folder() / "tile/entries")) {
    if (!entry.is_regular_file()) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('~');
  }

  EXPECT_THAT(replay_erasures(house_.tools(), replay_request(), officer_),
              IsError(ErrorCode::NotAuthentic));

  EXPECT_TRUE(name_of(anna_)) << "nothing was changed";
  EXPECT_THAT(check_erasures_replayed(house_.pool(), house_.ledger_folder()),
              IsError(ErrorCode::Conflict));
}

TEST_F(LedgerErasure, ReplayNeedsAPublishedLog) {
  house_.say(anna_);
  auto request = replay_request();
  request.directory /= "mistyped";

  const auto refused = replay_erasures(house_.tools(), request, officer_);

  ASSERT_THAT(refused, IsError(ErrorCode::NotFound));
  EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("--ledger-dir"));
}

TEST_F(LedgerErasure, ReplayNeedsAKeyOfTheLog) {
  forget_anna_after_a_backup();
  restore();
  house_.database.execute_as_admin("DELETE FROM ledger.signer_key");
  EXPECT_THAT(replay_erasures(house_.tools(), replay_request(), officer_),
              IsError(ErrorCode::NotFound));

  auto request = replay_request();
  request.trusted.push_back(house_.signer_key);

  EXPECT_EQ(replay_erasures(house_.tools(), request, officer_)->subjects, 1U);
}

TEST_F(LedgerErasure, BackupFromBeforeARotationBringsNothingBack) {
  forget_anna_after_a_backup();
  ASSERT_THAT(rotate_kek(house_.tools(), officer_), IsOk());
  house_.publish();
  restore();
  const auto fresh = crypto::ServerKeys::open(house_.key_folder());
  ASSERT_THAT(fresh, IsOk());
  const LedgerTools tools{house_.pool(), *fresh, house_.clock, house_.random};
  EXPECT_THROW(static_cast<void>(name_of(anna_, *fresh)), Failure) << "its key is gone";

  EXPECT_THAT(replay_erasures(tools, replay_request(), officer_), IsError(ErrorCode::Conflict));
  auto request = replay_request();
  request.drops_unopenable = true;
  const auto report = replay_erasures(tools, request, officer_);

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->unopenable, 2U);
  EXPECT_FALSE(name_of(ben_, *fresh)) << "ben gets a new pseudonym with his next leaf";
  EXPECT_EQ(house_.ask("SELECT string_agg(epoch::text, ' ') FROM ledger_secret.kek"), "2");
}

class KekRotation : public LedgerErasure {
 protected:
  std::string epochs() {
    return house_.ask("SELECT string_agg(epoch::text, ' ' ORDER BY epoch) FROM ledger_secret.kek");
  }

  std::string epochs_in_rows() {
    return house_.ask(
        "SELECT string_agg(DISTINCT kek_epoch::text, ' ') FROM ledger_secret.subject_key");
  }
};

TEST_F(KekRotation, WrapsEverythingAnewAndDestroysTheOld) {
  for (int number = 0; number < 1100; ++number) {
    const auto account = house_.account("c" + std::to_string(number));
    if (number < 30 || number % 40 == 0) house_.say(account);
  }
  house_.say(anna_);
  const auto before = name_of(anna_);

  const auto done = rotate_kek(house_.tools(), officer_);

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->epoch, 2);
  EXPECT_EQ(std::to_string(done->subject_keys),
            house_.ask("SELECT count(*) FROM ledger_secret.subject_key"));
  EXPECT_FALSE(done->went_on);
  EXPECT_EQ(name_of(anna_), before);
  EXPECT_EQ(epochs(), "2");
  EXPECT_EQ(epochs_in_rows(), "2");
  EXPECT_FALSE(std::filesystem::exists(house_.key_folder() / "subject-wrap.key"));
  EXPECT_TRUE(std::filesystem::exists(house_.key_folder() / "subject-wrap.2.key"));
  house_.publish();
  const auto places = house_.places_of("keyring.rotated");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_THAT(house_.leaves().at(places[0]), HasSubstr(R"({"epoch":2,"key":"-","ring":"kek"})"));
  expect_verified();
  EXPECT_EQ(rotate_kek(house_.tools(), officer_)->epoch, 3);
  EXPECT_EQ(name_of(anna_), before);
}

TEST_F(KekRotation, ProcessesThatRunReadTheNewKey) {
  const auto other = crypto::ServerKeys::open(house_.key_folder());
  house_.say(anna_);
  const auto before = name_of(anna_);

  ASSERT_THAT(rotate_kek(house_.tools(), officer_), IsOk());

  EXPECT_EQ(name_of(anna_, *other), before);
}

TEST_F(KekRotation, GoesOnAfterACrashAnywhere) {
  house_.say(anna_);
  house_.say(ben_);
  const auto before = name_of(anna_);
  // The new key is in use; one key is wrapped anew, the other is not.
  ASSERT_EQ(prepare_kek(house_.tools()), 2);
  {
    auto transaction = house_.pool().begin();
    store::kek_rotation::begin(transaction, 2);
    transaction.commit();
  }
  house_.database.execute_as_admin(
      "CREATE TABLE kept AS SELECT * FROM ledger_secret.subject_key LIMIT 1");
  {
    auto transaction = house_.pool().begin();
    static_cast<void>(
        store::kek_rotation::rewrap_subject_keys(transaction, 2, {}, house_.keys, house_.random));
    transaction.commit();
  }
  house_.database.execute_as_admin(
      "UPDATE ledger_secret.subject_key AS key SET kek_epoch = kept.kek_epoch, wrapped = "
      "kept.wrapped "
      "FROM kept WHERE kept.tag = key.tag");
  EXPECT_EQ(name_of(anna_), before) << "both keys open";
  house_.say(house_.account("new"));

  const auto done = rotate_kek(house_.tools(), officer_);

  ASSERT_THAT(done, IsOk());
  EXPECT_TRUE(done->went_on);
  EXPECT_EQ(done->epoch, 2);
  EXPECT_EQ(done->subject_keys, 1U);
  EXPECT_EQ(name_of(anna_), before);
  EXPECT_EQ(epochs_in_rows(), "2");
}

TEST_F(KekRotation, RemovesAFileThatACrashLeft) {
  house_.say(anna_);
  const auto file = house_.key_folder() / "subject-wrap.key";
  std::filesystem::copy(file, house_.folder.path() / "kept");
  ASSERT_THAT(rotate_kek(house_.tools(), officer_), IsOk());
  std::filesystem::copy(house_.folder.path() / "kept", file);

  const auto done = rotate_kek(house_.tools(), officer_);

  ASSERT_THAT(done, IsOk());
  EXPECT_TRUE(done->went_on);
  EXPECT_EQ(done->epoch, 2) << "no further rotation";
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(KekRotation, KeyIsHeldWhileARowNeedsIt) {
  house_.say(anna_);
  ASSERT_EQ(prepare_kek(house_.tools()), 2);
  auto transaction = house_.pool().begin();
  store::kek_rotation::begin(transaction, 2);

  EXPECT_THROW(static_cast<void>(store::kek_rotation::drop_below(transaction, 2)),
               store::ConstraintViolation);
}

class KekOfUploads : public KekRotation {
 protected:
  /// A colleague has supplied a dataset of anna's open request.
  void SetUp() override {
    house_.database.execute_as_admin(kOldRequest);
    house_.database.execute_as_admin("UPDATE access_request SET state = 'queued'");
    house_.random.fill(key_);
    house_.database.execute_as_admin(fmt::format(
        "INSERT INTO manual_task (request_id, account_id, dataset, ds, state, opened_at, "
        "supplied_at, "
        "size_bytes, wrapped_key, kek_epoch) VALUES ('{0}', 'anna', 'letters', 1, 'supplied', "
        "now(), "
        "now(), 1, decode('{1}', 'hex'), 1);"
        "INSERT INTO manual_chunk VALUES ('{0}', 'letters', 0, decode(repeat('00', 41), 'hex'))",
        request_.to_string(),
        to_hex(crypto::wrap_upload_key(
            (*house_.keys.kek(1))->expose(), key_, {anna_, request_, "letters"}, house_.random))));
  }

  std::string task() {
    return house_.ask("SELECT state || ' ' || coalesce(kek_epoch::text, '-') FROM manual_task");
  }

  const RequestId request_ = RequestId::parse("0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11").value();
  std::array<std::byte, 32> key_{};
};

TEST_F(KekOfUploads, IsRotatedToo) {
  const auto done = rotate_kek(house_.tools(), officer_);

  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->uploads, 1U);
  EXPECT_EQ(task(), "supplied 2");
  const auto wrapped =
      from_hex(house_.ask("SELECT encode(wrapped_key, 'hex') FROM manual_task")).value();
  const auto opened = crypto::unwrap_upload_key(
      (*house_.keys.kek(2))->expose(), wrapped, {anna_, request_, "letters"});
  ASSERT_THAT(opened, IsOk());
  EXPECT_TRUE(std::ranges::equal(opened->expose(), key_));
}

TEST_F(KekOfUploads, UploadThatNobodyCanOpenIsAskedForAgain) {
  house_.database.execute_as_admin(kBackup);
  ASSERT_THAT(rotate_kek(house_.tools(), officer_), IsOk());
  house_.publish();
  restore();
  house_.database.execute_as_admin(
      "SET LOCAL session_replication_role = replica;"
      "UPDATE manual_task SET kek_epoch = 1");
  const auto fresh = crypto::ServerKeys::open(house_.key_folder());
  const LedgerTools tools{house_.pool(), *fresh, house_.clock, house_.random};
  auto request = replay_request();
  request.drops_unopenable = true;

  ASSERT_THAT(replay_erasures(tools, request, officer_), IsOk());

  EXPECT_EQ(task(), "open -");
  EXPECT_EQ(house_.ask("SELECT count(*) FROM manual_chunk"), "0");
}

TEST_F(KekRotation, PreparingTwiceKeepsTheFile) {
  ASSERT_EQ(prepare_kek(house_.tools()), 2);
  const auto first = house_.keys.kek(2);
  const Bytes bytes((*first)->expose().begin(), (*first)->expose().end());

  ASSERT_EQ(prepare_kek(house_.tools()), 2);

  const auto again = crypto::ServerKeys::open(house_.key_folder());
  EXPECT_TRUE(std::ranges::equal((*again->kek(2))->expose(), bytes));
  EXPECT_EQ(epochs(), "1");
}

}  // namespace
}  // namespace rightful::lifecycle
