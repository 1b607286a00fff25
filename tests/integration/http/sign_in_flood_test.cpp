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
#include "rightful/http/api.hpp"
#include "rightful/lifecycle/caretaker.hpp"
#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/store/connection_settings.hpp"
#include "rightful/store/pool.hpp"

#include "tests/integration/http/served_house.hpp"

namespace rightful::http {
namespace {

using nlohmann::json;
using testing::LifecycleHouse;
using namespace std::chrono_literals;

constexpr int kMinutes = 5;
constexpr int kTriesAMinute = 2000;

/// A machine that lets this test stand for half a minute must not end a transaction of it. Waiting
/// for a lock keeps its limit: nobody else is there to hold one.
store::ConnectionSettings patient(store::ConnectionSettings settings) {
  settings.connect_timeout = 60s;
  settings.statement_timeout = settings.idle_in_transaction_timeout = 10min;
  return settings;
}

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
  store::Pool pool_{patient(house_.database.settings()), 1, &house_.database.recorder()};
  lifecycle::SignIn sign_in_{pool_, house_.keys, house_.clock, house_.random};
  lifecycle::Caretaker caretaker_{sign_in_, house_.requests, served_.staff, house_.clock, 1h};
  Api api_{sign_in_,
           house_.requests,
           served_.linked_uploads,
           served_.staff,
           served_.ledger,
           house_.clock,
           {.version = "1.2.3",
            .service_key = house_.keys.service_key().public_key(),
            .is_ready = [] { return true; }}};
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
