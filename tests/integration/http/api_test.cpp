#include "rightful/http/api.hpp"

#include <barrier>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/http/server.hpp"

#include "tests/integration/http/raw_client.hpp"
#include "tests/integration/http/served_house.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::http {
namespace {

using nlohmann::json;
using testing::body_of;
using testing::field_of;
using testing::LifecycleHouse;
using testing::Person;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

json json_of(const std::string& response) {
  return json::parse(body_of(response), nullptr, false);
}

/// One person's client: keeps the cookie, as a browser would.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : client_(port) {}

  std::string call(const std::string& method,
                   const std::string& path,
                   const std::string& fields,
                   const std::string& body) {
    std::string bytes = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields;
    if (!cookie_.empty()) bytes += "Cookie: " + cookie_ + "\r\n";
    if (!body.empty()) bytes += fmt::format("Content-Length: {}\r\n", body.size());
    client_.send(bytes + "\r\n" + body);
    std::string response = client_.receive(method != "HEAD");
    const std::string set = field_of(response, "Set-Cookie");
    if (!set.empty()) cookie_ = set.substr(0, set.find(';'));
    return response;
  }

  std::string get(const std::string& path, const std::string& fields = "") {
    return call("GET", path, fields, "");
  }

  std::string post(const std::string& path, const json& body) {
    return call("POST", path, "Content-Type: application/json\r\n", body.dump());
  }

  std::string sign_in(const Person& person) {
    return post(
        "/v1/session",
        {{"account", person.account.expose()}, {"login", to_base64(person.login.expose())}});
  }

  void set_cookie(std::string cookie) { cookie_ = std::move(cookie); }

  [[nodiscard]] const std::string& cookie() const { return cookie_; }

 private:
  RawClient client_;
  std::string cookie_;
};

class HttpApi : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::create({.listen = "127.0.0.1:0"}, api_, house_.clock, house_.random);
    ASSERT_THAT(server, testing::IsOk());
    server_ = *std::move(server);
    server_->start();
  }

  [[nodiscard]] Browser browser() const { return Browser(server_->port()); }

  /// A released package of `person`, whose browser is signed in.
  [[nodiscard]] RequestId released(const Person& person, const std::string& content) {
    return house_.released(person, house_.signed_in(person).session, content);
  }

  testing::ServedHouse served_;
  LifecycleHouse& house_ = served_.house;
  Api& api_ = served_.api;
  std::unique_ptr<HttpServer> server_;
};

void expect_problem(const std::string& response,
                    const char* status,
                    const char* name,
                    const char* field = nullptr) {
  EXPECT_EQ(status_of(response), status) << response;
  EXPECT_EQ(field_of(response, "Content-Type"), "application/problem+json") << response;
  const json body = json_of(response);
  EXPECT_EQ(body.value("type", ""), std::string("urn:rightful:problem:") + name) << response;
  if (field != nullptr) EXPECT_EQ(body.value("field", ""), field);
}

TEST_F(HttpApi, TellsAboutItself) {
  Browser browser = this->browser();

  EXPECT_EQ(status_of(browser.get("/livez")), "200");
  EXPECT_EQ(status_of(browser.get("/readyz")), "200");
  const json service = json_of(browser.get("/v1/service"));
  EXPECT_EQ(service["name"], "rightful");
  EXPECT_EQ(service["version"], "1.2.3");
  EXPECT_EQ(service["service_key"], to_base64(house_.keys.service_key().public_key().bytes()));
  EXPECT_EQ(service["kdf"], (json{{"alg", "argon2id13"}, {"t", 3}, {"m_kib", 65536}}));
  served_.is_ready = false;
  expect_problem(browser.get("/readyz"), "503", "unavailable");
}

