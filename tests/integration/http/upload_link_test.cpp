// A colleague's link over real HTTP: what it shows, what goes through it, and each way in which it
// ends.
#include <barrier>
#include <nlohmann/json.hpp>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "rightful/export/linked_uploads.hpp"
#include "rightful/http/api.hpp"
#include "rightful/http/server.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/integration/export/export_world.hpp"
#include "tests/integration/http/raw_client.hpp"
#include "tests/integration/lifecycle/people.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::http {
namespace {

using exporting::Replace;
using exporting::testing::canary;
using exporting::testing::ExportWorld;
using nlohmann::json;
using ::testing::AllOf;
using testing::body_of;
using ::testing::Contains;
using testing::field_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::Not;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

constexpr const char* kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en, de]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  archive: { kind: manual, instructions: { en: "Ask room 12.", de: "Zimmer 12." }, max_mib: 2 }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: { en: until the end, de: bis zum Ende } }
  origin: the subject
datasets:
  - name: account_note
    source: shop
    table: account_note
    owner: account_id
    title: { en: Notes, de: Notizen }
    fields:
      id: { title: { en: Number, de: Nummer } }
      account_id: { title: { en: Account, de: Konto } }
      body: { title: { en: Text, de: Text } }
  - name: letter
    source: archive
    title: { en: Letters, de: Briefe }
    fields: { body: { title: { en: Text, de: Text } } }
  - name: card
    source: archive
    title: { en: Cards, de: Karten }
    fields: { body: { title: { en: Text, de: Text } } }
)";

json record(const std::string& owner, const std::string& key, const std::string& body) {
  return {{"@owner", owner}, {"@key", key}, {"body", body}};
}

std::string file_of(const std::string& account, const json& records) {
  return json{{"version", 1},
              {"account", account},
              {"snapshot", nullptr},
              {"taken_at", "2026-11-20T10:00:00Z"},
              {"count", records.size()},
              {"records", records},
              {"next", nullptr}}
      .dump();
}

class UploadLink : public ::testing::Test {
 protected:
  UploadLink() {
    world_.company(
        "CREATE TABLE account_note (id int PRIMARY KEY, account_id text, body text);"
        "INSERT INTO account_note VALUES (1, 'anna', 'a')");
    world_.activate_catalog(kCatalog);
    world_.add_account("anna");
    world_.add_account("bert");
    settings_.listen = "127.0.0.1:0";
  }

  void SetUp() override {
    auto server = HttpServer::create(settings_, api_, clock_, random_);
    ASSERT_THAT(server, testing::IsOk());
    server_ = *std::move(server);
    server_->start();
  }

  /// A request whose first claim has found that it must wait for both datasets.
  RequestId waiting(const std::string& account) {
    const RequestId request = world_.ask(account);
    auto transaction = world_.pool().begin();
    const AccountId id = AccountId::parse(account).value();
    store::manual_tasks::open(transaction, request, id, "letter", 2, clock_.now());
    store::manual_tasks::open(transaction, request, id, "card", 3, clock_.now());
    transaction.commit();
    world_.execute(
        "UPDATE access_request SET catalog_version = (SELECT max(version) FROM catalog_version)");
    return request;
  }

  [[nodiscard]] std::string link_for(const RequestId& request,
                                     Replace replace = Replace::Refuse,
                                     const std::string& dataset = "letter") {
    auto made = uploads_.make_link(request, dataset, std::chrono::days(7), replace);
    EXPECT_THAT(made, testing::IsOk());
    return made ? made->token.expose() : std::string();
  }

  [[nodiscard]] std::string exchange(const std::string& bytes) const {
    RawClient client(server_->port());
    client.send(bytes);
    return client.receive();
  }

  [[nodiscard]] static std::string head(const std::string& method,
                                        const std::string& token,
                                        const std::string& fields) {
    return method + " /v1/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
           "\r\n" + fields + "\r\n";
  }

  [[nodiscard]] std::string show(const std::string& token, const std::string& fields = "") const {
    return exchange(head("GET", token, fields));
  }

