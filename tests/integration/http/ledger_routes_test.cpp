// The ledger's routes over a real log: who gets what, byte for byte, and that each reading stands
// in the ledger before anything is given.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"
#include "rightful/http/api.hpp"
#include "rightful/http/server.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/ledger/tlog_proof.hpp"
#include "rightful/lifecycle/redaction.hpp"
#include "rightful/store/pseudonyms.hpp"
#include "rightful/store/sessions.hpp"

#include "tests/integration/http/raw_client.hpp"
#include "tests/integration/lifecycle/ledger_house.hpp"
#include "tests/integration/lifecycle/people.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::http {
namespace {

using lifecycle::StaffRole;
using nlohmann::json;
using testing::body_of;
using testing::field_of;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::LedgerHouse;
using ::testing::Not;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

constexpr const char* kCanary = "canary-anna-4711";
constexpr const char* kLog = "/v1/ledger/2026/";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

class LedgerRoutes : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = HttpServer::create({.listen = "127.0.0.1:0"}, api_, house_.clock, house_.random);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    server_->start();
    for (int number = 0; number < 5; ++number)
      house_.say(anna_);
    size_ = house_.publish();
  }

  std::string call(const std::string& method,
                   const std::string& target,
                   const std::string& fields,
                   const std::string& body = {}) {
    RawClient client(server_->port());
    std::string bytes = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields;
    if (!body.empty()) {
      bytes += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    client.send(bytes + "\r\n" + body);
    return client.receive(method != "HEAD");
  }

  static std::string bearer(const lifecycle::Token& token) {
    return "Authorization: Bearer " + token.expose() + "\r\n";
  }

  std::string get(const std::string& name, const std::string& fields = {}) {
    return call("GET", kLog + name, fields);
  }

  std::string read(const std::string& name, const std::string& more = {}) {
    return get(name, bearer(auditor_.token) + more);
  }

  /// What waits or stands in the ledger under this act, as text.
  std::vector<std::string> said(const std::string& act) {
    const std::string all = house_.ask(
        "SELECT string_agg(convert_from(leaf, 'UTF8'), chr(10)) FROM (SELECT leaf FROM ledger.body "
        "UNION ALL SELECT leaf FROM ledger.outbox) AS leaves WHERE convert_from(leaf, 'UTF8') LIKE "
        "'%\"act\":\"" +
        act + "\"%'");
    return lines_of(all);
  }

  std::string bundle_path() const { return "tile/entries/000.p/" + std::to_string(size_); }

  std::string file(const std::string& name) {
    return std::string(as_text(read_file(house_.log_folder() / name, 1U << 20U).value()));
  }

  lifecycle::Token customer() {
    auto token = lifecycle::Token::generate(house_.random);
    auto transaction = house_.pool().begin();
    const Instant now = house_.clock.now();
    store::sessions::insert(
        transaction,
        {.id = SessionId::random(house_.random),
         .account = anna_,
         .created_at = now,
         .last_seen_at = now,
         .expires_at = now + 8h,
         .stepped_up_at = now},
        token.hash(),
        ledger::Event(ledger::Self{},
                      anna_,
                      ledger::events::SigninAccepted{.face = "api", .method = "password"}));
    transaction.commit();
    return token;
  }

  LedgerHouse house_;
  testing::MemoryObjects objects_;
  exporting::ManualUploads uploads_{house_.pool(), house_.keys, house_.clock, house_.random};
  exporting::LinkedUploads linked_{
      house_.pool(), uploads_, house_.clock, house_.random, house_.folder.path() / "work"};
  lifecycle::SignIn sign_in_{house_.pool(), house_.keys, house_.clock, house_.random};
  store::LedgerPressure pressure_{house_.pool(), house_.clock};
  lifecycle::AccessRequests requests_{house_.pool(),
                                      pressure_,
                                      objects_,
                                      house_.clock,
                                      house_.random,
                                      {.timezone = "Europe/Berlin"}};
  lifecycle::StaffAccess staff_{house_.pool(), house_.keys, house_.clock, house_.random};
  lifecycle::LedgerAudit ledger_{house_.pool(), house_.keys, house_.clock, house_.ledger_folder()};
  Api api_{sign_in_,
           requests_,
           linked_,
           staff_,
           ledger_,
           house_.clock,
           {.version = "1", .service_key = house_.keys.service_key().public_key(), .is_ready = [] {
              return true;
            }}};
  std::unique_ptr<HttpServer> server_;
  AccountId anna_ = house_.account(kCanary);
  lifecycle::NewStaff officer_ = house_.staff_member("o.ficer", StaffRole::Officer);
  lifecycle::NewStaff second_ = house_.staff_member("s.econd", StaffRole::Officer);
  lifecycle::NewStaff auditor_ = house_.staff_member("a.uditor", StaffRole::Auditor);
  lifecycle::NewStaff operator_ = house_.staff_member("o.perator", StaffRole::Operator);
  std::uint64_t size_ = 0;
};

