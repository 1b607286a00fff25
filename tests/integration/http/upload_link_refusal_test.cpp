// What does not go through a colleague's link, and each way in which it ends.
#include "tests/integration/http/upload_link.hpp"

namespace rightful::http {
namespace {

using exporting::Replace;
using exporting::testing::canary;
using nlohmann::json;
using ::testing::Contains;
using testing::field_of;
using ::testing::HasSubstr;
using testing::IsError;
using ::testing::Not;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

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

}  // namespace
}  // namespace rightful::http
