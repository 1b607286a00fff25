#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/store/connection.hpp"
#include "rightful/store/pool.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::store {
namespace {

using rightful::testing::TestDatabase;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kCanary = "CANARY-anna-7316@example.org";

/// Statements that fail, each in a way that makes PostgreSQL repeat a value in its message, DETAIL
/// or CONTEXT.
class PrivacyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_.execute(
        "CREATE TABLE person (id integer PRIMARY KEY, mail text UNIQUE CHECK (length(mail) < 100), "
        "other integer "
        "REFERENCES person);"
        "CREATE FUNCTION shout(word text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE NOTICE 'heard %', word; RAISE EXCEPTION 'cannot shout %', word USING DETAIL = word, "
        "HINT = word; "
        "END $$;"
        "CREATE FUNCTION whisper(word text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE WARNING 'heard %', word; RAISE LOG 'heard once'; RETURN word; END $$");
  }

  std::string text_of(const Sql& sql, const std::vector<Value>& values) {
    try {
      database_.pool().begin().run(sql, values);
    } catch (const std::exception& error) {
      return error.what();
    }
    ADD_FAILURE() << sql.name() << " did not fail";
    return {};
  }

  TestDatabase database_ = TestDatabase::create_empty();
};

TEST_F(PrivacyTest, NoErrorTextHoldsAValue) {
  static constexpr Sql kInsert{"insert_person", "INSERT INTO person VALUES ($1, $2, $3)"};
  static constexpr Sql kCast{"cast_person", "SELECT $1::text::integer"};
  static constexpr Sql kShout{"shout", "SELECT shout($1)"};
  static constexpr Sql kDate{"date", "SELECT $1::text::timestamptz"};
  {
    Transaction transaction = database_.pool().begin();
    transaction.run(kInsert, {1, kCanary, nullptr});
    transaction.commit();
  }

  for (const std::string& text : {text_of(kInsert, {2, kCanary, nullptr}),
                                  text_of(kInsert, {2, std::string(200, 'x') + kCanary, nullptr}),
                                  text_of(kInsert, {2, std::string("y") + kCanary, 77}),
                                  text_of(kInsert, {nullptr, kCanary, nullptr}),
                                  text_of(kCast, {kCanary}),
                                  text_of(kShout, {kCanary}),
                                  text_of(kDate, {kCanary})}) {
    EXPECT_THAT(text, HasSubstr("SQLSTATE"));
    EXPECT_THAT(text, Not(HasSubstr("CANARY")));
  }
}

TEST_F(PrivacyTest, NoSourceErrorHoldsAValue) {
  SourceSettings settings;
  settings.url = database_.url();
  SourceConnection connection = SourceConnection::open(settings).value();
  connection.begin_snapshot();
  try {
    connection.copy_out(
        "people", "COPY (SELECT shout('CANARY-anna-7316@example.org')) TO STDOUT", [](ByteView) {});
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_STREQ(failure.what(), "query people: SQLSTATE P0001");
  }
}

TEST_F(PrivacyTest, NoticesGoNowhere) {
  static constexpr Sql kWhisper{"whisper", "SELECT whisper($1) AS word"};
  ::testing::internal::CaptureStderr();
  database_.pool().begin().run(kWhisper, {kCanary});
  {
    SourceSettings settings;
    settings.url = database_.url();
    SourceConnection connection = SourceConnection::open(settings).value();
    static_cast<void>(connection.query("whisper", "SELECT whisper($1)", {kCanary}));
  }

  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(PrivacyTest, ServerLogHoldsLifeEventsOnly) {
  if (rightful::testing::test_server_log().empty()) GTEST_SKIP() << "the server is not ours";
  static constexpr Sql kShout{"shout", "SELECT shout($1)"};
  static constexpr Sql kWhisper{"whisper", "SELECT whisper($1) AS word"};
  static_cast<void>(text_of(kShout, {kCanary}));
  EXPECT_ANY_THROW(database_.execute("SELECT shout('CANARY-in-a-statement')"));
  database_.pool().begin().run(kWhisper, {kCanary});
  EXPECT_ANY_THROW(database_.execute("INSERT INTO person VALUES (NULL, 'CANARY-in-a-row')"));

  const std::string log = rightful::testing::test_server_log();

  EXPECT_THAT(log, HasSubstr("ready to accept connections"));
  EXPECT_THAT(log, HasSubstr("heard once"));  // the log is read after the statements, not before
  EXPECT_THAT(log, Not(HasSubstr("CANARY")));
}

}  // namespace
}  // namespace rightful::store