TEST_F(HttpApi, GivesASaltForAnything) {
  Browser browser = this->browser();

  const json known = json_of(browser.post("/v1/salt", {{"account", "anna"}}));

  EXPECT_EQ(known["salt"], to_base64(house_.keys.salt_for("anna").bytes()));
  EXPECT_EQ(from_base64(known["salt"].get<std::string>())->size(), 16U);
  expect_problem(browser.post("/v1/salt", {{"account", ""}}), "400", "field_invalid", "account");
  expect_problem(browser.post("/v1/salt", {{"acct", "anna"}}), "400", "field_missing", "account");
}

TEST_F(HttpApi, EnrolsSignsInAndOut) {
  const Person anna = testing::a_person("anna", house_.random);
  auto invitation = house_.sign_in.create_account(anna.account, "en");
  const auto enrolment = house_.enrolment_of(anna, std::move(invitation->token));
  json wraps = json::array();
  for (const auto& wrap : enrolment.wraps)
    wraps.push_back({{"kind", wrap.kind}, {"data", to_base64(wrap.data)}});
  const json body{{"invitation", enrolment.invitation.expose()},
                  {"account", "anna"},
                  {"login", to_base64(anna.login.expose())},
                  {"unlock_key", to_base64(enrolment.unlock_key.bytes())},
                  {"sign_key", to_base64(enrolment.sign_key.bytes())},
                  {"language", "en"},
                  {"wraps", wraps}};
  Browser browser = this->browser();

  json elsewhere = body;
  elsewhere["language"] = "fr";
  expect_problem(browser.post("/v1/enrolment", elsewhere), "400", "field_invalid", "language");
  EXPECT_EQ(status_of(browser.post("/v1/enrolment", body)), "201");
  expect_problem(browser.post("/v1/enrolment", body), "403", "invitation_invalid");
  const std::string signed_in = browser.sign_in(anna);
  EXPECT_EQ(status_of(signed_in), "201");
  EXPECT_NE(field_of(signed_in, "Set-Cookie").find("HttpOnly; SameSite=Lax"), std::string::npos);
  EXPECT_EQ(json_of(browser.get("/v1/account"))["account"], "anna");
  EXPECT_EQ(json_of(browser.get("/v1/sessions"))["sessions"][0]["current"], true);
  const std::string unwrapped =
      browser.post("/v1/unwrap", {{"kind", "password"}, {"login", to_base64(anna.login.expose())}});
  EXPECT_EQ(json_of(unwrapped)["wrapped"], to_base64(enrolment.wraps[0].data));
  const std::string cookie = browser.cookie();
  EXPECT_EQ(status_of(browser.call("DELETE", "/v1/session", "", "")), "204");
  browser.set_cookie(cookie);
  expect_problem(browser.get("/v1/account"), "401", "sign_in_needed");
}

TEST_F(HttpApi, AnswersTheSameBytesForUnknownAndWrong) {
  static_cast<void>(house_.enrolled("anna"));
  Browser browser = this->browser();
  const std::string login = to_base64(Bytes(32));

  json wrong = json_of(browser.post("/v1/session", {{"account", "anna"}, {"login", login}}));
  json unknown = json_of(browser.post("/v1/session", {{"account", "nobody"}, {"login", login}}));

  EXPECT_EQ(wrong["status"], 401);
  wrong.erase("trace");
  unknown.erase("trace");
  EXPECT_EQ(wrong.dump(), unknown.dump());
}

TEST_F(HttpApi, RotatesTheCookieAtStepUp) {
  const Person anna = house_.enrolled("anna");
  Browser browser = this->browser();
  browser.sign_in(anna);
  const std::string before = browser.cookie();

  const std::string response =
      browser.post("/v1/session/step-up", {{"login", to_base64(anna.login.expose())}});

  EXPECT_EQ(status_of(response), "200");
  EXPECT_NE(browser.cookie(), before);
  Browser thief = this->browser();
  thief.set_cookie(before);
  expect_problem(thief.get("/v1/session"), "401", "sign_in_needed");
}

