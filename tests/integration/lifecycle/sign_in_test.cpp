#include "rightful/lifecycle/sign_in.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/lifecycle/caretaker.hpp"
#include "rightful/store/sql.hpp"

#include "tests/integration/lifecycle/people.hpp"

namespace rightful::lifecycle {
namespace {

using testing::a_person;
using testing::LifecycleHouse;
using testing::Person;
using namespace std::chrono_literals;

class SignInService : public ::testing::Test {
 protected:
  LifecycleHouse house_;
};

template <class T>
void expect_refused(const Answer<T>& answer, RefusalKind kind) {
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(name_of(answer.error().kind), name_of(kind));
}

crypto::SecretBytes wrong_login() {
  return crypto::SecretBytes(32);
}

TEST_F(SignInService, EnrolsOnceWithAnInvitation) {
  const Person anna = a_person("anna", house_.random);
  auto invitation = house_.sign_in.create_account(anna.account, "de");
  ASSERT_TRUE(invitation.has_value());
  const std::string token = invitation->token.expose();
  EXPECT_EQ(invitation->expires_at, house_.clock.now() + 14 * 24h);

  EXPECT_TRUE(
      house_.sign_in.enrol(house_.enrolment_of(anna, std::move(invitation->token))).has_value());
  expect_refused(house_.sign_in.enrol(house_.enrolment_of(anna, *Token::parse(token))),
                 RefusalKind::InvitationInvalid);
  EXPECT_EQ(house_.acts("key.enrolled"), 1U);
}

TEST_F(SignInService, RefusesAnotherAccountsInvitation) {
  auto invitation = house_.sign_in.create_account(*AccountId::parse("anna"), "en");
  ASSERT_TRUE(house_.sign_in.create_account(*AccountId::parse("anna2"), "en").has_value());
  const Person other = a_person("anna2", house_.random);

  expect_refused(house_.sign_in.enrol(house_.enrolment_of(other, std::move(invitation->token))),
                 RefusalKind::InvitationInvalid);
}

TEST_F(SignInService, RefusesAnInvitationOutOfDate) {
  const Person anna = a_person("anna", house_.random);
  auto invitation = house_.sign_in.create_account(anna.account, "en");
  house_.fake_clock.advance(14 * 24h);

  expect_refused(house_.sign_in.enrol(house_.enrolment_of(anna, std::move(invitation->token))),
                 RefusalKind::InvitationInvalid);
}

TEST_F(SignInService, InvitesAgainUntilEnrolled) {
  const Person anna = a_person("anna", house_.random);
  expect_refused(house_.sign_in.invite_again(anna.account), RefusalKind::NotFound);
  auto first = house_.sign_in.create_account(anna.account, "en");
  auto second = house_.sign_in.invite_again(anna.account);
  ASSERT_TRUE(second.has_value());
  expect_refused(house_.sign_in.create_account(anna.account, "en"), RefusalKind::AccountExists);

  ASSERT_TRUE(
      house_.sign_in.enrol(house_.enrolment_of(anna, std::move(second->token))).has_value());

  expect_refused(house_.sign_in.enrol(house_.enrolment_of(anna, std::move(first->token))),
                 RefusalKind::InvitationInvalid);
  expect_refused(house_.sign_in.invite_again(anna.account), RefusalKind::AlreadyEnrolled);
}

TEST_F(SignInService, ChecksTheFieldsOfAnEnrolment) {
  const Person anna = a_person("anna", house_.random);
  const std::string token = house_.sign_in.create_account(anna.account, "en")->token.expose();
  const auto enrolment = [&] { return house_.enrolment_of(anna, *Token::parse(token)); };
  const auto expect_field = [&](Enrolment changed, const char* field) {
    const auto answer = house_.sign_in.enrol(changed);
    expect_refused(answer, RefusalKind::InvalidField);
    if (!answer) EXPECT_EQ(answer.error().field, field);
  };

  Enrolment changed = enrolment();
  changed.login = crypto::SecretBytes(31);
  expect_field(std::move(changed), "login");
  changed = enrolment();
  changed.language = "english";
  expect_field(std::move(changed), "language");
  changed = enrolment();
  changed.wraps.clear();
  expect_field(std::move(changed), "wraps");
  changed = enrolment();
  changed.wraps.erase(changed.wraps.begin());
  expect_field(std::move(changed), "wraps");
  changed = enrolment();
  changed.wraps.push_back(changed.wraps.front());
  expect_field(std::move(changed), "wraps");
  changed = enrolment();
  changed.wraps.front().kind = "pin";
  expect_field(std::move(changed), "wraps");
  changed = enrolment();
  changed.wraps.front().data.pop_back();
  expect_field(std::move(changed), "wraps");
  EXPECT_TRUE(house_.sign_in.enrol(enrolment()).has_value());
}

TEST_F(SignInService, GivesTheSameSaltForTheSameText) {
  EXPECT_EQ(house_.sign_in.salt_for("anna"), house_.sign_in.salt_for("anna"));
  EXPECT_NE(house_.sign_in.salt_for("anna"), house_.sign_in.salt_for("nobody"));
}

TEST_F(SignInService, OpensASessionThatEndsWithSignOut) {
  const Person anna = house_.enrolled("anna");

  const SignedIn signed_in = house_.signed_in(anna);
  const auto session = house_.sign_in.resume(signed_in.token);
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->account, anna.account);
  EXPECT_TRUE(session->is_fresh(house_.clock.now()));
  ASSERT_TRUE(house_.sign_in.sign_out(*session).has_value());

