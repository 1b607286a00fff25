#include "rightful/ledger/event.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace rightful::ledger {
namespace {

using events::IncidentOpened;
using events::RequestWithdrawn;
using events::SchemaMigrated;
using events::SigninRefused;
using events::SlipRecorded;
using events::StaffSearched;

// The table decides at compile time who may do what, about whom.
static_assert(std::is_constructible_v<Event, Self, AccountId, RequestRef, RequestWithdrawn>);
static_assert(!std::is_constructible_v<Event, System, AccountId, RequestRef, RequestWithdrawn>);
static_assert(!std::is_constructible_v<Event, Staff, AccountId, RequestRef, RequestWithdrawn>);
static_assert(!std::is_constructible_v<Event, Self, AccountId, RequestWithdrawn>);
static_assert(!std::is_constructible_v<Event, Self, RequestRef, RequestWithdrawn>);
static_assert(!std::is_constructible_v<Event, Self, RequestWithdrawn>);

static_assert(std::is_constructible_v<Event, System, SchemaMigrated>);
static_assert(!std::is_constructible_v<Event, System, AccountId, SchemaMigrated>);
static_assert(!std::is_constructible_v<Event, System, RequestRef, SchemaMigrated>);

// `self` is the person in `subj`, so there must be one.
static_assert(std::is_constructible_v<Event, System, SigninRefused>);
static_assert(std::is_constructible_v<Event, Self, AccountId, SigninRefused>);
static_assert(!std::is_constructible_v<Event, Self, SigninRefused>);

static_assert(std::is_constructible_v<Event, Staff, RequestRef, SlipRecorded>);
static_assert(!std::is_constructible_v<Event, Staff, AccountId, RequestRef, SlipRecorded>);
static_assert(std::is_constructible_v<Event, System, IncidentOpened>);
static_assert(std::is_constructible_v<Event, System, AccountId, RequestRef, IncidentOpened>);
static_assert(std::is_constructible_v<Event, Staff, StaffSearched>);

// A field that is not given, or another kind of reference, does not compile.
static_assert(!std::is_default_constructible_v<events::JobFailed>);
static_assert(!std::is_constructible_v<RequestRef, PackageRef>);
static_assert(!std::is_constructible_v<Flag, int>);
static_assert(!std::is_constructible_v<Integer, bool>);

AccountId account() {
  return AccountId::parse("account-42").value();
}

RequestRef request() {
  return RequestRef::parse("r_AAAAAAAAAAAAAAAAAAAAAA").value();
}

TEST(Event, WritesItsFieldsInOrder) {
  const Event event(
      System{},
      account(),
      request(),
      events::JobFailed{.attempt = 2, .final = false, .stage = "collecting", .why = "timeout"});

  EXPECT_EQ(event.act(), "job.failed");
  EXPECT_EQ(event.actor(), "system");
  EXPECT_EQ(event.fields(), R"({"attempt":2,"final":0,"stage":"collecting","why":"timeout"})");
  EXPECT_EQ(event.outcome(), Outcome::Ok);
}

TEST(Event, WritesNoFieldsAsAnEmptyObject) {
  const Event event(Self{}, account(), request(), RequestWithdrawn{});

  EXPECT_EQ(event.fields(), "{}");
  EXPECT_EQ(event.subject(), account());
  EXPECT_EQ(event.request(), request());
}

TEST(Event, WritesAbsentFieldsAsAHyphen) {
  const Event event(
      System{},
      account(),
      request(),
      events::JobQuarantined{.ds = {}, .stage = "verifying", .why = "foreign_canary"});

  EXPECT_EQ(event.fields(), R"({"ds":"-","stage":"verifying","why":"foreign_canary"})");
}

TEST(Event, WritesDates) {
  using std::chrono::year;
  const Event event(
      System{}, account(), request(), events::RequestOverdue{.due = year(2026) / 3 / 1});

  EXPECT_EQ(event.fields(), R"({"due":"2026-03-01"})");
}

TEST(Event, NamesStaffByTheirPseudonym) {
  const Event event(Staff{StaffRef::parse("a_AAAAAAAAAAAAAAAAAAAAAA").value()},
                    StaffSearched{.by = "state", .rows = RowsBucket::of(12)},
                    Outcome::Denied);

  EXPECT_EQ(event.actor(), "a_AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(event.outcome(), Outcome::Denied);
  EXPECT_FALSE(event.subject().has_value());
}

}  // namespace
}  // namespace rightful::ledger