TEST_F(HttpApi, EndsOtherSessions) {
  const Person anna = house_.enrolled("anna");
  Browser here = browser();
  Browser there = browser();
  here.sign_in(anna);
  const std::string id = json_of(there.sign_in(anna))["session"]["id"];

  EXPECT_EQ(status_of(here.call("DELETE", "/v1/sessions/" + id, "", "")), "204");
  expect_problem(here.call("DELETE", "/v1/sessions/" + id, "", ""), "404", "not_found");
  expect_problem(here.call("DELETE", "/v1/sessions/nonsense", "", ""), "404", "not_found");
  expect_problem(there.get("/v1/session"), "401", "sign_in_needed");
}

TEST_F(HttpApi, TakesARequestAndShowsIt) {
  const Person anna = house_.enrolled("anna");
  Browser browser = this->browser();
  browser.sign_in(anna);
  const lifecycle::Submission submission = house_.a_submission(anna);

  const std::string response = browser.post("/v1/requests", testing::body_for(submission));

  EXPECT_EQ(status_of(response), "201") << response;
  EXPECT_EQ(field_of(response, "Location"), "/v1/requests/" + submission.request.to_string());
  const json shown = json_of(browser.get("/v1/requests/" + submission.request.to_string()));
  EXPECT_EQ(shown["state"], "queued");
  EXPECT_EQ(shown["due_nominal"], "2026-04-05");
  EXPECT_EQ(shown["due"], "2026-04-06");
  EXPECT_EQ(shown["possible"], (json{"withdraw", "not_mine"}));
  EXPECT_EQ(shown["progress"]["datasets_done"], 0);
  EXPECT_EQ(json_of(browser.get("/v1/requests"))["requests"].size(), 1U);
  const std::string again =
      browser.post("/v1/requests", testing::body_for(house_.a_submission(anna)));
  expect_problem(again, "409", "request_open");
  EXPECT_EQ(json_of(again)["request"], submission.request.to_string());
}

TEST_F(HttpApi, HasNoFieldForASubject) {
  const Person anna = house_.enrolled("anna");
  static_cast<void>(house_.enrolled("anna2"));
  Browser browser = this->browser();
  browser.sign_in(anna);
  for (const char* member : {"account", "account_id", "subject", "user"}) {
    json body = testing::body_for(house_.a_submission(anna));
    body[member] = "anna2";

    expect_problem(browser.post("/v1/requests", body), "400", "field_unknown", member);
  }
  EXPECT_EQ(json_of(browser.get("/v1/requests"))["requests"].size(), 0U);
}

TEST_F(HttpApi, RefusesBadStatements) {
  const Person anna = house_.enrolled("anna");
  const Person twin = house_.enrolled("anna2");
  Browser browser = this->browser();
  browser.sign_in(anna);
  lifecycle::Submission submission = house_.a_submission(anna);
  house_.sign(twin, submission);
  expect_problem(browser.post("/v1/requests", testing::body_for(submission)),
                 "422",
                 "statement_not_authentic");
  submission = house_.a_submission(anna);
  submission.stated_at += 6min;
  house_.sign(anna, submission);
  expect_problem(
      browser.post("/v1/requests", testing::body_for(submission)), "422", "statement_time");
  expect_problem(browser.post("/v1/requests", testing::body_for(house_.a_submission(twin))),
                 "400",
                 "field_invalid",
                 "unlock_key");
  house_.fake_clock.advance(6min);
  expect_problem(browser.post("/v1/requests", testing::body_for(house_.a_submission(anna))),
                 "403",
                 "step_up_needed");
}

