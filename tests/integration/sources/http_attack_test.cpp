// A service that lies, changes its mind, or breaks off: in every case the reading ends with a typed
// reason, and what was not the account's never reached the sink.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/sources/company.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kCanary = "CANARY-OF-ANOTHER";

json record(const std::string& key, const json& owner, const std::string& body = "mine") {
  return {{"@key", key}, {"@owner", owner}, {"body", body}, {"number", 1}};
}

json page(int count, const std::vector<json>& records, const json& next = nullptr) {
  return {{"body",
           {{"version", 1},
            {"account", "42"},
            {"snapshot", "s1"},
            {"taken_at", "2026-11-22T10:00:00Z"},
            {"count", count},
            {"records", records},
            {"next", next}}}};
}

json head(int count) {
  return page(count, {});
}

class HttpAttack : public ::testing::Test {
 protected:
  /// @param answers  of the dataset `notes`. @return `kind in source.dataset: detail`, or the cause
  /// of a failure.
  std::string refusal(const json& answers) {
    service_.ask(json{{"v1/notes", answers}}.dump());
    std::string catalog(testing::catalog_head());
    catalog +=
        "sources:\n  events: { kind: http, base: 'http://127.0.0.1:" + service_.first_line() +
        "/v1', auth_env: TOKEN }\ndatasets:\n  - name: notes\n    source: events\n"
        "    title: T\n    fields:\n      body: { title: T }\n"
        "      number: { title: T, kind: integer }\n"
        "      hash: { title: T, withhold: security }\n";
    const catalog::Catalog parsed = testing::parse_catalog(catalog);
    sink = {};
    try {
      auto reader =
          AccountReader::open(parsed, testing::scope_for("42"), {{"events", "secret-token"}});
      if (!reader) return checked(to_string(reader.error()));
      const auto facts = reader->read(parsed.datasets().front(), sink);
      return facts ? "none" : checked(to_string(facts.error()));
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.retry(), Retry::Later);
      return checked(failure.cause() + ": " + failure.what());
    }
  }

  /// No error tells what was sent, and no foreign record came through.
  std::string checked(std::string text) {
    EXPECT_THAT(text, Not(HasSubstr(kCanary)));
    EXPECT_THAT(text, Not(HasSubstr("secret-token")));
    for (const testing::KeptRecord& kept : sink.records) {
      EXPECT_EQ(kept.values.at("body"), "text:mine");
    }
    return text;
  }

  testing::RecordingSink sink;

 private:
  rightful::testing::HelperProgram service_{
      {"python3", rightful::testing::support_file("scripted_service.py")}};
};

TEST_F(HttpAttack, IsNoneWhenEverythingIsRight) {
  EXPECT_EQ(refusal({{"count", head(3)},
                     {"first", page(3, {record("a", "42"), record("b", {"7", "42"})}, "c1")},
                     {"c1", page(3, {record("c", "42")})}}),
            "none");
  EXPECT_THAT(sink.records, SizeIs(3));
}

TEST_F(HttpAttack, StopsAtAForeignRecord) {
  for (const json& owner : {json("7"),
                            json("0042"),
                            json("42 "),
                            json(" 42"),
                            json("42.0"),
                            json("4２"),
                            json(""),
                            json(nullptr),
                            json::array(),
                            json::array({"7", "0042"})}) {
    EXPECT_THAT(refusal({{"count", head(2)},
                         {"first", page(2, {record("a", "42"), record("b", owner, kCanary)})}}),
                HasSubstr("foreign_record in events.notes"))
        << owner;
    EXPECT_THAT(sink.records, SizeIs(1));
  }
}

TEST_F(HttpAttack, StopsAtAnAccountInOtherLetters) {
  json anna = record("a", "ANNA", kCanary);
  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {anna})}}),
              HasSubstr("foreign_record"));
}

TEST_F(HttpAttack, StopsAtARecordWithoutAnOwner) {
  json ownerless = record("a", "42", kCanary);
  ownerless.erase("@owner");

  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {ownerless})}}),
              HasSubstr("foreign_record in events.notes"));
  EXPECT_THAT(sink.records, IsEmpty());
}