  expect_refused(house_.sign_in.resume(signed_in.token), RefusalKind::SignInNeeded);
  expect_refused(house_.sign_in.sign_out(*session), RefusalKind::SignInNeeded);
  EXPECT_EQ(house_.acts("signin.accepted"), 1U);
  EXPECT_EQ(house_.acts("session.ended"), 1U);
}

TEST_F(SignInService, AnswersTheSameForUnknownAndWrong) {
  const Person anna = house_.enrolled("anna");
  ASSERT_TRUE(house_.sign_in.create_account(*AccountId::parse("invited"), "en").has_value());

  const auto wrong = house_.sign_in.sign_in("anna", wrong_login());
  const auto unknown = house_.sign_in.sign_in("nobody", wrong_login());
  const auto invited = house_.sign_in.sign_in("invited", wrong_login());
  const auto no_id = house_.sign_in.sign_in("\x01", wrong_login());

  expect_refused(wrong, RefusalKind::CredentialWrong);
  for (const auto* answer : {&unknown, &invited, &no_id}) {
    expect_refused(*answer, RefusalKind::CredentialWrong);
    EXPECT_EQ(answer->error().detail, wrong.error().detail);
  }
}

TEST_F(SignInService, RefusesALoginOfAWrongSize) {
  static_cast<void>(house_.enrolled("anna"));

  expect_refused(house_.sign_in.sign_in("anna", crypto::SecretBytes(31)),
                 RefusalKind::CredentialWrong);
}

TEST_F(SignInService, ThrottlesAfterFiveFailures) {
  const Person anna = house_.enrolled("anna");
  for (int i = 0; i < 5; ++i)
    expect_refused(house_.sign_in.sign_in("anna", wrong_login()), RefusalKind::CredentialWrong);

  const auto throttled = house_.sign_in.sign_in("anna", anna.login);
  expect_refused(throttled, RefusalKind::TooManyTries);
  EXPECT_EQ(throttled.error().retry_after, 1s);
  house_.fake_clock.advance(1s);
  EXPECT_TRUE(house_.sign_in.sign_in("anna", anna.login).has_value());

  expect_refused(house_.sign_in.sign_in("anna", wrong_login()), RefusalKind::CredentialWrong);
}

TEST_F(SignInService, ThrottlesUnknownAccountsAlike) {
  for (int i = 0; i < 5; ++i)
    expect_refused(house_.sign_in.sign_in("nobody", wrong_login()), RefusalKind::CredentialWrong);

  expect_refused(house_.sign_in.sign_in("nobody", wrong_login()), RefusalKind::TooManyTries);
  expect_refused(house_.sign_in.sign_in("somebody", wrong_login()), RefusalKind::CredentialWrong);
}

TEST_F(SignInService, EndsSessionsThatAreIdleOrOld) {
  const Person anna = house_.enrolled("anna");
  const SignedIn idle = house_.signed_in(anna);
  house_.fake_clock.advance(15min + 1us);
  expect_refused(house_.sign_in.resume(idle.token), RefusalKind::SignInNeeded);

  const SignedIn busy = house_.signed_in(anna);
  for (int i = 0; i < 47; ++i) {
    house_.fake_clock.advance(10min);
    ASSERT_TRUE(house_.sign_in.resume(busy.token).has_value()) << i;
  }
  house_.fake_clock.advance(10min);
  expect_refused(house_.sign_in.resume(busy.token), RefusalKind::SignInNeeded);
}

TEST_F(SignInService, RotatesTheTokenAtStepUp) {
  const Person anna = house_.enrolled("anna");
  const SignedIn first = house_.signed_in(anna);
  house_.fake_clock.advance(6min);
  ASSERT_FALSE(house_.sign_in.resume(first.token)->is_fresh(house_.clock.now()));

  const auto second = house_.sign_in.step_up(first.token, anna.login);

  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(house_.sign_in.resume(second->token)->is_fresh(house_.clock.now()));
  EXPECT_EQ(second->session.id, first.session.id);
  expect_refused(house_.sign_in.resume(first.token), RefusalKind::SignInNeeded);
  expect_refused(house_.sign_in.step_up(first.token, anna.login), RefusalKind::SignInNeeded);
}

TEST_F(SignInService, EndsTheSessionThatWasReplaced) {
  const Person anna = house_.enrolled("anna");
  const SignedIn first = house_.signed_in(anna);

  house_.sign_in.replace(first.token);
  house_.sign_in.replace(first.token);

  expect_refused(house_.sign_in.resume(first.token), RefusalKind::SignInNeeded);
  EXPECT_EQ(house_.acts("session.ended"), 1U);
}

TEST_F(SignInService, LosesNoCountedLeafWhenStopped) {
  SystemClock clock;
  StaffAccess staff(house_.database.pool(), house_.keys, clock, house_.random);
  Caretaker caretaker(house_.sign_in, house_.requests, staff, clock, 1h);
  caretaker.stop();
  caretaker.start();
  static_cast<void>(house_.sign_in.sign_in("nobody", wrong_login()));

  caretaker.stop();
  caretaker.stop();

  EXPECT_EQ(house_.acts("signin.refused"), 1U);
}

TEST_F(SignInService, KeepsCountsWhenTheyCannotBeWritten) {
  static_cast<void>(house_.sign_in.sign_in("nobody", wrong_login()));
  house_.database.execute("ALTER TABLE session RENAME TO gone");
  EXPECT_THROW(house_.sign_in.tidy(), Failure);
  house_.database.execute("ALTER TABLE gone RENAME TO session");

  house_.sign_in.tidy();

  EXPECT_EQ(house_.acts("signin.refused"), 1U);
}

TEST_F(SignInService, RecordsAFailedStepUp) {
  const Person anna = house_.enrolled("anna");
  const SignedIn signed_in = house_.signed_in(anna);

  expect_refused(house_.sign_in.step_up(signed_in.token, wrong_login()),
                 RefusalKind::CredentialWrong);

  EXPECT_EQ(house_.acts("signin.stepup"), 1U);
  EXPECT_EQ(house_.database.recorder().events().back().outcome(), ledger::Outcome::Denied);
  EXPECT_TRUE(house_.sign_in.resume(signed_in.token).has_value());
}

TEST_F(SignInService, ListsAndRevokesOnlyOwnSessions) {
  const Person anna = house_.enrolled("anna");
  const Person other = house_.enrolled("anna2");
  const SignedIn here = house_.signed_in(anna);
  const SignedIn there = house_.signed_in(anna);
  const SignedIn foreign = house_.signed_in(other);

  EXPECT_EQ(house_.sign_in.sessions(here.session).size(), 2U);
  expect_refused(house_.sign_in.revoke(here.session, foreign.session.id), RefusalKind::NotFound);
  EXPECT_TRUE(house_.sign_in.revoke(here.session, there.session.id).has_value());

  expect_refused(house_.sign_in.resume(there.token), RefusalKind::SignInNeeded);
  EXPECT_TRUE(house_.sign_in.resume(foreign.token).has_value());
  EXPECT_EQ(house_.sign_in.sessions(here.session).size(), 1U);
}

TEST_F(SignInService, UnwrapsForItsOwner) {
  const Person anna = a_person("anna", house_.random);
  auto invitation = house_.sign_in.create_account(anna.account, "en");
  const Enrolment enrolment = house_.enrolment_of(anna, std::move(invitation->token));
  ASSERT_TRUE(house_.sign_in.enrol(enrolment).has_value());
  const SignedIn signed_in = house_.signed_in(anna);

  EXPECT_EQ(house_.sign_in.unwrap(signed_in.session, "password", anna.login),
            enrolment.wraps[0].data);
  EXPECT_EQ(house_.sign_in.unwrap(signed_in.session, "recovery", anna.login),
            enrolment.wraps[1].data);
  expect_refused(house_.sign_in.unwrap(signed_in.session, "passkey_prf", anna.login),
                 RefusalKind::NotFound);
  expect_refused(house_.sign_in.unwrap(signed_in.session, "password", wrong_login()),
                 RefusalKind::CredentialWrong);
  house_.fake_clock.advance(6min);
  expect_refused(house_.sign_in.unwrap(signed_in.session, "password", anna.login),
                 RefusalKind::StepUpNeeded);
}

TEST_F(SignInService, KeepsOuterLayersAndHashesOnly) {
  const Person anna = a_person("anna", house_.random);
  auto invitation = house_.sign_in.create_account(anna.account, "en");
  const Enrolment enrolment = house_.enrolment_of(anna, std::move(invitation->token));
  ASSERT_TRUE(house_.sign_in.enrol(enrolment).has_value());
  const SignedIn signed_in = house_.signed_in(anna);

  static constexpr store::Sql kDump{
      "test_dump",
      "SELECT (SELECT string_agg(w::text, ' ') FROM root_wrap w WHERE kind <> 'recovery')"
      " || (SELECT string_agg(a::text, ' ') FROM account a) || (SELECT string_agg(i::text, ' ') "
      "FROM invitation i)"
      " || (SELECT string_agg(s::text, ' ') FROM session s) AS dump"};
  const std::string dump = house_.database.pool().begin().run(kDump).only().text("dump");
  const auto hex_of_token = [](const Token& token) {
    return to_hex(*from_base64url(token.expose()));
  };
  EXPECT_EQ(dump.find(to_hex(enrolment.wraps[0].data)), std::string::npos);
  EXPECT_EQ(dump.find(to_hex(anna.login.expose())), std::string::npos);
  EXPECT_EQ(dump.find(hex_of_token(enrolment.invitation)), std::string::npos);
  EXPECT_EQ(dump.find(hex_of_token(signed_in.token)), std::string::npos);
  EXPECT_NE(dump.find(to_hex(signed_in.token.hash().bytes())), std::string::npos);
}

TEST_F(SignInService, WritesCountedLeavesForStrangers) {
  static_cast<void>(house_.enrolled("anna"));
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(house_.sign_in.sign_in("anna", wrong_login()));
    static_cast<void>(house_.sign_in.sign_in("nobody" + std::to_string(i), wrong_login()));
  }
  EXPECT_EQ(house_.acts("signin.refused"), 0U);

