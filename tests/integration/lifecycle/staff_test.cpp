#include "rightful/lifecycle/staff.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>

#include "tests/integration/lifecycle/people.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::lifecycle {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::LifecycleHouse;
using ::testing::Not;

constexpr store::Sql kStoredToken{"test_staff_token", R"(
SELECT count(*) AS count FROM staff_member WHERE token_hash = decode($1, 'hex'))"};

class Staff : public ::testing::Test {
 protected:
  NewStaff added(const std::string& name, StaffRole role) {
    return staff_.add(name, role, std::nullopt).value();
  }

  std::vector<ledger::Event> events(std::string_view act) {
    auto all = house_.database.recorder().events();
    std::erase_if(all, [&](const ledger::Event& event) { return event.act() != act; });
    return all;
  }

  void expect_nobody(const Token& token) {
    const auto answer = staff_.check(token);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, RefusalKind::StaffNeeded);
  }

  LifecycleHouse house_;
  StaffAccess staff_{house_.database.pool(), house_.keys, house_.fake_clock, house_.random};
};

TEST_F(Staff, TokenNamesItsMember) {
  const NewStaff anna = added("a.miller", StaffRole::Auditor);
  const NewStaff ben = added("b.smith", StaffRole::Officer);

  const auto found = staff_.check(anna.token);

  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->name, "a.miller");
  EXPECT_EQ(found->role, StaffRole::Auditor);
  EXPECT_EQ(found->ref, anna.member.ref);
  EXPECT_NE(anna.member.ref, ben.member.ref);
}

TEST_F(Staff, LedgerSaysWhoCameUnderAPseudonym) {
  const NewStaff anna = added("a.miller", StaffRole::Officer);
  const auto ben = staff_.add("b.smith", StaffRole::Operator, anna.member.ref).value();

  const auto changed = events("staff.changed");

  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(changed[0].actor(), "system");
  EXPECT_EQ(changed[1].actor(), anna.member.ref.text());
  EXPECT_EQ(changed[1].fields(),
            R"({"change":"granted","role":"operator","whom":")" + ben.member.ref.text() + "\"}");
  for (const ledger::Event& event : changed)
    EXPECT_THAT(event.fields(), Not(HasSubstr("miller")));
}

TEST_F(Staff, DatabaseKeepsNoToken) {
  const NewStaff anna = added("a.miller", StaffRole::Auditor);
  const Token& token = anna.token;

  auto transaction = house_.database.pool().begin();
  const auto as_it_is =
      transaction.run(kStoredToken, {to_hex(from_base64url(token.expose()).value())});

  EXPECT_EQ(as_it_is.only().integer("count"), 0);
}

TEST_F(Staff, RefusesUnknownEndedAndCountsThem) {
  const NewStaff anna = added("a.miller", StaffRole::Auditor);
  ASSERT_THAT(staff_.end("a.miller", std::nullopt), IsOk());

  expect_nobody(anna.token);
  expect_nobody(Token::generate(house_.random));
  staff_.tidy();
  staff_.tidy();

  const auto refused = events("signin.refused");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].fields(),
            R"({"face":"api","method":"staff_token","tries":"lt10","why":"wrong_credential"})");
}

struct Forgery {
  const char* name;
  const char* script;
};

class StaffForgery : public Staff, public ::testing::WithParamInterface<Forgery> {};

