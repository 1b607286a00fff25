// A colleague's link over real HTTP: what it shows, and what goes through it.
#include "tests/integration/http/upload_link.hpp"

#include <array>
#include <barrier>
#include <thread>
#include <vector>

#include "rightful/core/bytes.hpp"

namespace rightful::http {
namespace {

using exporting::Replace;
using exporting::testing::canary;
using nlohmann::json;
using ::testing::AllOf;
using testing::body_of;
using ::testing::Contains;
using testing::field_of;
using ::testing::HasSubstr;
using testing::IsError;
using ::testing::Not;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

TEST_F(UploadLink, ShowsThePageToAnybodyAndTellsItNothing) {
  const auto page = [&](const std::string& fields) {
    return exchange("GET /upload HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
  };

  const std::string english = page("");
  EXPECT_EQ(status_of(english), "200");
  EXPECT_EQ(field_of(english, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field_of(english, "Cache-Control"), "no-store");
  EXPECT_EQ(field_of(english, "Referrer-Policy"), "no-referrer");
  EXPECT_THAT(field_of(english, "Content-Security-Policy"),
              AllOf(HasSubstr("default-src 'none'; script-src 'sha256-"),
                    HasSubstr("form-action 'none'"),
                    Not(HasSubstr("unsafe"))));
  EXPECT_EQ(field_of(english, "Content-Language"), "en");
  EXPECT_THAT(body_of(english), HasSubstr("<html lang=\"en\">"));
  EXPECT_EQ(field_of(page("Accept-Language: de-AT\r\n"), "Content-Language"), "de");
  EXPECT_EQ(field_of(page("Accept-Language: fr\r\n"), "Content-Language"), "en")
      << "French is no language of this controller";
  EXPECT_THAT(field_of(exchange("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                       "Content-Security-Policy"),
              Not(HasSubstr("script-src")));
}

TEST_F(UploadLink, ShowsWhatTheColleagueNeedsAndNeverTheAccount) {
  const RequestId request = waiting("anna");
  const std::string token = link_for(request);

  const std::string response = show(token, "Accept-Language: de\r\n");

  EXPECT_EQ(status_of(response), "200") << response;
  const json task = json::parse(body_of(response));
  EXPECT_EQ(task["request"], request.to_string());
  EXPECT_EQ(task["title"], "Briefe");
  EXPECT_EQ(task["instructions"], "Zimmer 12.");
  EXPECT_EQ(task["language"], "de");
  EXPECT_EQ(task["due"], world_.text("SELECT due_nominal::text FROM access_request"));
  EXPECT_EQ(task["max_bytes"], 2 << 20);
  EXPECT_EQ(task.size(), 7U);
  EXPECT_THAT(response, Not(HasSubstr("anna")));
  RawClient client(server_->port());
  client.send(head("HEAD", token, ""));
  EXPECT_EQ(status_of(client.receive(false)), "200");
}

TEST_F(UploadLink, TakesAnUploadAsTheCommandDoes) {
  const RequestId request = waiting("anna");
  const std::string token = link_for(request);

  const std::string response = put(token, "anna", own_file());

  EXPECT_EQ(status_of(response), "200") << response;
  EXPECT_EQ(json::parse(body_of(response)), (json{{"records", 1}}));
  EXPECT_EQ(world_.text("SELECT state FROM manual_task WHERE dataset = 'letter'"), "supplied");
  EXPECT_EQ(world_.count("manual_chunk WHERE position(convert_to('" + canary("anna") +
                         "', 'UTF8') in sealed) > 0"),
            0);
  EXPECT_THAT(world_.acts(),
              AllOf(Contains("dataset.link_made").Times(1),
                    Contains("dataset.supplied").Times(1),
                    Contains("dataset.link_ended").Times(1)));
  expect_dead(put(token, "anna", own_file()));
  expect_dead(show(token));
  EXPECT_EQ(world_.count("manual_link"), 0);

  const std::string cards = link_for(request, Replace::Refuse, "card");
  EXPECT_EQ(status_of(put(cards, "anna", file_of("anna", json::array()))), "200");
  ASSERT_TRUE(world_.work());
  ASSERT_EQ(world_.state(request), "ready") << world_.cause(request);
  const auto letters = json::parse(world_.unpack(request, "anna").at("data/letter.json"));
  EXPECT_EQ(letters[0].at("body"), canary("anna"));
}

TEST_F(UploadLink, TakesUploadsThatAreSpilled) {
  const std::string token = link_for(waiting("anna"));
  json records = json::array();
  for (int number = 1000; number < 2900; ++number) {
    records.push_back(record("anna", std::to_string(number), std::string(1000, 'y')));
  }
  const std::string file = file_of("anna", records);
  ASSERT_GT(file.size(), std::size_t{1} << 20U);

  EXPECT_EQ(json::parse(body_of(put(token, "anna", file))), (json{{"records", 1900}}));
  EXPECT_GT(world_.count("manual_chunk"), 20);
}

TEST_F(UploadLink, TakesEveryAccountThatThereIs) {
  const std::string account = "Jürgen 100% ü";
  world_.add_account(account);
  const std::string token = link_for(waiting(account));

  const std::string response = put(token,
                                   "J%C3%BCrgen%20100%25%20%c3%bc",
                                   file_of(account, json::array({record(account, "1", "x")})));

  EXPECT_EQ(status_of(response), "200") << response;
}

TEST_F(UploadLink, ReplacesOnlyWhenTheLinkSaysSo) {
  const RequestId request = waiting("anna");
  const std::string first = link_for(request);
  ASSERT_EQ(status_of(put(first, "anna", own_file())), "200");

  EXPECT_THAT(uploads_.make_link(request, "letter", 24h, Replace::Refuse),
              IsError(ErrorCode::Conflict));
  const std::string second = link_for(request, Replace::Allow);
  const std::string before = world_.text(
      "SELECT encode(wrapped_key, 'hex') FROM manual_task "
      "WHERE dataset = 'letter'");
  ASSERT_EQ(status_of(put(second, "anna", file_of("anna", json::array()))), "200");

  EXPECT_NE(world_.text("SELECT encode(wrapped_key, 'hex') FROM manual_task WHERE dataset = "
                        "'letter'"),
            before);
  expect_dead(put(second, "anna", own_file()));
}

TEST_F(UploadLink, TakesOneOfTwoAtOnce) {
  const std::string token = link_for(waiting("anna"));
  const std::string file = own_file();
  std::barrier together(2);
  std::array<std::string, 2> responses;
  const auto upload = [&](std::string& response) {
    RawClient client(server_->port());
    client.send(put_head(token, "anna", file.size()) + file.substr(0, 10));
    together.arrive_and_wait();
    client.send(file.substr(10));
    response = client.receive();
  };
  {
    std::jthread one([&] { upload(responses[0]); });
    std::jthread two([&] { upload(responses[1]); });
  }

  const bool is_first = status_of(responses[0]) == "200";
  EXPECT_EQ(status_of(responses[is_first ? 0 : 1]), "200");
  expect_dead(responses[is_first ? 1 : 0]);
  EXPECT_THAT(world_.acts(), Contains("dataset.supplied").Times(1));
  EXPECT_EQ(world_.count("manual_chunk"), 1);
}

TEST_F(UploadLink, LimitsTheUploadsAtOnce) {
  const std::string token = link_for(waiting("anna"));
  const std::string file = own_file();
  {
    std::vector<RawClient> slow;
    for (int number = 0; number < exporting::LinkedUploads::kAtOnce; ++number) {
      slow.emplace_back(server_->port());
      slow.back().send(head("PUT",
                            token,
                            "Rightful-Account: anna\r\nExpect: 100-continue\r\nContent-Length: " +
                                std::to_string(file.size()) + "\r\n"));
      EXPECT_EQ(status_of(slow.back().receive()), "100");
    }
    const std::string response = put(token, "anna", file);
    expect_problem(response, "503", "unavailable");
    EXPECT_EQ(field_of(response, "Retry-After"), "30");
  }
  // The places are free again as soon as the server has seen that the others hung up.
  std::string response;
  for (int tries = 0; tries < 500 && status_of(response) != "200"; ++tries) {
    clock_.wait_for({}, 10ms);
    response = put(token, "anna", file);
  }
  EXPECT_EQ(status_of(response), "200");
}

TEST_F(UploadLink, IsKeptOnlyAsAHash) {
  const std::string token = link_for(waiting("anna"));
  const std::string bytes = to_hex(*from_base64url(token));

  EXPECT_EQ(world_.count("manual_link"), 1);
  EXPECT_EQ(world_.count("manual_link WHERE encode(token_sha256, 'hex') = '" + bytes + "'"), 0);
  EXPECT_EQ(world_.count("manual_link AS link WHERE link::text LIKE '%" + token + "%'"), 0);
}

}  // namespace
}  // namespace rightful::http
