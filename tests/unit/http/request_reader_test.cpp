#include "http/request_reader.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rightful::http {
namespace {

constexpr ReaderLimits kLimits{.max_header_bytes = 1024, .max_body_bytes = 64};

/// What the reader makes of one piece of bytes.
struct Reading {
  ReaderState state;
  ProblemKind problem;
};

Reading read(const std::string& bytes) {
  RequestReader reader(kLimits);
  reader.feed(bytes);
  const ReaderState state = reader.advance();
  return {state, state == ReaderState::Refused ? reader.problem() : ProblemKind::Internal};
}

void expect_refused(const std::string& bytes, ProblemKind kind) {
  const Reading reading = read(bytes);
  EXPECT_EQ(reading.state, ReaderState::Refused) << bytes;
  EXPECT_EQ(text_of(reading.problem).name, text_of(kind).name) << bytes;
}

std::string get(const std::string& fields) {
  return "GET /v1/service HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields) {
  return "POST /v1/salt HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

TEST(RequestReader, ReadsAPlainGet) {
  RequestReader reader(kLimits);
  reader.feed(get("X-Thing:  one \r\n"));

  ASSERT_EQ(reader.advance(), ReaderState::Done);
  const ParsedRequest request = reader.take();

  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/v1/service");
  EXPECT_EQ(request.fields, (HttpFields{{"host", "localhost"}, {"x-thing", "one"}}));
  EXPECT_EQ(request.body, "");
  EXPECT_TRUE(request.keep_alive);
}

TEST(RequestReader, ReadsABodyByteByByte) {
  RequestReader reader(kLimits);
  ReaderState state = ReaderState::Idle;
  for (const char c : post("Content-Length: 5\r\n") + "hello") {
    EXPECT_NE(state, ReaderState::Refused);
    reader.feed({&c, 1});
    state = reader.advance();
  }

  ASSERT_EQ(state, ReaderState::Done);
  EXPECT_EQ(reader.take().body, "hello");
}

TEST(RequestReader, TellsItsPhase) {
  RequestReader reader(kLimits);
  EXPECT_EQ(reader.advance(), ReaderState::Idle);

  reader.feed("POST /v1/salt");
  EXPECT_EQ(reader.advance(), ReaderState::Header);

  reader.feed(" HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{");
  EXPECT_EQ(reader.advance(), ReaderState::Body);
}

TEST(RequestReader, KeepsTheNextRequestApart) {
  RequestReader reader(kLimits);
  reader.feed(post("Content-Length: 2\r\n") + "{}" + get(""));

  ASSERT_EQ(reader.advance(), ReaderState::Done);
  EXPECT_EQ(reader.take().body, "{}");
  ASSERT_EQ(reader.advance(), ReaderState::Done);
  EXPECT_EQ(reader.take().method, "GET");
  EXPECT_EQ(reader.advance(), ReaderState::Idle);
}

TEST(RequestReader, AsksOnceForAnExpectedBody) {
  RequestReader reader(kLimits);
  reader.feed(post("Content-Length: 2\r\nExpect: 100-Continue\r\n"));

  EXPECT_EQ(reader.advance(), ReaderState::Continue);
  EXPECT_EQ(reader.advance(), ReaderState::Body);
  reader.feed("{}");
  EXPECT_EQ(reader.advance(), ReaderState::Done);
}

TEST(RequestReader, DoesNotKeepHttp10Alive) {
  RequestReader reader(kLimits);
  reader.feed("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");

  ASSERT_EQ(reader.advance(), ReaderState::Done);
  EXPECT_FALSE(reader.take().keep_alive);
}

// -- bodies that are streamed

constexpr const char* kPutHead = "PUT /v1/upload HTTP/1.1\r\nHost: localhost\r\n";

bool is_upload(std::string_view method, std::string_view path) {
  return method == "PUT" && path == "/v1/upload";
}

TEST(RequestReader, GivesAStreamedBodyAsItComes) {
  RequestReader reader(kLimits, is_upload);
  reader.feed(std::string(kPutHead) + "Content-Length: 200\r\n\r\nabc");

  ASSERT_EQ(reader.advance(), ReaderState::Streamed);
  const ParsedRequest request = reader.take();

  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(request.streamed_bytes, 200U);
  EXPECT_FALSE(request.expects_continue);
  EXPECT_EQ(reader.take_body(), "abc");
  EXPECT_EQ(reader.take_body(), "");
  reader.feed(std::string(197, 'x') + get(""));
  EXPECT_EQ(reader.take_body(), std::string(197, 'x'));
  EXPECT_EQ(reader.take_body(), "") << "the next request is no body";
  ASSERT_EQ(reader.advance(), ReaderState::Done);
  EXPECT_EQ(reader.take().path, "/v1/service");
}

TEST(RequestReader, LetsTheRouteJudgeTheSizeOfAStreamedBody) {
  RequestReader reader(kLimits, is_upload);
  reader.feed(std::string(kPutHead) + "Content-Length: 18446744073709551615\r\n\r\n");

  ASSERT_EQ(reader.advance(), ReaderState::Streamed);
  EXPECT_EQ(reader.take().streamed_bytes, 18446744073709551615U);
}

TEST(RequestReader, TakesAStreamedBodyOfNothing) {
  RequestReader reader(kLimits, is_upload);
  reader.feed(std::string(kPutHead) + "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n" +
              get(""));

  ASSERT_EQ(reader.advance(), ReaderState::Streamed);
  const ParsedRequest request = reader.take();
  EXPECT_EQ(request.streamed_bytes, 0U);
  EXPECT_FALSE(request.expects_continue);
  EXPECT_EQ(reader.advance(), ReaderState::Done);
}

TEST(RequestReader, SaysThatTheClientWaitsBeforeAStreamedBody) {
  RequestReader reader(kLimits, is_upload);
  reader.feed(std::string(kPutHead) + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");

  ASSERT_EQ(reader.advance(), ReaderState::Streamed);
  EXPECT_TRUE(reader.take().expects_continue);
}

TEST(RequestReader, GuardsAStreamedRequestAsEveryOther) {
  const auto refusal = [](const std::string& bytes) {
    RequestReader reader(kLimits, is_upload);
    reader.feed(bytes);
    return reader.advance() == ReaderState::Refused ? text_of(reader.problem()).name : "taken";
  };
  const std::string head = kPutHead;

  EXPECT_EQ(refusal(head + "\r\n"), "length_required");
  EXPECT_EQ(refusal(head + "Transfer-Encoding: chunked\r\n\r\n"), "length_required");
  EXPECT_EQ(refusal(head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), "bad_request");
  EXPECT_EQ(refusal(head + "Content-Length: 18446744073709551616\r\n\r\n"), "bad_request");
  EXPECT_EQ(refusal(head + "Content-Length: -1\r\n\r\n"), "bad_request");
  EXPECT_EQ(refusal(head + "Host: b\r\nContent-Length: 5\r\n\r\n"), "host_invalid");
  EXPECT_EQ(refusal("PUT /v1/upload/ HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n"),
            "bad_target");
  EXPECT_EQ(refusal("PUT /v1/upload2 HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n"),
            "body_too_large");
  EXPECT_EQ(refusal("POST /v1/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n"),
            "body_too_large");
  EXPECT_EQ(refusal("GET /v1/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n"),
            "bad_request");
}

// Beast 1.81 takes each of the following (docs/adr/0012).

TEST(RequestReader, RefusesEveryTransferEncoding) {
  expect_refused(post("Transfer-Encoding: chunked\r\n"), ProblemKind::LengthRequired);
  expect_refused(post("Transfer-Encoding: chunked, gzip\r\n"), ProblemKind::LengthRequired);
  expect_refused(post("Transfer-Encoding: identity\r\n"), ProblemKind::LengthRequired);
  expect_refused(post("transfer-encoding: \tchunked\r\n"), ProblemKind::LengthRequired);
  expect_refused("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                 ProblemKind::LengthRequired);
}

TEST(RequestReader, RefusesLengthBesideTransferEncoding) {
  EXPECT_EQ(read(post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")).state,
            ReaderState::Refused);
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n")).state,
            ReaderState::Refused);
}

TEST(RequestReader, DemandsExactlyOneHost) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", ProblemKind::HostInvalid);
  expect_refused("GET / HTTP/1.0\r\n\r\n", ProblemKind::HostInvalid);
  expect_refused(get("Host: localhost\r\n"), ProblemKind::HostInvalid);
  expect_refused("GET / HTTP/1.1\r\nHost:\r\n\r\n", ProblemKind::HostInvalid);
  expect_refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", ProblemKind::HostInvalid);
  expect_refused("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", ProblemKind::HostInvalid);
}

TEST(RequestReader, RefusesMoreThanOneLength) {
  expect_refused(post("Content-Length: 2\r\nContent-Length: 2\r\n") + "{}",
                 ProblemKind::BadRequest);
  EXPECT_EQ(read(post("Content-Length: 2, 2\r\n") + "{}").state, ReaderState::Refused);
  EXPECT_EQ(read(post("Content-Length: +2\r\n") + "{}").state, ReaderState::Refused);
  EXPECT_EQ(read(post("Content-Length: -1\r\n")).state, ReaderState::Refused);
  EXPECT_EQ(read(post("Content-Length: 0x2\r\n") + "{}").state, ReaderState::Refused);
  EXPECT_EQ(read(post("Content-Length:\r\n")).state, ReaderState::Refused);
  EXPECT_EQ(read(post("Content-Length: 99999999999999999999999\r\n")).state, ReaderState::Refused);
}

TEST(RequestReader, RefusesABodyWhereNoneIsExpected) {
  expect_refused(get("Content-Length: 1\r\n"), ProblemKind::BadRequest);
  EXPECT_EQ(read(get("Content-Length: 0\r\n")).state, ReaderState::Done);
  expect_refused("DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
                 ProblemKind::BadRequest);
}

TEST(RequestReader, RefusesBareAndFoldedLines) {
  expect_refused("GET / HTTP/1.1\nHost: a\r\n\r\n", ProblemKind::BadRequest);
  expect_refused("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", ProblemKind::BadRequest);
  expect_refused("GET / HTTP/1.1\rHost: a\r\n\r\n", ProblemKind::BadRequest);
  expect_refused(get("X-A: b\r\n c\r\n"), ProblemKind::BadRequest);
  expect_refused(get("X-A: b\r\n\tc\r\n"), ProblemKind::BadRequest);
}

TEST(RequestReader, RefusesControlAndForeignCharacters) {
  expect_refused(get(std::string("X-A: b\0c\r\n", 10)), ProblemKind::BadRequest);
  expect_refused(get("X-A: \x7f\r\n"), ProblemKind::BadRequest);
  expect_refused(get("X-A: \xc3\xa4\r\n"), ProblemKind::BadRequest);
  expect_refused("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", ProblemKind::BadRequest);
  EXPECT_EQ(read(get("X A: b\r\n")).state, ReaderState::Refused);
  EXPECT_EQ(read(get("X-A : b\r\n")).state, ReaderState::Refused);
  EXPECT_EQ(read(get("no colon\r\n")).state, ReaderState::Refused);
}

TEST(RequestReader, RefusesBadBytesBeforeTheHeaderIsComplete) {
  EXPECT_EQ(read("\x16\x03\x01\x02").state, ReaderState::Refused);
  EXPECT_EQ(read("GET / HTTP/1.1\r").state, ReaderState::Header);
  EXPECT_EQ(read("GET / HTTP/1.1\r\n").state, ReaderState::Header);
}

TEST(RequestReader, RefusesOtherVersions) {
  EXPECT_EQ(read("GET / HTTP/2.0\r\nHost: a\r\n\r\n").state, ReaderState::Refused);
  EXPECT_EQ(read("GET / HTTP/1.2\r\nHost: a\r\n\r\n").state, ReaderState::Refused);
  EXPECT_EQ(read("GET /\r\n\r\n").state, ReaderState::Refused);
}

TEST(RequestReader, RefusesTargetsThatNeedNormalisation) {
  for (const char* target : {"http://a/v1",
                             "//v1",
                             "/v1//a",
                             "/v1/",
                             "/./v1",
                             "/v1/..",
                             "/v1/%2e%2e",
                             "/v1?account=anna",
                             "/v1#x",
                             "*",
                             "/v1;a",
                             "/v1\\a",
                             "v1"}) {
    expect_refused("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                   ProblemKind::BadTarget);
  }
}

TEST(RequestReader, SplitsAQueryWhereMachinesAsk) {
  RequestReader reader(kLimits);
  reader.feed("GET /v1/ledger/1/entries?from=1&to=2 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(reader.advance(), ReaderState::Done);
  const ParsedRequest request = reader.take();

  EXPECT_EQ(request.path, "/v1/ledger/1/entries");
  EXPECT_EQ(request.query, "from=1&to=2");
  for (const char* target : {"/v1/ledger/1/entries?",
                             "/v1/ledger/1/entries?a=<b>",
                             "/v1/ledger/1/entries?a=b?c=d",
                             "/v1/ledger/1/entries?a=/../b",
                             "/v1/ledger/../x?a=b",
                             "/v1/ledger?a=b",
                             "?a=b",
                             "/v1/upload?a=b"}) {
    expect_refused("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                   ProblemKind::BadTarget);
  }
}

TEST(RequestReader, LimitsTheHeader) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::size_t room = kLimits.max_header_bytes - start.size() - end.size();

  EXPECT_EQ(read(start + std::string(room, 'x') + end).state, ReaderState::Done);
  expect_refused(start + std::string(room + 1, 'x') + end, ProblemKind::HeaderTooLarge);
  expect_refused(start + std::string(2000, 'x'), ProblemKind::HeaderTooLarge);
}

TEST(RequestReader, LimitsTheBodyByItsLength) {
  EXPECT_EQ(read(post("Content-Length: 64\r\n")).state, ReaderState::Body);
  expect_refused(post("Content-Length: 65\r\n"), ProblemKind::BodyTooLarge);
}

TEST(RequestReader, RefusesOtherExpectations) {
  expect_refused(post("Expect: something\r\nContent-Length: 2\r\n"),
                 ProblemKind::ExpectationFailed);
}

TEST(RequestReader, StaysRefused) {
  RequestReader reader(kLimits);
  reader.feed("GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(reader.advance(), ReaderState::Refused);

  reader.feed(get(""));

  EXPECT_EQ(reader.advance(), ReaderState::Refused);
}

}  // namespace
}  // namespace rightful::http