  [[nodiscard]] static std::string put_head(const std::string& token,
                                            const std::string& account,
                                            std::size_t size) {
    return head(
        "PUT",
        token,
        "Rightful-Account: " + account + "\r\nContent-Length: " + std::to_string(size) + "\r\n");
  }

  [[nodiscard]] std::string put(const std::string& token,
                                const std::string& account,
                                const std::string& file) const {
    return exchange(put_head(token, account, file.size()) + file);
  }

  [[nodiscard]] std::string own_file() const {
    return file_of("anna", json::array({record("anna", "1", canary("anna"))}));
  }

  /// But for the trace, the bytes of the one answer that every dead link gives.
  static void expect_dead(const std::string& response) {
    EXPECT_EQ(status_of(response), "404") << response;
    json body = json::parse(body_of(response));
    body.erase("trace");
    EXPECT_EQ(body,
              (json{{"type", "urn:rightful:problem:link_dead"},
                    {"title", "This link does not work"},
                    {"status", 404},
                    {"detail",
                     "It was used, is out of date, or was taken back: ask whoever sent it for a "
                     "new one."}}));
  }

  static void expect_problem(const std::string& response, const char* status, const char* name) {
    EXPECT_EQ(status_of(response), status) << response;
    EXPECT_THAT(body_of(response), HasSubstr("\"urn:rightful:problem:" + std::string(name) + "\""));
  }

  void expect_nothing_kept() {
    EXPECT_EQ(world_.count("manual_chunk"), 0);
    EXPECT_EQ(world_.count("manual_task WHERE state <> 'open'"), 0);
    EXPECT_THAT(world_.work_files(), IsEmpty());
  }

  ExportWorld world_;
  SystemClock clock_;
  SystemRandom random_;
  testing::MemoryObjects objects_;
  exporting::ManualUploads uploads_{world_.pool(), world_.keys(), clock_, random_};
  exporting::LinkedUploads linked_{
      world_.pool(), uploads_, clock_, random_, world_.folder / "work"};
  lifecycle::SignIn sign_in_{world_.pool(), world_.keys(), clock_, random_};
  lifecycle::AccessRequests requests_{
      world_.pool(), objects_, clock_, random_, {.timezone = "Europe/Berlin"}};
  Api api_{sign_in_,
           requests_,
           linked_,
           clock_,
           {.version = "1",
            .service_key = world_.keys().service_key().public_key(),
            .is_ready = [] { return true; },
            .languages = {"en", "de"}}};
  HttpServerSettings settings_;
  std::unique_ptr<HttpServer> server_;
};

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