TEST_F(HttpAttack, StopsAtAnOwnerThatIsNoText) {
  for (const json& owner : {json(42), json(true), json::array({42}), json{{"id", "42"}}}) {
    EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {record("a", owner, kCanary)})}}),
                HasSubstr("bad_answer in events.notes"))
        << owner;
    EXPECT_THAT(sink.records, IsEmpty());
  }
}

TEST_F(HttpAttack, StopsAtAPageOfSomebodyElse) {
  json other = page(2, {record("b", "42", kCanary)});
  other["body"]["account"] = "7";

  EXPECT_THAT(
      refusal({{"count", head(2)}, {"first", page(2, {record("a", "42")}, "c1")}, {"c1", other}}),
      HasSubstr("foreign_record in events.notes"));
  EXPECT_THAT(sink.records, SizeIs(1));
}

TEST_F(HttpAttack, StopsAtARecordThatComesTwice) {
  const json twice = page(2, {record("a", "42"), record("a", "42")});
  EXPECT_THAT(refusal({{"count", head(2)}, {"first", twice}}),
              HasSubstr("repeated_record in events.notes"));
  EXPECT_THAT(refusal({{"count", head(4)},
                       {"first", page(4, {record("a", "42"), record("b", "42")}, "c1")},
                       {"c1", page(4, {record("a", "42"), record("b", "42")})}}),
              HasSubstr("repeated_record in events.notes"));
  EXPECT_THAT(sink.records, SizeIs(2));
}

TEST_F(HttpAttack, StopsAtARecordWithoutAKey) {
  json keyless = record("a", "42");
  keyless.erase("@key");

  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {keyless})}}),
              HasSubstr("bad_answer in events.notes"));
}

TEST_F(HttpAttack, StopsWhenFewerRecordsComeThanWereCounted) {
  EXPECT_THAT(refusal({{"count", head(2)}, {"first", page(2, {record("a", "42")})}}),
              HasSubstr("count_mismatch in events.notes: 2 rows were counted and 1 came"));
}

TEST_F(HttpAttack, StopsWhenMoreRecordsComeThanWereCounted) {
  EXPECT_THAT(
      refusal({{"count", head(1)}, {"first", page(1, {record("a", "42"), record("b", "42")})}}),
      HasSubstr("count_mismatch in events.notes: 1 rows were counted and more came"));
  EXPECT_THAT(refusal({{"count", head(0)}, {"first", page(0, {record("a", "42")})}}),
              HasSubstr("count_mismatch"));
}

TEST_F(HttpAttack, StopsWhenTheCountChanges) {
  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(2, {record("a", "42")})}}),
              HasSubstr("count_mismatch in events.notes: 1 records were counted, and later 2"));
  EXPECT_THAT(refusal({{"count", json::array({head(1), head(2)})},
                       {"first", page(1, {record("a", "42")})}}),
              HasSubstr("count_mismatch"));
}

TEST_F(HttpAttack, StopsAtAPageOfAnotherSnapshot) {
  json other = page(2, {record("b", "42", "mine")});
  other["body"]["snapshot"] = "s2";
  json without = other;
  without["body"]["snapshot"] = nullptr;

  for (const json& second : {other, without}) {
    EXPECT_THAT(
        refusal(
            {{"count", head(2)}, {"first", page(2, {record("a", "42")}, "c1")}, {"c1", second}}),
        HasSubstr("bad_answer in events.notes: a page is of another snapshot"));
  }
}

TEST_F(HttpAttack, TriesAgainWhenAServiceWithoutSnapshotsChanges) {
  const auto without = [](json answer) {
    answer["body"]["snapshot"] = nullptr;
    return answer;
  };

  EXPECT_EQ(
      refusal({{"count", without(head(1))}, {"first", without(page(1, {record("a", "42")}))}}),
      "none");
  EXPECT_THAT(refusal({{"count", json::array({without(head(1)), without(head(2))})},
                       {"first", without(page(1, {record("a", "42")}))}}),
              HasSubstr("serialization: "));
}

TEST_F(HttpAttack, StopsAtPagesThatNeverEnd) {
  const json circle = page(2, {record("a", "42")}, "c1");
  EXPECT_THAT(refusal({{"count", head(2)}, {"first", circle}, {"c1", circle}}),
              HasSubstr("bad_answer in events.notes: a page names itself as the next one"));
  EXPECT_THAT(refusal({{"count", head(2)},
                       {"first", page(2, {record("a", "42")}, "c1")},
                       {"c1", page(2, {record("b", "42")}, "c2")},
                       {"c2", page(2, {record("a", "42")}, "c1")}}),
              HasSubstr("repeated_record"));
  EXPECT_THAT(refusal({{"count", head(2)}, {"first", page(2, {}, "c1")}}),
              HasSubstr("bad_answer in events.notes: a page without records names a next one"));
}