TEST_F(LedgerRoutes, GiveEachCallerWhatTheRoleAllows) {
  const lifecycle::Token customer = this->customer();
  const std::string body = R"({"account":")" + std::string(kCanary) + R"(","why":"incident"})";

  struct Row {
    const char* method;
    std::string name;
    const char* nobody;
    const char* customer;
    const char* operator_status;
    const char* auditor;
    const char* officer;
  };

  const std::vector<Row> rows{
      {"GET", "checkpoint", "200", "200", "200", "200", "200"},
      {"GET", "tile/0/000.p/" + std::to_string(size_), "200", "200", "200", "200", "200"},
      {"GET", bundle_path(), "401", "401", "403", "200", "200"},
      {"GET", "entries", "401", "401", "403", "200", "200"},
      {"GET", "proof/inclusion?index=0", "401", "401", "403", "200", "200"},
      {"GET", "proof/consistency?from=1", "401", "401", "403", "200", "200"},
      {"GET", "health", "401", "401", "403", "200", "200"},
      {"POST", "pseudonym", "401", "401", "403", "403", "200"}};
  for (const Row& row : rows) {
    const auto status = [&](const std::string& fields) {
      const std::string answer =
          call(row.method, kLog + row.name, fields, std::string(row.method) == "POST" ? body : "");
      EXPECT_THAT(answer, Not(HasSubstr(kCanary))) << row.name;
      EXPECT_THAT(answer, Not(HasSubstr("a.uditor"))) << row.name;
      return status_of(answer);
    };
    EXPECT_EQ(status(""), row.nobody) << row.name;
    EXPECT_EQ(status(bearer(customer)), row.customer) << row.name;
    EXPECT_EQ(status("Cookie: rightful=" + customer.expose() + "\r\n"), row.customer) << row.name;
    EXPECT_EQ(status("Authorization: Bearer x\r\n"), row.nobody) << row.name;
    EXPECT_EQ(status(bearer(operator_.token)), row.operator_status) << row.name;
    EXPECT_EQ(status(bearer(auditor_.token)), row.auditor) << row.name;
    EXPECT_EQ(status(bearer(officer_.token)), row.officer) << row.name;
  }
  EXPECT_EQ(said("staff.refused").size(), 7U) << "six of the operator, one of the auditor";
  staff_.tidy();
  const auto refused = said("signin.refused");
  ASSERT_EQ(refused.size(), 1U) << "all strangers together";
  EXPECT_THAT(refused[0], HasSubstr("staff_token"));
}