// A superuser of the database, without the server keys.
TEST_P(StaffForgery, IsNobody) {
  const NewStaff anna = added("a.miller", StaffRole::Auditor);
  const NewStaff ben = added("b.smith", StaffRole::Officer);
  ASSERT_TRUE(staff_.check(anna.token).has_value());

  house_.database.execute_as_admin(GetParam().script);

  expect_nobody(anna.token);
  const auto lines = staff_.list();
  EXPECT_TRUE(std::ranges::any_of(lines, [](const StaffLine& line) { return !line.is_authentic; }));
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    StaffForgery,
    ::testing::Values(
        Forgery{"RoleRaised", "UPDATE staff_member SET role = 'officer' WHERE name = 'a.miller'"},
        Forgery{"NameChanged",
                "UPDATE ledger_secret.actor SET staff_id = 'boss' WHERE staff_id = 'a.miller';"
                "UPDATE staff_member SET name = 'boss' WHERE name = 'a.miller'"},
        Forgery{"PseudonymSwapped",
                "UPDATE ledger_secret.actor SET staff_id = 'x' WHERE staff_id = 'a.miller';"
                "UPDATE ledger_secret.actor SET staff_id = 'a.miller' WHERE staff_id = 'b.smith'"},
        Forgery{"PseudonymGone", "DELETE FROM ledger_secret.actor WHERE staff_id = 'a.miller'"},
        Forgery{"MovedToAnOfficer",
                "UPDATE staff_member SET token_hash = sha256('x') WHERE name = 'a.miller';"
                "UPDATE staff_member SET token_hash = (SELECT sha256('y')) WHERE name = 'b.smith'"},
        Forgery{"MacOfAnother",
                "UPDATE staff_member SET mac = (SELECT mac FROM staff_member WHERE name = "
                "'b.smith') WHERE name = 'a.miller'"},
        Forgery{"AddedEarlier", "UPDATE staff_member SET added_at = added_at - interval '1 day'"}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_F(Staff, ForgedRowIsNeitherEndedNorReplaced) {
  static_cast<void>(added("a.miller", StaffRole::Auditor));
  house_.database.execute_as_admin("UPDATE staff_member SET role = 'officer'");

  EXPECT_THAT(staff_.end("a.miller", std::nullopt), IsError(ErrorCode::Conflict));
  EXPECT_THAT(staff_.add("a.miller", StaffRole::Officer, std::nullopt),
              IsError(ErrorCode::Conflict));
  EXPECT_THAT(staff_.forget("a.miller", "error"), IsError(ErrorCode::Conflict));
}

TEST_F(Staff, OtherRoleIsRefusedInTheLedger) {
  const NewStaff anna = added("a.miller", StaffRole::Operator);

  const auto answer = staff_.admit(anna.token, {StaffRole::Officer, StaffRole::Auditor}, "ledger");

  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, RefusalKind::RoleNeeded);
  const auto refused = events("staff.refused");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].actor(), anna.member.ref.text());
  EXPECT_EQ(refused[0].outcome(), ledger::Outcome::Denied);
}

TEST_F(Staff, AdmittedRoleLeavesNoRefusal) {
  const NewStaff anna = added("a.miller", StaffRole::Auditor);

  EXPECT_TRUE(staff_.admit(anna.token, {StaffRole::Officer, StaffRole::Auditor}, "ledger"));

  EXPECT_TRUE(events("staff.refused").empty());
}

TEST_F(Staff, ComesBackWithThePseudonymAndAnotherToken) {
  const NewStaff before = added("a.miller", StaffRole::Auditor);
  EXPECT_THAT(staff_.add("a.miller", StaffRole::Officer, std::nullopt),
              IsError(ErrorCode::Conflict));
  ASSERT_THAT(staff_.end("a.miller", std::nullopt), IsOk());
  EXPECT_THAT(staff_.end("a.miller", std::nullopt), IsError(ErrorCode::Conflict));

  const NewStaff after = added("a.miller", StaffRole::Officer);

  EXPECT_EQ(after.member.ref, before.member.ref);
  expect_nobody(before.token);
  EXPECT_EQ(staff_.check(after.token)->role, StaffRole::Officer);
}

TEST_F(Staff, ForgettingEndsTheLink) {
  const NewStaff before = added("a.miller", StaffRole::Auditor);
  EXPECT_THAT(staff_.forget("a.miller", "account_closed"), IsError(ErrorCode::Conflict));
  ASSERT_THAT(staff_.end("a.miller", std::nullopt), IsOk());

  ASSERT_THAT(staff_.forget("a.miller", "account_closed"), IsOk());

  const auto forgotten = events("actor.forgotten");
  ASSERT_EQ(forgotten.size(), 1U);
  EXPECT_THAT(forgotten[0].fields(), HasSubstr(before.member.ref.text()));
  EXPECT_TRUE(staff_.list().empty());
  EXPECT_THAT(staff_.forget("a.miller", "account_closed"), IsError(ErrorCode::NotFound));
  EXPECT_NE(added("a.miller", StaffRole::Auditor).member.ref, before.member.ref);
}

TEST_F(Staff, RefusesUnfitNames) {
  for (const std::string name : {"", "-a", ".a", "A.Miller", "a miller", "ä", "a/b", "a'b"}) {
    EXPECT_THAT(staff_.add(name, StaffRole::Auditor, std::nullopt),
                IsError(ErrorCode::InvalidArgument))
        << name;
  }
  EXPECT_THAT(staff_.add(std::string(65, 'a'), StaffRole::Auditor, std::nullopt),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(staff_.add(std::string(64, 'a'), StaffRole::Auditor, std::nullopt), IsOk());
}

TEST(StaffRoles, AreReadExactly) {
  for (const StaffRole role : {StaffRole::Officer, StaffRole::Auditor, StaffRole::Operator})
    EXPECT_EQ(parse_staff_role(name_of(role)), role);
  for (const std::string_view text : {"", "Officer", "officer ", "admin"})
    EXPECT_THAT(parse_staff_role(text), IsError(ErrorCode::InvalidArgument)) << text;
}

}  // namespace
}  // namespace rightful::lifecycle
