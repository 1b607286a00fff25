#include "store/sqlstate.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/store/database_failure.hpp"

namespace rightful::store {
namespace {

DatabaseFailure failure_for(std::string_view sqlstate) {
  try {
    throw_for_sqlstate("some_query", sqlstate, {});
  } catch (const DatabaseFailure& failure) {
    return failure;
  }
}

std::string constraint_of(std::string_view sqlstate, std::string_view message) {
  try {
    throw_for_sqlstate("some_query", sqlstate, message);
  } catch (const ConstraintViolation& violation) {
    return violation.constraint();
  }
}

TEST(SqlState, DecidesCauseAndRetry) {
  const struct {
    const char* sqlstate;
    Retry retry;
    const char* cause;
  } cases[] = {
      {"40001", Retry::Later, "serialization"},
      {"40P01", Retry::Later, "deadlock"},
      {"57014", Retry::Later, "timeout"},
      {"25P03", Retry::Later, "timeout"},
      {"55P03", Retry::Later, "lock_timeout"},
      {"53100", Retry::Later, "disk_full"},
      {"53200", Retry::Later, "database_busy"},
      {"53300", Retry::Later, "database_busy"},
      {"57P01", Retry::Later, "database_lost"},
      {"57P03", Retry::Later, "database_lost"},
      {"08006", Retry::Later, "database_lost"},
      {"", Retry::Later, "database_lost"},
      {"25006", Retry::Later, "database_read_only"},
      {"28P01", Retry::Never, "database_denied"},
      {"42501", Retry::Never, "database_denied"},
      {"22P02", Retry::Never, "bad_parameter"},
      {"42P01", Retry::Never, "database_refused"},
      {"XX000", Retry::Never, "database_refused"},
  };

  for (const auto& expected : cases) {
    const DatabaseFailure failure = failure_for(expected.sqlstate);
    EXPECT_EQ(failure.cause(), expected.cause) << expected.sqlstate;
    EXPECT_EQ(failure.retry(), expected.retry) << expected.sqlstate;
    EXPECT_EQ(failure.sqlstate(), expected.sqlstate);
  }
}

TEST(SqlState, FindsTheConstraint) {
  EXPECT_EQ(constraint_of("23505",
                          R"(ERROR:  duplicate key value violates unique constraint "job_pkey")"),
            "job_pkey");
  EXPECT_EQ(
      constraint_of("23514",
                    R"(ERROR:  new row for relation "job" violates check constraint "job_rule")"),
      "job_rule");
  EXPECT_EQ(
      constraint_of("23514",
                    R"(ERROR:  value for domain digest violates check constraint "digest_check")"),
      "digest_check");
  EXPECT_EQ(
      constraint_of(
          "23503",
          R"(ERROR:  update or delete on table "a" violates foreign key constraint "b_a" on table "b")"),
      "b_a");
  EXPECT_EQ(
      constraint_of("23502", R"(ERROR:  null value in column "due" of relation "job" violates …)"),
      "due");
}

TEST(SqlState, TakesNoOtherWordForAConstraint) {
  EXPECT_EQ(constraint_of("23505", "ERROR:  words without quotes"), "");
  EXPECT_EQ(constraint_of("23505", R"(ERROR:  "anna@example.org")"), "");
  EXPECT_EQ(constraint_of("23505", R"(ERROR:  "unclosed)"), "");
  EXPECT_EQ(constraint_of("23505", R"(ERROR:  "")"), "");
}

TEST(SqlState, ConnectReasonIsAConstantPhrase) {
  EXPECT_EQ(connect_reason("FATAL:  password authentication failed for user \"anna\""),
            "the password was refused");
  EXPECT_EQ(connect_reason("FATAL:  Peer authentication failed for user \"x\""),
            "peer authentication was refused");
  EXPECT_EQ(connect_reason("FATAL:  database \"x\" does not exist"),
            "the database or role does not exist");
  EXPECT_EQ(connect_reason("FATAL:  sorry, too many clients already"),
            "the server has too many clients");
  EXPECT_EQ(connect_reason("anything else about anna"), "no server answers");
}

}  // namespace
}  // namespace rightful::store