TEST_F(LedgerRoutes, TellStrangersNothingAboutLogs) {
  EXPECT_EQ(status_of(call("GET", "/v1/ledger/2027/entries", "")), "401");
  EXPECT_EQ(field_of(get("entries"), "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(status_of(call("GET", "/v1/ledger/2027/entries", bearer(auditor_.token))), "404");
  EXPECT_EQ(status_of(call("GET", "/v1/ledger/2027/checkpoint", "")), "404");
}

TEST_F(LedgerRoutes, GivePublishedFilesByteForByte) {
  const std::string checkpoint = get("checkpoint");
  EXPECT_EQ(body_of(checkpoint), file("checkpoint"));
  EXPECT_EQ(field_of(checkpoint, "Cache-Control"), "no-cache");
  const std::string name = "tile/0/000.p/" + std::to_string(size_);
  const std::string tile = get(name);
  EXPECT_EQ(body_of(tile), file(name));
  EXPECT_EQ(field_of(tile, "Cache-Control"), "public, max-age=31536000, immutable");
  const std::string bundle = read(bundle_path());
  EXPECT_EQ(body_of(bundle), file(bundle_path()));
  EXPECT_EQ(field_of(bundle, "Cache-Control"), "no-store");
  const std::string head = call("HEAD", kLog + std::string("checkpoint"), "");
  EXPECT_EQ(status_of(head), "200");
  EXPECT_EQ(body_of(head), "");
  EXPECT_EQ(field_of(head, "Content-Length"), std::to_string(body_of(checkpoint).size()));
}

// What the publisher has written and nobody has signed yet.
TEST_F(LedgerRoutes, ShowNothingBeyondTheSignedSize) {
  const auto larger = static_cast<unsigned>(size_ + 1);
  auto folder = ledger::LogDirectory::open(house_.log_folder()).value();
  ASSERT_THAT(folder.put(ledger::LogPath::hash_tile(0, 0, larger), Bytes(32U * larger)), IsOk());
  ASSERT_THAT(folder.put(ledger::LogPath::entry_bundle(0, larger), Bytes(2U * larger)), IsOk());

  EXPECT_EQ(status_of(get("tile/0/000.p/" + std::to_string(larger))), "404");
  EXPECT_EQ(status_of(read("tile/entries/000.p/" + std::to_string(larger))), "404");
  EXPECT_EQ(status_of(get("tile/1/000.p/1")), "404");
  house_.say(anna_);
  EXPECT_EQ(lines_of(body_of(read("entries"))).size(), size_);
  EXPECT_EQ(status_of(read("proof/inclusion?index=" + std::to_string(size_))), "400");
}

TEST_F(LedgerRoutes, LeadNowhereElse) {
  for (const std::string target : {"/v1/ledger/2026/tile/../checkpoint",
                                   "/v1/ledger/../keys/service.key",
                                   "/v1/ledger/2026/tile/%2e%2e/checkpoint",
                                   "/v1/ledger/2026//checkpoint",
                                   "/v1/ledger/2026/checkpoint/",
                                   "/v1/ledger/2026/entries?",
                                   "/v1/ledger/2026/entries?a=\"",
                                   "/v1/account?x=1"}) {
    EXPECT_EQ(status_of(call("GET", target, bearer(auditor_.token))), "400") << target;
  }
  for (const std::string name : {"tile/0/000.p/0",
                                 "tile/0/000.p/256",
                                 "tile/0/0",
                                 "tile/00/000",
                                 "tile/8/000",
                                 "tile/0/x000/000",
                                 "tile/entries/memory",
                                 "checkpoints/x",
                                 "checkpoints/01",
                                 "tile/0/000.p/1.new"}) {
    EXPECT_EQ(status_of(read(name)), "404") << name;
  }
  EXPECT_EQ(status_of(call("GET", "/v1/ledger/keys/checkpoint", "")), "404");
  EXPECT_EQ(status_of(call("POST", kLog + std::string("entries"), bearer(auditor_.token), "{}")),
            "405");
  EXPECT_EQ(status_of(call("GET", kLog + std::string("pseudonym"), bearer(officer_.token))), "405");
}

TEST_F(LedgerRoutes, EntriesAreEvidence) {
  const std::string answer = read("entries");

  EXPECT_EQ(field_of(answer, "Content-Type"), "application/x-ndjson");
  EXPECT_EQ(field_of(answer, "Rightful-Tree-Size"), std::to_string(size_));
  EXPECT_EQ(field_of(answer, "Rightful-Cursor"), "");
  const auto lines = lines_of(body_of(answer));
  const auto leaves = house_.leaves();
  ASSERT_EQ(lines.size(), size_);
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const auto hash = ledger::leaf_hash(as_bytes(leaves[index]));
    EXPECT_EQ(lines[index],
              fmt::format(R"({{"idx":{},"leaf_hash":"{}","leaf":{}}})",
                          index,
                          to_hex(hash.bytes()),
                          leaves[index]));
  }
}

TEST_F(LedgerRoutes, EntriesAsATable) {
  const std::string answer = read("entries", "Accept: text/html, text/csv;q=0.9\r\n");

  EXPECT_EQ(field_of(answer, "Content-Type"), "text/csv; charset=utf-8");
  const auto lines = lines_of(body_of(answer));
  ASSERT_EQ(lines.size(), size_ + 1);
  EXPECT_EQ(lines[0], "idx,t,act,out,actor,subj,req,w,n,d,leaf_hash\r");
  EXPECT_THAT(lines[1], HasSubstr("log.genesis"));
}

TEST_F(LedgerRoutes, FindByEachField) {
  const auto places = house_.places_of("session.ended");
  const auto leaf = ledger::parse_leaf(as_bytes(house_.leaves().at(places.at(0))));
  std::string subj;
  {
    auto transaction = house_.pool().begin();
    subj = store::find_pseudonym(transaction, anna_, house_.origin, house_.keys)->text();
  }
  const auto count = [&](const std::string& query) {
    const std::string answer = read("entries?" + query);
    EXPECT_EQ(status_of(answer), "200") << query;
    return lines_of(body_of(answer)).size();
  };
  EXPECT_EQ(count("act=session.ended"), 5U);
  EXPECT_EQ(count("subj=" + subj), 5U);
  EXPECT_EQ(count("actor=self"), 5U);
  EXPECT_EQ(count("actor=" + officer_.member.ref.text()), 0U);
  EXPECT_EQ(count("from=2&to=4"), 2U);
  EXPECT_EQ(count("act=session.ended&limit=2"), 2U);
  EXPECT_EQ(count("since=2020-01-01T00%3A00%3A00Z&until=2020-01-02T00:00:00Z"), 0U);
  EXPECT_EQ(count("since=2020-01-01T00:00:00Z&act=session.ended"), 5U);
  EXPECT_EQ(count("act=no_such.event"), 0U);
  const auto said_by = said("audit.queried");
  ASSERT_EQ(said_by.size(), 9U);
  EXPECT_THAT(said_by[0], HasSubstr(R"("by":"act","rows":"lt10")"));
  EXPECT_THAT(said_by[1], HasSubstr(R"("by":"subject")"));
  EXPECT_THAT(said_by[4], HasSubstr(R"("by":"index")"));
  EXPECT_THAT(said_by[6], HasSubstr(R"("by":"time")"));
}

TEST_F(LedgerRoutes, RefuseUnfitQuestionsByName) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"limit=0", "limit"},
      {"limit=1001", "limit"},
      {"limit=-1", "limit"},
      {"from=01", "from"},
      {"from=9223372036854775808", "from"},
      {"from=1000000", "from"},
      {"to=1000000", "to"},
      {"from=3&to=2", "to"},
      {"subj=anna", "subj"},
      {"subj=s_" + std::string(42, 'A'), "subj"},
      {"actor=anna", "actor"},
      {"req=r_1", "req"},
      {"act=Session.ended", "act"},
      {"since=yesterday", "since"},
      {"until=2026-13-01T00:00:00Z", "until"},
      {"cursor=5", "cursor"},
      {"cursor=5.x", "cursor"},
      {"cursor=1000000.0", "cursor"},
      {"cursor=3.4", "cursor"},
      {"account=anna", "account"},
      {"from=1&from=2", "from"},
      {"from=", "from"},
      {"from=%1", "from"},
      {"&from=1", "query"},
      {"from=1&", "query"}};
  for (const auto& [query, field] : rows) {
    const std::string answer = read("entries?" + query);
    EXPECT_EQ(status_of(answer), "400") << query;
    EXPECT_EQ(json::parse(body_of(answer)).value("field", ""), field) << query;
  }
  EXPECT_TRUE(said("audit.queried").empty()) << "nothing was read";
}