TEST_F(HttpAttack, StopsAtPagesThatAreTooLarge) {
  std::vector<json> many;
  for (int i = 0; i < 1001; ++i) {
    many.push_back(record(std::to_string(10000 + i), "42"));
  }
  EXPECT_THAT(refusal({{"count", head(1001)}, {"first", page(1001, many)}}),
              HasSubstr("bad_answer in events.notes: a page has more records than were asked for"));
  EXPECT_THAT(refusal({{"count", page(1, {record("a", "42")})}}),
              HasSubstr("bad_answer in events.notes: a page has more records than were asked for"));
  const json wide = record("a", "42", std::string(9U << 20U, 'x'));
  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {wide})}}),
              HasSubstr("bad_answer in events: it answers with more bytes"));
}

TEST_F(HttpAttack, StopsAtFieldsThatNobodyDescribed) {
  json more = record("a", "42");
  more[kCanary] = "x";
  EXPECT_THAT(
      refusal({{"count", head(1)}, {"first", page(1, {more})}}),
      HasSubstr("schema_changed in events.notes: record 1 has a member that was not asked"));
  json withheld = record("a", "42");
  withheld["hash"] = "x";
  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {withheld})}}),
              HasSubstr("schema_changed"));
  json less = record("a", "42");
  less.erase("number");
  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {less})}}),
              HasSubstr("schema_changed in events.notes: record 1 has no `number`"));
  json other = record("a", "42");
  other["number"] = "CANARY-OF-ANOTHER";
  EXPECT_THAT(refusal({{"count", head(1)}, {"first", page(1, {other})}}),
              HasSubstr("schema_changed in events.notes: `number` of record 1 is no integer"));
}

TEST_F(HttpAttack, StopsAtAnswersThatAreNoPages) {
  const auto answer = [&](int status, const json& headers, const std::string& body) {
    return refusal({{"count", {{"status", status}, {"headers", headers}, {"body", body}}}});
  };

  EXPECT_THAT(answer(200, {{"Content-Type", "text/html"}}, "<html>CANARY-OF-ANOTHER"),
              HasSubstr("bad_answer in events.notes: its answer is not of type"));
  EXPECT_THAT(answer(200, json::object(), "{\"version\": 1, \"CANARY-OF-ANOTHER\""),
              HasSubstr("bad_answer in events.notes: in its answer it is no complete JSON"));
  EXPECT_THAT(answer(204, json::object(), ""), HasSubstr("bad_answer"));
  EXPECT_THAT(answer(400, json::object(), kCanary), HasSubstr("status 400"));
  EXPECT_THAT(answer(401, json::object(), kCanary),
              HasSubstr("access_denied in events.notes: the service refuses the token in TOKEN"));
  EXPECT_THAT(answer(403, json::object(), kCanary), HasSubstr("access_denied"));
  EXPECT_THAT(answer(404, json::object(), kCanary),
              HasSubstr("source_not_configured in events.notes: the service has no such dataset"));
  EXPECT_THAT(
      answer(302, {{"Location", "http://127.0.0.1:9/"}}, kCanary),
      HasSubstr("source_not_configured in events.notes: the service answers with a redirect"));
  EXPECT_THAT(answer(410, json::object(), kCanary), HasSubstr("source_lost: "));
  EXPECT_THAT(answer(429, {{"Retry-After", "600"}}, kCanary), HasSubstr("unavailable: "));
  EXPECT_THAT(answer(503, json::object(), kCanary), HasSubstr("unavailable: "));
}

TEST_F(HttpAttack, WaitsAsLongAsItIsAskedTo) {
  const json busy{{"status", 429}, {"headers", {{"Retry-After", "1"}}}, {"body", ""}};
  const auto begin = std::chrono::steady_clock::now();

  EXPECT_EQ(
      refusal({{"count", json::array({busy, head(1)})}, {"first", page(1, {record("a", "42")})}}),
      "none");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds{1});
}

}  // namespace
}  // namespace rightful::sources
