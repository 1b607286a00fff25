// Ten thousand failed sign-ins: the ledger gets a leaf a minute for each kind and account, and a
// stranger learns nothing from the answers.
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"

#include "tests/integration/http/served_house.hpp"

namespace rightful::http {
namespace {

using nlohmann::json;
using testing::LifecycleHouse;
using namespace std::chrono_literals;

constexpr int kMinutes = 5;
constexpr int kTriesAMinute = 2000;

class SignInFlood : public ::testing::Test {
 protected:
  /// Status, what the body says without its trace, and every header field.
  [[nodiscard]] std::string answer_to(const std::string& account) {
    const json body{{"account", account}, {"login", to_base64(Bytes(32))}};
    const HttpRequest request{
        .method = "POST",
        .path = "/v1/session",
        .fields = {{"host", "localhost"}, {"content-type", "application/json"}},
        .body = body.dump(),
        .scheme = HttpScheme::Http,
        .trace = TraceId::random(house_.random),
        .received_at = house_.clock.now()};
    const HttpResponse response = api_.handle(request);
    json said = json::parse(response.body);
    said.erase("trace");
    std::string text = std::to_string(response.status) + " " + said.dump();
    for (const auto& [name, value] : response.fields)
      text += "\n" + name + ": " + value;
    return text;
  }

  /// Leaves of refused sign-ins by account (`-`: nobody's) and `d` without its bucket.
  [[nodiscard]] std::map<std::pair<std::string, std::string>, int> leaves() {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const auto& event : house_.database.recorder().events()) {
      if (event.act() != "signin.refused") continue;
      const json fields = json::parse(event.fields());
      ++counts[{event.subject() ? event.subject()->expose() : "-",
                fields.at("why").get<std::string>()}];
    }
    return counts;
  }

  testing::ServedHouse served_;
  LifecycleHouse& house_ = served_.house;
  lifecycle::Caretaker& caretaker_ = served_.caretaker;
  Api& api_ = served_.api;
};

TEST_F(SignInFlood, WritesALeafAMinuteAndAnswersAllAlike) {
  static_cast<void>(house_.enrolled("known-0"));
  static_cast<void>(house_.enrolled("known-1"));

  std::map<std::pair<std::string, std::string>, int> before;
  for (int minute = 0; minute < kMinutes; ++minute) {
    for (int i = 0; i < kTriesAMinute / 4; ++i) {
      // A known name and three that nobody has, at the same moment and with the same past.
      const std::string known = answer_to("known-" + std::to_string(i % 2));
      const std::string unknown = answer_to("unknown-" + std::to_string(i % 2));
      ASSERT_EQ(known, unknown) << "try " << i << " of minute " << minute;
      static_cast<void>(answer_to("stranger-" + std::to_string(i)));
      static_cast<void>(answer_to("\xC3\xA4-stranger-" + std::to_string(i)));
    }
    caretaker_.run_once();
    house_.fake_clock.advance(1min);
    for (const auto& [key, count] : leaves()) {
      EXPECT_LE(count - before[key], 1)
          << key.first << " " << key.second << " in minute " << minute;
      before[key] = count;
    }
  }

  const auto counts = leaves();
  ASSERT_FALSE(counts.empty());
  for (const auto& [key, count] : counts) {
    EXPECT_LE(count, kMinutes) << key.first << " " << key.second;
    EXPECT_TRUE(key.first == "-" || key.first.starts_with("known-")) << key.first;
  }
  EXPECT_LE(counts.size(), 2U * 2 + 2) << "two kinds for each account, two for all strangers";
  EXPECT_EQ(counts.at({"-", "unknown_account"}), kMinutes);
}

}  // namespace
}  // namespace rightful::http