TEST_F(HttpApi, TakesOneOfTwoEqualRequestsAtOnce) {
  const Person anna = house_.enrolled("anna");
  const json body = testing::body_for(house_.a_submission(anna));
  Browser signed_in = browser();
  signed_in.sign_in(anna);
  std::barrier start(2);
  std::array<std::string, 2> statuses;
  const auto send = [&](std::string& status) {
    Browser other = browser();
    other.set_cookie(signed_in.cookie());
    start.arrive_and_wait();
    status = status_of(other.post("/v1/requests", body));
  };
  {
    const std::jthread one([&] { send(statuses[0]); });
    const std::jthread two([&] { send(statuses[1]); });
  }

  std::ranges::sort(statuses);
  EXPECT_EQ(statuses, (std::array<std::string, 2>{"201", "409"}));
}

TEST_F(HttpApi, ShowsTheSame404ForForeignAndAbsent) {
  const Person anna = house_.enrolled("anna");
  const Person twin = house_.enrolled("anna2");
  const std::string foreign = released(anna, "anna's package").to_string();
  const std::string absent = RequestId::random(house_.random).to_string();
  Browser browser = this->browser();
  browser.sign_in(twin);
  const auto without_trace = [](const std::string& response) {
    json body = json_of(response);
    body.erase("trace");
    return status_of(response) + body.dump();
  };
  for (const char* rest : {"", "/package", "/envelope"}) {
    EXPECT_EQ(without_trace(browser.get("/v1/requests/" + foreign + rest)),
              without_trace(browser.get("/v1/requests/" + absent + rest)));
    EXPECT_EQ(status_of(browser.get("/v1/requests/" + foreign + rest)), "404");
  }
  for (const char* rest : {"/withdraw", "/not-mine"}) {
    EXPECT_EQ(without_trace(browser.post("/v1/requests/" + foreign + rest, json::object())),
              without_trace(browser.post("/v1/requests/" + absent + rest, json::object())));
  }
  EXPECT_EQ(house_.state_of(*RequestId::parse(foreign)), "ready");
}

