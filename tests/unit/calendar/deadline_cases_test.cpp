// The worked cases of the shared data, read in place: those of the EU's answer clock without events
// whose result no public holiday touches. The others wait for calendars, suspensions and other
// laws.

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/calendar/deadline.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"

namespace rightful::calendar {
namespace {

using Json = nlohmann::json;

std::filesystem::path cases_path() {
  return std::filesystem::path(RIGHTFUL_SHARED_DATA_DIR) / "deadlines/cases.json";
}

bool has_text(const Json& json, const char* key) {
  return json.contains(key) && json.at(key).is_string();
}

// Would a calendar with holidays give the same dates as one without?
bool is_free_of_holidays(const Json& json) {
  if (json.at("calendar") == "WEEKENDS-ONLY") return true;
  if (!json.contains("holidays_in_window") || !has_text(json, "due")) return false;
  for (const std::string holiday : json.at("holidays_in_window")) {
    if (holiday >= json.at("due_nominal") && holiday <= json.at("due")) return false;
  }
  return true;
}

bool is_in_scope(const Json& json) {
  return json.at("rule") == "EU-ART12-1M" && json.at("events").empty() && has_text(json, "due") &&
         is_free_of_holidays(json);
}

void run_case(const Json& json) {
  SCOPED_TRACE(json.at("id").get<std::string>());
  const auto received_at = parse_rfc3339(json.at("received_at").get<std::string>());
  ASSERT_TRUE(received_at.has_value());
  const auto result =
      eu_deadline(*received_at, json.at("tz").get<std::string>(), Calendar::weekends_only());
  ASSERT_TRUE(result.has_value());
  const auto compare = [&json](const char* key, const std::string& actual) {
    if (has_text(json, key)) EXPECT_EQ(actual, json.at(key).get<std::string>()) << key;
  };
  compare("local_receipt_date", format_date(result->local_receipt_date));
  compare("due_nominal", format_date(result->due_nominal));
  compare("due", format_date(result->due));
  compare("extension_notice_due", format_date(result->extension_notice_due));
  if (has_text(json, "due_end_utc")) {
    EXPECT_EQ(result->due_end_utc, parse_rfc3339(json.at("due_end_utc").get<std::string>()));
  }
}

class DeadlineCases : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto file = read_file(cases_path(), 1U << 20U);
    if (!file) {
      std::cout << "SKIPPED: the worked deadline cases are not at " << cases_path()
                << "; set RIGHTFUL_SHARED_DATA_DIR\n";
      GTEST_SKIP() << "no deadline cases";
    }
    cases_ = Json::parse(as_text(*file)).at("cases");
  }

  Json cases_;
};

TEST_F(DeadlineCases, AgreeWithTheClock) {
  int ran = 0;
  for (const Json& json : cases_) {
    if (!is_in_scope(json)) continue;
    run_case(json);
    ++ran;
  }
  std::cout << ran << " of " << cases_.size() << " deadline cases are in scope\n";
  EXPECT_GE(ran, 20);
}

TEST_F(DeadlineCases, ATimestampWithoutOffsetIsRefused) {
  int ran = 0;
  for (const Json& json : cases_) {
    if (json.value("expect_error", "") != "naive_timestamp") continue;
    EXPECT_FALSE(parse_rfc3339(json.at("received_at").get<std::string>()).has_value());
    ++ran;
  }
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace rightful::calendar
