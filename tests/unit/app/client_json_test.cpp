#include "app/client_json.hpp"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::app {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::HasSubstr;

constexpr const char* kSalt = "AAECAwQFBgcICQoLDA0ODw==";

std::string salt_body(const std::string& kdf) {
  return std::string(R"({"salt":")") + kSalt + R"(","kdf":)" + kdf + "}";
}

TEST(ClientJson, TakesTheSaltOfProtocolOne) {
  EXPECT_THAT(parse_salt(salt_body(R"({"alg":"argon2id13","t":3,"m_kib":65536})")), IsOk());
}

TEST(ClientJson, RefusesAnyOtherKeyDerivation) {
  EXPECT_THAT(parse_salt(salt_body(R"({"alg":"argon2id13","t":1,"m_kib":65536})")),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(parse_salt(salt_body(R"({"alg":"argon2id13","t":3,"m_kib":8})")),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(parse_salt(salt_body(R"({"alg":"pbkdf2","t":3,"m_kib":65536})")),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(parse_salt(salt_body("null")), IsError(ErrorCode::Unavailable));
}

TEST(ClientJson, RefusesASaltOfAnotherSize) {
  const std::string body = R"({"salt":"AAEC","kdf":{"alg":"argon2id13","t":3,"m_kib":65536}})";

  EXPECT_THAT(parse_salt(body), IsError(ErrorCode::Unavailable));
}

TEST(ClientJson, ReadsARequestWithItsPackage) {
  const std::string body =
      R"({"id":"9f0c1c3e-5a51-4c12-9c0e-0d6b2b7f4d11","state":"ready","received_at":"2018-12-20T10:00:00.000Z",)"
      R"("due":"2019-01-21","note":null,"progress":null,"package":{"size_bytes":12,"sha256":")" +
      std::string(64, 'a') +
      R"(","released_at":"x","expires_at":"y","frozen":false,"destroyed":false}})";

  const auto request = parse_request(body);

  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->state, "ready");
  EXPECT_EQ(request->due, "2019-01-21");
  ASSERT_TRUE(request->package.has_value());
  EXPECT_EQ(request->package->size_bytes, 12U);
  EXPECT_TRUE(has_ended(*request));
}

TEST(ClientJson, RefusesWhatIsNoRequest) {
  EXPECT_THAT(parse_request("[]"), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(parse_request("{}"), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(parse_request(R"({"id":"7","state":"ready"})"), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(parse_requests(R"({"requests":{}})"), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(parse_service("not json"), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(parse_wrapped(R"({"wrapped":"%%%"})"), IsError(ErrorCode::Unavailable));
}

TEST(ClientJson, TellsAProblemInItsOwnWords) {
  const Error error = error_of({.status = 429,
                                .headers = {{"retry-after", "4"}},
                                .body = R"({"title":"Too many failed tries","detail":"Wait."})"});

  EXPECT_EQ(error.code, ErrorCode::LimitExceeded);
  EXPECT_THAT(error.detail, HasSubstr("Too many failed tries. Wait. (4 seconds)"));
}

TEST(ClientJson, MapsEveryStatusToAClass) {
  const auto code = [](int status) {
    return error_of({.status = status, .headers = {}, .body = ""}).code;
  };

  EXPECT_EQ(code(401), ErrorCode::NotAuthentic);
  EXPECT_EQ(code(403), ErrorCode::Denied);
  EXPECT_EQ(code(404), ErrorCode::NotFound);
  EXPECT_EQ(code(409), ErrorCode::Conflict);
  EXPECT_EQ(code(410), ErrorCode::Expired);
  EXPECT_EQ(code(422), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(503), ErrorCode::Unavailable);
}

}  // namespace
}  // namespace rightful::app