TEST_F(HttpApi, SendsThePackageWholeAndInRanges) {
  const Person anna = house_.enrolled("anna");
  std::string content(1'000'003, '\0');
  for (std::size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<char>('a' + i % 23);
  const RequestId request = released(anna, content);
  const std::string path = "/v1/requests/" + request.to_string() + "/package";
  Browser browser = this->browser();
  browser.sign_in(anna);

  const std::string whole = browser.get(path);
  EXPECT_EQ(status_of(whole), "200");
  EXPECT_EQ(body_of(whole), content);
  EXPECT_EQ(field_of(whole, "Content-Type"), "application/zip");
  const std::string etag = field_of(whole, "ETag");
  EXPECT_EQ(etag, '"' + to_hex(crypto::sha256(as_bytes(content)).bytes()) + '"');

  const std::string part = browser.get(path, "Range: bytes=500000-\r\nIf-Range: " + etag + "\r\n");
  EXPECT_EQ(status_of(part), "206");
  EXPECT_EQ(field_of(part, "Content-Range"), "bytes 500000-1000002/1000003");
  EXPECT_EQ(body_of(part), content.substr(500'000));
  EXPECT_EQ(body_of(browser.get(path, "Range: bytes=-7\r\n")), content.substr(content.size() - 7));
  EXPECT_EQ(body_of(browser.get(path, "Range: bytes=0-0\r\n")), "a");

  EXPECT_EQ(status_of(browser.get(path, "Range: bytes=5-\r\nIf-Range: \"other\"\r\n")), "200");
  const std::string outside = browser.get(path, "Range: bytes=1000003-\r\n");
  expect_problem(outside, "416", "range_not_satisfiable");
  EXPECT_EQ(field_of(outside, "Content-Range"), "bytes */1000003");
  const std::string head = browser.call("HEAD", path, "", "");
  EXPECT_EQ(field_of(head, "Content-Length"), "1000003");
  EXPECT_EQ(field_of(head, "Accept-Ranges"), "bytes");

  server_->stop();
  EXPECT_EQ(house_.acts("package.download_started"), 5U);
  EXPECT_EQ(house_.acts("package.downloaded"), 5U);
  EXPECT_EQ(house_.state_of(request), "downloaded");
}

TEST_F(HttpApi, TellsInTheReadersLanguageThatAFrozenLedgerHandsNothingOut) {
  const Person anna = house_.enrolled("anna");
  const std::string path = "/v1/requests/" + released(anna, "package").to_string();
  Browser browser = this->browser();
  browser.sign_in(anna);
  house_.database.execute_as_admin("UPDATE ledger.log SET state = 'frozen'");
  house_.fake_clock.advance(2s);

  const std::string german = browser.get(path + "/package", "Accept-Language: de-AT\r\n");
  const std::string french = browser.get(path + "/envelope", "Accept-Language: fr\r\n");
  const std::string english = browser.get(path + "/package");

  expect_problem(german, "503", "ledger_unavailable");
  EXPECT_EQ(json_of(german).value("title", ""), "Zurzeit kann nichts herausgegeben werden");
  EXPECT_EQ(field_of(german, "Content-Language"), "de");
  EXPECT_FALSE(field_of(german, "Retry-After").empty());
  EXPECT_EQ(json_of(french).value("title", ""), "Rien ne peut être remis pour le moment");
  EXPECT_EQ(json_of(english).value("title", ""), "Nothing can be handed out at the moment");
  EXPECT_EQ(field_of(english, "Vary"), "Accept-Language");
}

TEST_F(HttpApi, RefusesThePackageWithoutFreshStepUp) {
  const Person anna = house_.enrolled("anna");
  const std::string path = "/v1/requests/" + released(anna, "package").to_string();
  Browser browser = this->browser();
  expect_problem(browser.get(path + "/package"), "401", "sign_in_needed");
  browser.sign_in(anna);
  house_.fake_clock.advance(6min);

  expect_problem(browser.get(path + "/package"), "403", "step_up_needed");
  expect_problem(browser.get(path + "/envelope"), "403", "step_up_needed");
  browser.post("/v1/session/step-up", {{"login", to_base64(anna.login.expose())}});
  EXPECT_EQ(status_of(browser.get(path + "/package")), "200");
  EXPECT_EQ(body_of(browser.get(path + "/envelope")), R"({"envelope":1})");
}

TEST_F(HttpApi, WithdrawsAndDisowns) {
  const Person anna = house_.enrolled("anna");
  const Person twin = house_.enrolled("anna2");
  const std::string mine = "/v1/requests/" + released(anna, "package").to_string();
  const std::string hers = "/v1/requests/" + released(twin, "package").to_string();
  Browser browser = this->browser();
  browser.sign_in(anna);

  EXPECT_EQ(json_of(browser.post(mine + "/withdraw", json::object()))["state"], "withdrawn");
  const std::string again = browser.post(mine + "/withdraw", json::object());
  expect_problem(again, "409", "not_possible");
  EXPECT_EQ(json_of(again)["possible"], json::array({"not_mine"}));
  expect_problem(browser.post(mine + "/withdraw", {{"why", "x"}}), "400", "field_unknown", "why");

  browser.sign_in(twin);
  const std::string disowned = browser.post(hers + "/not-mine", json::object());
  EXPECT_EQ(status_of(disowned), "201");
  EXPECT_EQ(json_of(disowned)["request"]["state"], "quarantined");
  expect_problem(browser.get(hers + "/package"), "409", "package_frozen");
}

TEST_F(HttpApi, CutsARunningDownloadWhenFrozen) {
  const Person anna = house_.enrolled("anna");
  const RequestId request = released(anna, std::string(std::size_t{64} << 20U, 'x'));
  const auto session = house_.signed_in(anna);
  RawClient client(server_->port());
  client.send("GET /v1/requests/" + request.to_string() +
              "/package HTTP/1.1\r\nHost: localhost\r\nCookie: rightful=" + session.token.expose() +
              "\r\n\r\n");
  ASSERT_EQ(status_of(client.receive_some(4096)), "200");

  ASSERT_TRUE(house_.requests.disown(session.session, request).has_value());

  EXPECT_LT(client.receive_all().size(), std::size_t{40} << 20U);
  EXPECT_EQ(house_.state_of(request), "quarantined");
}

TEST_F(HttpApi, NamesTheMethodsOfAPath) {
  Browser browser = this->browser();

  const std::string response = browser.call("BREW", "/v1/session", "", "");
  expect_problem(response, "405", "method_not_allowed");
  EXPECT_EQ(field_of(response, "Allow"), "POST, GET, HEAD, DELETE");
  expect_problem(browser.get("/v1/nothing"), "404", "not_found");
  expect_problem(browser.call("CONNECT", "/livez", "", ""), "405", "method_not_allowed");
}

TEST_F(HttpApi, RefusesForeignSitesAndHosts) {
  Browser browser = this->browser();
  const std::string json_type = "Content-Type: application/json\r\n";

  expect_problem(browser.call("POST",
                              "/v1/salt",
                              json_type + "Origin: http://evil.example.org\r\n",
                              R"({"account":"a"})"),
                 "403",
                 "origin_foreign");
  EXPECT_EQ(
      status_of(browser.call(
          "POST", "/v1/salt", json_type + "Origin: http://localhost\r\n", R"({"account":"a"})")),
      "200");
  expect_problem(
      browser.call("POST", "/v1/salt", "Content-Type: text/plain\r\n", R"({"account":"a"})"),
      "415",
      "media_type");
  RawClient rebound(server_->port());
  rebound.send("GET /v1/service HTTP/1.1\r\nHost: evil.example.org\r\n\r\n");
  expect_problem(rebound.receive(), "421", "misdirected");
}

TEST_F(HttpApi, ThrottlesGuessing) {
  static_cast<void>(house_.enrolled("anna"));
  Browser browser = this->browser();
  const json guess{{"account", "anna"}, {"login", to_base64(Bytes(32))}};
  for (int i = 0; i < 5; ++i)
    expect_problem(browser.post("/v1/session", guess), "401", "credential_wrong");

  const std::string response = browser.post("/v1/session", guess);

  expect_problem(response, "429", "too_many_tries");
  EXPECT_EQ(field_of(response, "Retry-After"), "1");
}

// LR-06: nothing personal in logs. Everything above in one life, with canaries for account, login
// and token.
TEST_F(HttpApi, WritesNothingPersonalIntoLogs) {
  const std::string account = "CANARY-account-anna";
  const Person anna = house_.enrolled(account);
  ::testing::internal::CaptureStderr();
  Browser browser = this->browser();
  browser.post("/v1/session", {{"account", account}, {"login", to_base64(Bytes(32))}});
  browser.sign_in(anna);
  const std::string cookie = browser.cookie();
  const RequestId request = released(anna, "CANARY-content");
  browser.get("/v1/requests/" + request.to_string() + "/package");
  browser.get("/v1/CANARY-path");
  browser.post("/v1/requests", {{"CANARY-member", 1}});
  house_.database.execute("ALTER TABLE access_request RENAME TO gone");
  expect_problem(browser.get("/v1/requests"), "500", "internal");
  house_.database.execute("ALTER TABLE gone RENAME TO access_request");
  server_->stop();
  const std::string logged = ::testing::internal::GetCapturedStderr() + testing::test_server_log();

  EXPECT_NE(logged.find("http_call_failed"), std::string::npos);
  EXPECT_EQ(logged.find("CANARY"), std::string::npos) << logged;
  EXPECT_EQ(logged.find(to_base64(anna.login.expose())), std::string::npos);
  EXPECT_EQ(logged.find(cookie.substr(cookie.find('=') + 1)), std::string::npos);
}

}  // namespace
}  // namespace rightful::http