// X3
TEST_F(LedgerRoutes, PagesNeverShiftWhileTheLogGrows) {
  std::vector<std::string> walked;
  std::string cursor;
  do {
    const std::string answer =
        read("entries?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(status_of(answer), "200") << answer;
    EXPECT_EQ(field_of(answer, "Rightful-Tree-Size"), std::to_string(size_));
    for (auto& line : lines_of(body_of(answer)))
      walked.push_back(std::move(line));
    cursor = field_of(answer, "Rightful-Cursor");
    house_.say(anna_);
    house_.publish();
  } while (!cursor.empty());

  ASSERT_EQ(walked.size(), size_);
  for (std::size_t index = 0; index < walked.size(); ++index)
    EXPECT_TRUE(walked[index].starts_with(fmt::format(R"({{"idx":{},)", index))) << walked[index];
  EXPECT_GT(house_.publish(), size_ + 3);
}

TEST_F(LedgerRoutes, ProofsHold) {
  const auto leaves = house_.leaves();
  const std::vector<ledger::NoteKey> known{house_.signer_key};
  const auto first_size = size_;
  const std::string first_note = body_of(get("checkpoint"));
  house_.say(anna_);
  const auto size = house_.publish();

  const auto newest = ledger::parse_tlog_proof(as_bytes(body_of(read("proof/inclusion?index=3"))));
  ASSERT_THAT(newest, IsOk());
  const auto shown = ledger::verify_tlog_proof(*newest, as_bytes(leaves[3]), known);
  ASSERT_THAT(shown, IsOk());
  EXPECT_EQ(shown->checkpoint.head.size, size);
  const auto earlier = ledger::parse_tlog_proof(
      as_bytes(body_of(read(fmt::format("proof/inclusion?index=3&size={}", first_size)))));
  ASSERT_THAT(earlier, IsOk());
  EXPECT_THAT(ledger::verify_tlog_proof(*earlier, as_bytes(leaves[3]), known), IsOk());
  EXPECT_FALSE(ledger::verify_tlog_proof(*earlier, as_bytes(leaves[4]), known));

  const std::string answer = read(fmt::format("proof/consistency?from={}", first_size));
  ledger::Proof proof;
  for (const auto& line : lines_of(body_of(answer)))
    proof.push_back(ledger::TreeHash::parse(*from_base64(line)).value());
  const auto old = ledger::open_checkpoint(as_bytes(first_note), known);
  const auto now = ledger::open_checkpoint(as_bytes(body_of(get("checkpoint"))), known);
  EXPECT_THAT(ledger::verify_consistency(proof, old->checkpoint.head, now->checkpoint.head),
              IsOk());

  EXPECT_EQ(status_of(read(fmt::format("proof/inclusion?index=1&size={}", first_size - 1))), "400");
  EXPECT_EQ(status_of(read("proof/inclusion")), "400");
  EXPECT_EQ(status_of(read("proof/consistency?from=0")), "400");
  EXPECT_EQ(status_of(read(fmt::format("proof/consistency?from={}&to=2", size))), "400");
}

TEST_F(LedgerRoutes, ReadingABundleIsOneLeafAMinute) {
  const auto read_bundle = [&] { ASSERT_EQ(status_of(read(bundle_path())), "200"); };
  read_bundle();
  read_bundle();
  EXPECT_EQ(said("audit.read").size(), 1U);
  ASSERT_EQ(status_of(get(bundle_path(), bearer(officer_.token))), "200");
  EXPECT_EQ(said("audit.read").size(), 2U) << "another reader";
  house_.clock.advance(1min);
  read_bundle();
  const auto leaves = said("audit.read");
  ASSERT_EQ(leaves.size(), 3U);
  EXPECT_THAT(leaves[0], HasSubstr(fmt::format(R"("d":{{"from":0,"to":{}}})", size_)));
  EXPECT_THAT(leaves[0], HasSubstr(auditor_.member.ref.text()));
}

TEST_F(LedgerRoutes, NothingIsGivenThatCannotBeRecorded) {
  house_.database.execute_as_admin(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;"
      "CREATE TRIGGER refuse BEFORE INSERT ON ledger.outbox EXECUTE FUNCTION refuse()");
  const std::string body = R"({"account":")" + std::string(kCanary) + R"(","why":"court"})";

  for (const std::string& answer :
       {read("entries"),
        read(bundle_path()),
        read("proof/inclusion?index=0"),
        call("POST", kLog + std::string("pseudonym"), bearer(officer_.token), body),
        get("entries", bearer(operator_.token))}) {
    EXPECT_EQ(status_of(answer).substr(0, 1), "5") << answer;
    EXPECT_THAT(answer, Not(HasSubstr("log.genesis")));
    EXPECT_THAT(answer, Not(HasSubstr("s_")));
  }
}

TEST_F(LedgerRoutes, OfficerResolvesAPerson) {
  const auto ask = [&](const std::string& body) {
    return call("POST", kLog + std::string("pseudonym"), bearer(officer_.token), body);
  };
  std::string subj;
  {
    auto transaction = house_.pool().begin();
    subj = store::find_pseudonym(transaction, anna_, house_.origin, house_.keys)->text();
  }
  const std::string keys_before = house_.ask("SELECT count(*) FROM ledger_secret.subject_key");

  const std::string found = ask(R"({"account":")" + std::string(kCanary) + R"(","why":"court"})");

  EXPECT_EQ(status_of(found), "200");
  EXPECT_EQ(json::parse(body_of(found)), json({{"subj", subj}}));
  const auto resolved = said("audit.resolved");
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_THAT(resolved[0], HasSubstr("\"subj\":\"" + subj + "\""));
  EXPECT_THAT(resolved[0], HasSubstr(R"("why":"court")"));
  EXPECT_EQ(status_of(ask(R"({"account":"nobody","why":"court"})")), "404");
  EXPECT_EQ(said("staff.searched").size(), 1U);
  EXPECT_EQ(house_.ask("SELECT count(*) FROM ledger_secret.subject_key"), keys_before)
      << "asking makes nobody known";
  EXPECT_EQ(status_of(ask(R"({"account":"anna","why":"curiosity"})")), "400");
  EXPECT_EQ(status_of(ask(R"({"account":"anna"})")), "400");
  EXPECT_EQ(status_of(ask(R"({"account":"anna","why":"court","x":1})")), "400");
  ASSERT_THAT(lifecycle::erase_subject(house_.tools(), anna_, "error"), IsOk());
  EXPECT_EQ(status_of(ask(R"({"account":")" + std::string(kCanary) + R"(","why":"court"})")),
            "404");
}

TEST_F(LedgerRoutes, ErasedBodyIsNull) {
  const auto index = house_.places_of("session.ended").at(0);
  const lifecycle::Redaction redaction{.index = index,
                                       .why = "accident",
                                       .first = officer_.member.ref,
                                       .second = second_.member.ref};
  static_cast<void>(lifecycle::redact(house_.tools(), house_.ledger_folder(), redaction, 0s));
  house_.publish();
  ASSERT_THAT(lifecycle::redact(house_.tools(), house_.ledger_folder(), redaction, 0s), IsOk());

  const auto lines =
      lines_of(body_of(read(fmt::format("entries?from={}&to={}", index, index + 1))));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].ends_with(R"(","leaf":null})")) << lines[0];
  EXPECT_EQ(lines_of(body_of(read("entries?act=session.ended"))).size(), 4U);
  EXPECT_EQ(status_of(read("entries", "Accept: text/csv\r\n")), "200");
}

TEST_F(LedgerRoutes, HealthTellsHowFarTheLogIs) {
  house_.say(anna_);

  const json health = json::parse(body_of(read("health")));

  EXPECT_EQ(health["origin"], house_.origin.text());
  EXPECT_EQ(health["state"], "open");
  EXPECT_EQ(health["signed_size"], size_);
  EXPECT_GE(health["outbox_rows"], 1);
  EXPECT_TRUE(health["signed_at"].is_string());
}

}  // namespace
}  // namespace rightful::http