  house_.sign_in.tidy();
  house_.sign_in.tidy();

  ASSERT_EQ(house_.acts("signin.refused"), 2U);
  for (const auto& event : house_.database.recorder().events()) {
    if (event.act() != "signin.refused") continue;
    EXPECT_EQ(event.actor(), "system");
    EXPECT_NE(event.fields().find(R"("tries":"lt10")"), std::string::npos) << event.fields();
  }
}

TEST_F(SignInService, WritesManyCountedLeavesInSeveralCommits) {
  for (int i = 0; i < 40; ++i) {
    const std::string name = "person" + std::to_string(i);
    ASSERT_TRUE(house_.sign_in.create_account(*AccountId::parse(name), "en").has_value());
    static_cast<void>(house_.sign_in.sign_in(name, wrong_login()));
  }

  house_.sign_in.tidy();

  EXPECT_EQ(house_.acts("signin.refused"), 40U);
}

TEST_F(SignInService, ForgetsOldSessionsAndFailures) {
  const Person anna = house_.enrolled("anna");
  static_cast<void>(house_.signed_in(anna));
  static_cast<void>(house_.sign_in.sign_in("nobody", wrong_login()));
  static constexpr store::Sql kRows{
      "test_rows",
      "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM signin_throttle) AS count"};
  house_.sign_in.tidy();
  EXPECT_EQ(house_.count(kRows), 3);

  house_.fake_clock.advance(33h);
  house_.sign_in.tidy();

  EXPECT_EQ(house_.count(kRows), 0);
}

}  // namespace
}  // namespace rightful::lifecycle
