#include "http/call_guards.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "http/byte_range.hpp"
#include "http/listen_address.hpp"
#include "http/response_head.hpp"
#include "http/router.hpp"
#include "http/session_cookie.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::http {
namespace {

using testing::IsError;
using testing::IsOk;

HttpRequest a_request(std::string method, HttpFields fields, HttpScheme scheme = HttpScheme::Http) {
  static SystemRandom random;
  return {.method = std::move(method),
          .path = "/v1/requests",
          .fields = std::move(fields),
          .body = "",
          .scheme = scheme,
          .trace = TraceId::random(random),
          .received_at = Instant{}};
}

void expect_refused(const HttpRequest& request, ProblemKind kind) {
  const auto checked = check_call(request);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(text_of(checked.error().kind).name, text_of(kind).name);
}

TEST(CallGuards, AnswersToLoopbackNamesOnlyWithoutTls) {
  for (const char* host :
       {"localhost", "LOCALHOST:8480", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8480"}) {
    EXPECT_TRUE(check_call(a_request("GET", {{"host", host}})).has_value()) << host;
  }
  for (const char* host : {"evil.example.org",
                           "localhost.evil.example.org",
                           "127.0.0.1.evil.example.org",
                           "10.0.0.1",
                           "[::2]"}) {
    expect_refused(a_request("GET", {{"host", host}}), ProblemKind::Misdirected);
    EXPECT_TRUE(check_call(a_request("GET", {{"host", host}}, HttpScheme::Https)).has_value())
        << host;
  }
}

TEST(CallGuards, TakesStateChangesFromTheOwnOriginOnly) {
  const auto with_origin = [](const char* origin) {
    return a_request(
        "POST",
        {{"host", "localhost:8480"}, {"content-type", "application/json"}, {"origin", origin}});
  };

  EXPECT_TRUE(check_call(with_origin("http://localhost:8480")).has_value());
  for (const char* origin :
       {"https://localhost:8480", "http://localhost", "http://evil.example.org", "null", ""}) {
    expect_refused(with_origin(origin), ProblemKind::OriginForeign);
  }
}

TEST(CallGuards, ChecksTheOriginOfDeleteToo) {
  expect_refused(
      a_request("DELETE", {{"host", "localhost"}, {"origin", "http://evil.example.org"}}),
      ProblemKind::OriginForeign);
  EXPECT_TRUE(check_call(a_request("DELETE", {{"host", "localhost"}})).has_value());
}

TEST(CallGuards, BelievesTheBrowserAboutForeignSites) {
  const auto with_site = [](const char* site) {
    return a_request(
        "POST",
        {{"host", "localhost"}, {"content-type", "application/json"}, {"sec-fetch-site", site}});
  };

  EXPECT_TRUE(check_call(with_site("same-origin")).has_value());
  EXPECT_TRUE(check_call(with_site("none")).has_value());
  expect_refused(with_site("cross-site"), ProblemKind::OriginForeign);
  expect_refused(with_site("same-site"), ProblemKind::OriginForeign);
}

TEST(CallGuards, DemandsJsonOfEveryPost) {
  const auto with_type = [](const char* type) {
    return a_request("POST", {{"host", "localhost"}, {"content-type", type}});
  };

  EXPECT_TRUE(check_call(with_type("application/json")).has_value());
  EXPECT_TRUE(check_call(with_type("Application/JSON; charset=utf-8")).has_value());
  expect_refused(with_type("text/plain"), ProblemKind::MediaType);
  expect_refused(with_type("application/x-www-form-urlencoded"), ProblemKind::MediaType);
  expect_refused(with_type(""), ProblemKind::MediaType);
  expect_refused(a_request("POST", {{"host", "localhost"}}), ProblemKind::MediaType);
}

TEST(PlainPath, IsItsOwnNormalForm) {
  for (const char* path : {"/", "/livez", "/v1/requests/0b1c-_.~A", "/a.b/..c"})
    EXPECT_TRUE(is_plain_path(path)) << path;
  for (const char* path : {"",
                           "a",
                           "//",
                           "/a/",
                           "/a//b",
                           "/.",
                           "/..",
                           "/a/../b",
                           "/%61",
                           "/a?b",
                           "/a b",
                           "/\xc3\xa4"}) {
    EXPECT_FALSE(is_plain_path(path)) << path;
  }
}

TEST(Host, HasTheFormOfANameOrAddress) {
  for (const char* host : {"a", "a.b-c:1", "[::1]:65535", "127.0.0.1"})
    EXPECT_TRUE(is_host(host)) << host;
  for (const char* host : {"", ":80", "a:", "a:b", "a:123456", "a/b", "a@b", "[]", "[g]", "a,b"}) {
    EXPECT_FALSE(is_host(host)) << host;
  }
}

TEST(SessionCookie, IsReadOnlyWhenItIsAlone) {
  const std::string token(43, 'A');

  EXPECT_TRUE(session_token(a_request("GET", {{"cookie", "rightful=" + token}})));
  EXPECT_TRUE(session_token(a_request("GET", {{"cookie", "a=b; rightful=" + token + "; c=d"}})));
  EXPECT_FALSE(
      session_token(a_request("GET", {{"cookie", "rightful=" + token + "; rightful=" + token}})));
  EXPECT_FALSE(
      session_token(a_request("GET", {{"cookie", "rightful=" + token}, {"cookie", "a=b"}})));
  EXPECT_FALSE(session_token(a_request("GET", {{"cookie", "xrightful=" + token}})));
  EXPECT_FALSE(session_token(a_request("GET", {{"cookie", "rightful=short"}})));
  EXPECT_FALSE(session_token(a_request("GET", {})));
}

TEST(SessionCookie, HasThePrefixUnderTls) {
  const std::string token(43, 'A');

  EXPECT_TRUE(
      session_token(a_request("GET", {{"cookie", "__Host-rightful=" + token}}, HttpScheme::Https)));
  EXPECT_FALSE(
      session_token(a_request("GET", {{"cookie", "rightful=" + token}}, HttpScheme::Https)));
  EXPECT_EQ(set_cookie(HttpScheme::Https, *lifecycle::Token::parse(token)),
            "__Host-rightful=" + token + "; Path=/; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(set_cookie(HttpScheme::Http, *lifecycle::Token::parse(token)),
            "rightful=" + token + "; Path=/; HttpOnly; SameSite=Lax");
}

TEST(ByteRange, ReadsTheThreeForms) {
  EXPECT_EQ(std::get<ByteRange>(parse_range("bytes=0-0", 10)), (ByteRange{0, 1}));
  EXPECT_EQ(std::get<ByteRange>(parse_range("bytes=3-", 10)), (ByteRange{3, 10}));
  EXPECT_EQ(std::get<ByteRange>(parse_range("bytes=-4", 10)), (ByteRange{6, 10}));
  EXPECT_EQ(std::get<ByteRange>(parse_range("bytes=-40", 10)), (ByteRange{0, 10}));
  EXPECT_EQ(std::get<ByteRange>(parse_range("bytes=9-18446744073709551615", 10)),
            (ByteRange{9, 10}));
}

TEST(ByteRange, RefusesWhatLiesOutside) {
  EXPECT_TRUE(std::holds_alternative<NotSatisfiable>(parse_range("bytes=10-", 10)));
  EXPECT_TRUE(std::holds_alternative<NotSatisfiable>(parse_range("bytes=-0", 10)));
  EXPECT_TRUE(std::holds_alternative<NotSatisfiable>(parse_range("bytes=0-", 0)));
}

TEST(ByteRange, IgnoresWhatItDoesNotServe) {
  for (const char* field : {"bytes=0-1,3-4",
                            "bytes=4-3",
                            "bytes=a-",
                            "bytes=",
                            "bytes=-",
                            "items=0-1",
                            "0-1",
                            "bytes=99999999999999999999-",
                            "bytes= 0-1",
                            "bytes=+1-2"}) {
    EXPECT_TRUE(std::holds_alternative<WholeBody>(parse_range(field, 10))) << field;
  }
}

TEST(Router, MatchesOnePathSegment) {
  EXPECT_TRUE(match_path("/livez", "/livez").has_value());
  EXPECT_EQ(match_path("/v1/requests/{id}", "/v1/requests/abc")->id, "abc");
  EXPECT_EQ(match_path("/v1/requests/{id}/package", "/v1/requests/abc/package")->id, "abc");
  EXPECT_FALSE(match_path("/v1/requests/{id}", "/v1/requests"));
  EXPECT_FALSE(match_path("/v1/requests/{id}", "/v1/requests/a/b"));
  EXPECT_FALSE(match_path("/v1/requests/{id}/package", "/v1/requests/package"));
  EXPECT_FALSE(match_path("/v1/requests/{id}/package", "/v1/requests//package"));
}

TEST(Router, MatchesAllThatFollows) {
  const auto match = match_path("/v1/ledger/{id}/tile/{path}", "/v1/ledger/2026/tile/0/x001/234");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->id, "2026");
  EXPECT_EQ(match->rest, "0/x001/234");
  EXPECT_FALSE(match_path("/v1/ledger/{id}/tile/{path}", "/v1/ledger/2026/tile/"));
  EXPECT_FALSE(match_path("/v1/ledger/{id}/tile/{path}", "/v1/ledger/2026/tile"));
  EXPECT_FALSE(match_path("/v1/ledger/{id}/tile/{path}", "/v1/ledger/2026/health"));
}

TEST(Query, IsPlainAndOnlyWhereMachinesAsk) {
  EXPECT_TRUE(is_plain_query("/v1/ledger/2026/entries", "from=1&since=2026-01-01T00%3A00:00Z"));
  EXPECT_FALSE(is_plain_query("/v1/requests", "from=1"));
  EXPECT_FALSE(is_plain_query("/v1/ledger/2026/entries", ""));
  EXPECT_FALSE(is_plain_query("/v1/ledger/2026/entries", "from=<1>"));
  EXPECT_FALSE(is_plain_query("/v1/ledger/2026/entries", "a=\"b\""));
  EXPECT_TRUE(is_plain_query("/v1/ledger/2026/entries", std::string(1024, 'a')));
  EXPECT_FALSE(is_plain_query("/v1/ledger/2026/entries", std::string(1025, 'a')));
}

TEST(ListenAddress, TakesAddressesAndPorts) {
  EXPECT_TRUE(parse_listen_address("127.0.0.1:8480")->is_loopback);
  EXPECT_TRUE(parse_listen_address("localhost:0")->is_loopback);
  EXPECT_TRUE(parse_listen_address("[::1]:1")->is_ipv6);
  EXPECT_FALSE(parse_listen_address("0.0.0.0:443")->is_loopback);
  for (const char* text : {"",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "::1:80",
                           "example.org:80",
                           "[127.0.0.1]:80",
                           ":80"}) {
    EXPECT_THAT(parse_listen_address(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(ResponseHead, CarriesTheSecurityFields) {
  const HttpRequest request = a_request("GET", {});
  const std::string head =
      response_head({.status = 201, .fields = {{"Content-Type", "application/json"}}},
                    {.scheme = HttpScheme::Https,
                     .trace = request.trace,
                     .now = *parse_rfc3339("1994-11-06T08:49:37Z"),
                     .content_length = 7,
                     .keep_alive = false});

  EXPECT_TRUE(head.starts_with("HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
      << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  for (const char* line : {"\r\nContent-Security-Policy: default-src 'none'; ",
                           "\r\nX-Content-Type-Options: nosniff\r\n",
                           "\r\nCache-Control: no-store\r\n",
                           "\r\nReferrer-Policy: no-referrer\r\n",
                           "\r\nStrict-Transport-Security: max-age=",
                           "\r\nContent-Length: 7\r\n",
                           "\r\nConnection: close\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace rightful::http
