// Everything that takes something away, as a role that may do that and nothing else in the ledger
// (ledger.md section 14, P1).
#include <string>

#include <gtest/gtest.h>

#include "rightful/lifecycle/erasure.hpp"
#include "rightful/lifecycle/kek_rotation.hpp"
#include "rightful/lifecycle/redaction.hpp"
#include "rightful/store/ledger_writer.hpp"

#include "store/session.hpp"
#include "tests/integration/lifecycle/ledger_house.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::lifecycle {
namespace {

using testing::IsError;
using testing::IsOk;
using testing::LedgerHouse;
using namespace std::chrono_literals;

class EraserRole : public ::testing::Test {
 protected:
  EraserRole() {
    testing::create_test_role("test_eraser");
    house_.database.execute_as_admin("GRANT rightful_ledger_eraser TO test_eraser");
    settings_.url = house_.database.url("test_eraser");
    writer_ = std::make_unique<store::LedgerWriter>(
        settings_,
        store::LedgerWriterSettings{.role = "admin", .build = ledger::Build::parse("1.0").value()},
        house_.keys,
        house_.clock,
        house_.random);
  }

  void SetUp() override {
    ASSERT_THAT(writer_->start(), IsOk());
    pool_ = std::make_unique<store::Pool>(settings_, 4, writer_.get());
  }

  LedgerTools tools() { return {*pool_, house_.keys, house_.clock, house_.random}; }

  void expect_denied(const std::string& statement) {
    store::Session session(settings_);
    session.begin(store::Isolation::ReadCommitted, settings_);
    try {
      session.run_script("statement", statement);
      ADD_FAILURE() << "was allowed: " << statement;
    } catch (const store::DatabaseFailure& failure) {
      EXPECT_EQ(failure.sqlstate(), "42501") << statement;
    }
    session.rollback();
  }

  LedgerHouse house_;
  store::ConnectionSettings settings_;
  std::unique_ptr<store::LedgerWriter> writer_;
  std::unique_ptr<store::Pool> pool_;
  AccountId anna_ = house_.account("anna");
  ledger::StaffRef officer_ = house_.staff_member("one", StaffRole::Officer).member.ref;
  ledger::StaffRef second_ = house_.staff_member("two", StaffRole::Officer).member.ref;
};

TEST_F(EraserRole, DoesItsWork) {
  house_.say(anna_);
  house_.say(house_.account("ben"));
  house_.publish();

  EXPECT_THAT(erase_subject(tools(), anna_, "error"), IsOk());
  EXPECT_THAT(rotate_kek(tools(), officer_), IsOk());
  StaffAccess staff(house_.pool(), house_.keys, house_.clock, house_.random);
  ASSERT_THAT(staff.end("two", std::nullopt), IsOk());
  StaffAccess eraser(*pool_, house_.keys, house_.clock, house_.random);
  EXPECT_THAT(eraser.forget("two", "account_closed"), IsOk());
  EXPECT_THAT(
      replay_erasures(tools(), {.directory = house_.ledger_folder(), .trusted = {}}, officer_),
      IsOk());
  const Redaction redaction{.index = house_.places_of("session.ended").at(0),
                            .why = "accident",
                            .first = officer_,
                            .second = second_};
  EXPECT_THAT(redact(tools(), house_.ledger_folder(), redaction, 0s),
              IsError(ErrorCode::Unavailable));
  house_.publish();
  EXPECT_THAT(redact(tools(), house_.ledger_folder(), redaction, 0s), IsOk());
  const auto result = house_.verify();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
}

TEST_F(EraserRole, DoesNothingElse) {
  for (const std::string statement : {"UPDATE ledger.body SET leaf = ''",
                                      "INSERT INTO ledger.body VALUES (1, 0, '')",
                                      "DELETE FROM ledger.entry",
                                      "DELETE FROM ledger.checkpoint",
                                      "UPDATE ledger.head SET size = 0",
                                      "UPDATE ledger.log SET enrol_key = sha256('x')",
                                      "UPDATE ledger.log SET origin = 'abc'",
                                      "DELETE FROM ledger.outbox",
                                      "UPDATE ledger.outbox SET leaf = leaf",
                                      "UPDATE ledger.lookup SET act = 'x'",
                                      "INSERT INTO ledger_secret.subject_key VALUES ('', 1, '')",
                                      "INSERT INTO ledger_secret.actor VALUES ('', '')",
                                      "UPDATE staff_member SET role = 'officer'",
                                      "INSERT INTO staff_member (name) VALUES ('x')",
                                      "SELECT verifier FROM account",
                                      "UPDATE access_request SET state = 'expired'",
                                      "SELECT object_name FROM job_attempt",
                                      "UPDATE job_attempt SET object_destroyed_at = now()",
                                      "SELECT token_hash FROM session"}) {
    expect_denied(statement);
  }
}

}  // namespace
}  // namespace rightful::lifecycle