TEST_F(UploadLink, TakesUploadsThatDoNotFitIntoMemoryAtOnce) {
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

TEST_F(UploadLink, EndsWithTheFifthWrongAccount) {
  const std::string token = link_for(waiting("anna"));

  for (const char* typed : {"bert", "Anna", "ann", "anna%20"}) {
    expect_problem(put(token, typed, own_file()), "403", "other_account");
  }
  EXPECT_EQ(status_of(show(token)), "200");
  expect_problem(put(token, "nobody", own_file()), "403", "other_account");

  expect_dead(put(token, "anna", own_file()));
  expect_dead(show(token));
  EXPECT_THAT(world_.acts(), Contains("dataset.supply_refused").Times(5));
  EXPECT_THAT(world_.acts(), Contains("dataset.link_ended").Times(1));
  expect_nothing_kept();
}

TEST_F(UploadLink, RefusesWhatCannotBeAnAccount) {
  const std::string token = link_for(waiting("anna"));
  const std::string file = own_file();

  for (const std::string& typed : {std::string(),
                                   std::string("a%"),
                                   std::string("a%4"),
                                   std::string("a%4x"),
                                   std::string("%00"),
                                   std::string("%FF"),
                                   std::string("%0a"),
                                   std::string(200, 'a')}) {
    expect_problem(put(token, typed, file), "400", "field_invalid");
  }
  const std::string length = "Content-Length: " + std::to_string(file.size()) + "\r\n";
  expect_problem(exchange(head("PUT", token, length) + file), "400", "field_missing");
  expect_problem(
      exchange(head("PUT", token, "Rightful-Account: anna\r\nRightful-Account: anna\r\n" + length) +
               file),
      "400",
      "field_invalid");
  EXPECT_EQ(status_of(put(token, "anna", file)), "200") << "none of these counted as wrong";
}

TEST_F(UploadLink, RefusesAForeignRecordAndSaysWhere) {
  const std::string token = link_for(waiting("anna"));

  const std::string mixed =
      put(token,
          "anna",
          file_of("anna",
                  json::array({record("anna", "1", "mine"), record("bert", "2", canary("bert"))})));

  expect_problem(mixed, "422", "foreign_record");
  EXPECT_THAT(mixed, HasSubstr("record 2 is not the account's"));
  EXPECT_THAT(mixed, Not(HasSubstr("bert")));
  expect_problem(put(token, "anna", file_of("bert", json::array())), "422", "foreign_record");
  EXPECT_THAT(world_.acts(), Contains("dataset.supply_refused").Times(2));
  expect_nothing_kept();
  EXPECT_EQ(status_of(put(token, "anna", own_file())), "200") << "the link is still there";
}

TEST_F(UploadLink, RefusesWhatHasNotTheAgreedForm) {
  const std::string token = link_for(waiting("anna"));

  json unknown = record("anna", "1", "x");
  unknown["salary"] = "CANARY";
  for (const std::string& file : {std::string(),
                                  std::string("no json"),
                                  own_file() + '\0',
                                  own_file().substr(0, own_file().size() - 1),
                                  own_file() + own_file(),
                                  file_of("anna", json::array({unknown}))}) {
    const std::string response = put(token, "anna", file);
    expect_problem(response, "422", "upload_invalid");
    EXPECT_THAT(response, Not(HasSubstr("CANARY")));
  }
  expect_nothing_kept();
}

TEST_F(UploadLink, RefusesWhatIsTooLargeBeforeItComes) {
  const std::string token = link_for(waiting("anna"));

  expect_problem(exchange(put_head(token, "anna", (2U << 20U) + 1)), "413", "upload_too_large");
  expect_problem(exchange(put_head(token, "anna", ~std::size_t{0})), "413", "upload_too_large");
  expect_problem(
      exchange(head("PUT", token, "Rightful-Account: anna\r\n")), "411", "length_required");
  expect_problem(
      exchange(head("PUT", token, "Rightful-Account: anna\r\nTransfer-Encoding: chunked\r\n")),
      "411",
      "length_required");
  expect_nothing_kept();
}

TEST_F(UploadLink, KeepsNothingOfABodyThatIsCutOff) {
  const std::string token = link_for(waiting("anna"));
  const std::string file = own_file();
  {
    RawClient client(server_->port());
    client.send(put_head(token, "anna", file.size()) + file.substr(0, file.size() - 1));
    client.finish_sending();
    EXPECT_EQ(client.receive_all(), "");
  }

  expect_nothing_kept();
  EXPECT_EQ(status_of(put(token, "anna", file)), "200") << "the link is still there";
}

TEST_F(UploadLink, GivesOneAnswerForEveryDeadLink) {
  const RequestId request = waiting("anna");
  const std::string file = own_file();
  const auto expect_dead_for_all = [&](const std::string& token) {
    expect_dead(show(token));
    expect_dead(put(token, "anna", file));
    expect_dead(put(token, "bert", file));
  };

  for (const std::string& never : {std::string(43, 'A'),
                                   std::string(),
                                   std::string("../../v1/service"),
                                   std::string("..%2f..%2fetc%2fpasswd"),
                                   std::string(43, '='),
                                   std::string(44, 'A'),
                                   std::string(4000, 'A')}) {
    expect_dead_for_all(never);
  }
  const std::string revoked = link_for(request);
  ASSERT_THAT(uploads_.revoke_link(request, "letter"), testing::IsOk());
  EXPECT_THAT(uploads_.revoke_link(request, "letter"), IsError(ErrorCode::NotFound));
  expect_dead_for_all(revoked);
  const std::string replaced = link_for(request);
  const std::string expired = link_for(request);
  expect_dead_for_all(replaced);
  world_.execute(
      "UPDATE manual_link SET made_at = now() - interval '2 days', expires_at = now() - interval "
      "'1 second'");
  expect_dead_for_all(expired);
  const std::string supplied = link_for(request);
  ASSERT_TRUE(
      uploads_.upload(request, "letter", AccountId::parse("anna").value(), file, Replace::Refuse));
  expect_dead_for_all(supplied);
  const std::string ended = link_for(request, Replace::Allow);
  EXPECT_EQ(status_of(show(ended)), "200");
  world_.execute("UPDATE access_request SET state = 'quarantined'");
  expect_dead_for_all(ended);
  world_.execute("UPDATE access_request SET state = 'withdrawn'");
  expect_dead_for_all(ended);
  EXPECT_EQ(world_.count("manual_link"), 0) << "the row goes with the request";
  EXPECT_EQ(world_.count("manual_chunk"), 0);
  EXPECT_THAT(world_.acts(), Not(Contains("dataset.supply_refused")))
      << "a stranger writes nothing into the ledger";
}

TEST_F(UploadLink, GivesNoWayToAnotherRequestOrDataset) {
  const RequestId annas = waiting("anna");
  const RequestId berts = waiting("bert");
  const std::string token = link_for(berts);

  expect_problem(put(token, "anna", own_file()), "403", "other_account");

  EXPECT_EQ(world_.count("manual_chunk"), 0);
  const std::string cards = link_for(annas, Replace::Refuse, "card");
  EXPECT_EQ(status_of(put(cards, "anna", own_file())), "200");
  EXPECT_EQ(
      world_.text("SELECT string_agg(dataset, ',') FROM manual_task WHERE state = 'supplied'"),
      "card");
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

TEST_F(UploadLink, TakesNoOtherMethodAndNoOtherSite) {
  const std::string token = link_for(waiting("anna"));
  const std::string file = own_file();
  const std::string sizes = "Content-Length: " + std::to_string(file.size()) + "\r\n";

  const std::string post = exchange(
      head("POST", token, "Content-Type: application/json\r\nContent-Length: 2\r\n") + "{}");
  expect_problem(post, "405", "method_not_allowed");
  EXPECT_EQ(field_of(post, "Allow"), "GET, HEAD, PUT");
  expect_problem(exchange(head("DELETE", token, "")), "405", "method_not_allowed");
  expect_problem(exchange("PUT /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"),
                 "405",
                 "method_not_allowed");
  expect_problem(exchange("GET /upload/" + token + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                 "404",
                 "not_found");
  expect_problem(exchange("GET /v1/upload?" + token + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                 "400",
                 "bad_target");
  expect_problem(
      exchange(
          head("PUT", token, "Rightful-Account: anna\r\nOrigin: https://evil.example\r\n" + sizes) +
          file),
      "403",
      "origin_foreign");
  expect_problem(
      exchange(
          head("PUT", token, "Rightful-Account: anna\r\nSec-Fetch-Site: cross-site\r\n" + sizes) +
          file),
      "403",
      "origin_foreign");
  expect_nothing_kept();
}

TEST_F(UploadLink, IsNeverGoodBeyondTheLegalDate) {
  const RequestId request = waiting("anna");
  EXPECT_THAT(uploads_.make_link(RequestId::random(random_), "letter", 24h, Replace::Refuse),
              IsError(ErrorCode::NotFound));
  EXPECT_THAT(uploads_.make_link(request, "account_note", 24h, Replace::Refuse),
              IsError(ErrorCode::NotFound));
  world_.execute("UPDATE access_request SET due_at = now() + interval '1 hour'");

  const auto cut = uploads_.make_link(request, "letter", 24h * 7, Replace::Refuse);

  ASSERT_THAT(cut, testing::IsOk());
  EXPECT_LT(cut->until, clock_.now() + 61min);
  world_.execute("UPDATE access_request SET due_at = now() - interval '1 hour'");
  EXPECT_THAT(uploads_.make_link(request, "letter", 24h, Replace::Refuse),
              IsError(ErrorCode::Conflict));
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
