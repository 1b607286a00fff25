#include "rightful/core/settings.hpp"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

TEST(Settings, DefaultsSatisfyTheirOwnConstraints) {
  for (const SettingDefinition& definition : setting_definitions()) {
    Settings settings;
    EXPECT_THAT(settings.set(definition.name, definition.default_value), IsOk()) << definition.name;
    EXPECT_FALSE(definition.explanation.empty()) << definition.name;
  }
}

TEST(Settings, LaterLayersWin) {
  Settings settings;

  ASSERT_THAT(settings.apply_yaml("workers: 3\nworker:\n  poll_ms: 400\n", "s.yaml"), IsOk());
  ASSERT_THAT(settings.apply_environment({"HOME=/root", "RIGHTFUL_WORKER_POLL_MS=300"}), IsOk());
  ASSERT_THAT(settings.set("worker.lease", "30"), IsOk());

  EXPECT_EQ(settings.integer("workers"), 3);
  EXPECT_EQ(settings.integer("worker.poll_ms"), 300);
  EXPECT_EQ(settings.seconds("worker.lease"), std::chrono::seconds(30));
}

TEST(Settings, RefusesUnknownNamesWithTheirPlace) {
  Settings settings;
  const auto refused = settings.apply_yaml("workers: 1\nwrokers: 2\n", "s.yaml");

  ASSERT_THAT(refused, IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(refused.error().detail, HasSubstr("s.yaml:2:1: there is no setting `wrokers`"));
}

TEST(Settings, RefusesValuesOutsideTheConstraint) {
  Settings settings;

  EXPECT_THAT(settings.set("workers", "-1"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.set("workers", "257"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.set("workers", "2x"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.set("child.landlock", "maybe"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.set("child.landlock", ""), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.set("database", "a\nb"), IsError(ErrorCode::InvalidArgument));
}

TEST(Settings, ErrorSaysWhatIsAllowed) {
  Settings settings;

  EXPECT_THAT(settings.set("log.level", "loud").error().detail,
              HasSubstr("one of debug|info|warn|error"));
}

TEST(Settings, RefusesUnknownEnvironmentVariables) {
  Settings settings;

  EXPECT_THAT(settings.apply_environment({"RIGHTFUL_WROKERS=1"}),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.apply_environment({"RIGHTFUL_TEST_PG=x"}), IsOk());
}

TEST(Settings, RefusesListsAndText) {
  Settings settings;

  EXPECT_THAT(settings.apply_yaml("workers: [1, 2]", "s.yaml"),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(settings.apply_yaml("just text", "s.yaml"), IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful
