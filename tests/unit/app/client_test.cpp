#include "app/client.hpp"

#include <deque>

#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::content_of;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TemporaryFolder;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

/// Answers in the order given and keeps what was asked.
class ScriptedHttp final : public HttpClient {
 public:
  Result<HttpReply> send(const HttpCall& call) override {
    calls.push_back(call);
    if (replies.empty()) return fail(ErrorCode::Unavailable, "no answer");
    HttpReply reply = replies.front();
    replies.pop_front();
    if (call.on_body && reply.status < 300) {
      call.on_body(as_bytes(reply.body));
      reply.body.clear();
    }
    return reply;
  }

  std::deque<HttpReply> replies;
  std::vector<HttpCall> calls;
};

class ClientTest : public ::testing::Test {
 protected:
  Client client() { return Client::create(http_, clock_, random_, "http://127.0.0.1:1").value(); }

  RequestView a_request(std::string_view content) {
    return {.id = RequestId::random(random_),
            .state = "ready",
            .received_at = {},
            .due = {},
            .note = {},
            .progress = std::nullopt,
            .package = ReleasedPackage{.size_bytes = content.size(),
                                       .sha256 = crypto::sha256(as_bytes(content)),
                                       .released_at = {},
                                       .expires_at = {}}};
  }

  static bool go_on(std::uint64_t /*done*/, std::uint64_t /*total*/) { return true; }

  ScriptedHttp http_;
  SystemClock clock_;
  SystemRandom random_;
  TemporaryFolder folder_;
};

TEST_F(ClientTest, TakesHttpsAndLoopbackOnly) {
  const auto create = [this](std::string_view url) {
    return Client::create(http_, clock_, random_, url);
  };

  EXPECT_THAT(create("https://rightful.example.org/"), IsOk());
  EXPECT_THAT(create("http://127.0.0.1:8480"), IsOk());
  EXPECT_THAT(create("http://[::1]:8480"), IsOk());
  EXPECT_THAT(create("http://localhost"), IsOk());
  EXPECT_THAT(create("http://rightful.example.org"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(create("http://127.0.0.1@example.org"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(create("ftp://127.0.0.1"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(create("https://"), IsError(ErrorCode::InvalidArgument));
}

TEST_F(ClientTest, SaysWhatToDoWhenNobodyAnswers) {
  const auto service = client().service();

  ASSERT_THAT(service, IsError(ErrorCode::Unavailable));
  EXPECT_THAT(service.error().detail, HasSubstr("is it running"));
}

TEST_F(ClientTest, SendsNoProofForAWeakKeyDerivation) {
  http_.replies.push_back(
      {.status = 200,
       .headers = {},
       .body =
           R"({"salt":"AAECAwQFBgcICQoLDA0ODw==","kdf":{"alg":"argon2id13","t":1,"m_kib":8}})"});
  Client subject = client();
  const auto account = AccountId::parse("a").value();

  EXPECT_THAT(subject.sign_in(account, crypto::SecretBytes::copy_of(as_bytes("credential"))),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_EQ(http_.calls.size(), 1U);
}

TEST_F(ClientTest, GoesOnWhereADownloadBrokeOff) {
  folder_.write("package.zip.part", "half");
  http_.replies.push_back({.status = 206, .headers = {}, .body = "-and-rest"});

  EXPECT_THAT(client().download(a_request("half-and-rest"), folder_.path() / "package.zip", go_on),
              IsOk());

  EXPECT_EQ(content_of(folder_.path() / "package.zip"), "half-and-rest");
  EXPECT_THAT(http_.calls.at(0).headers, Contains(Pair("Range", "bytes=4-")));
}

TEST_F(ClientTest, RemovesWhatIsNotTheReleasedFile) {
  http_.replies.push_back({.status = 206, .headers = {}, .body = "half-and-lies"});

  EXPECT_THAT(client().download(a_request("half-and-rest"), folder_.path() / "package.zip", go_on),
              IsError(ErrorCode::NotAuthentic));

  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ClientTest, KeepsThePartWhenTheDownloadBreaksOff) {
  http_.replies.push_back({.status = 206, .headers = {}, .body = "half"});

  EXPECT_THAT(client().download(a_request("half-and-rest"), folder_.path() / "package.zip", go_on),
              IsError(ErrorCode::Unavailable));

  EXPECT_EQ(content_of(folder_.path() / "package.zip.part"), "half");
}

TEST_F(ClientTest, OverwritesNothing) {
  folder_.write("package.zip", "mine");

  EXPECT_THAT(client().download(a_request("other"), folder_.path() / "package.zip", go_on),
              IsError(ErrorCode::Conflict));
  EXPECT_EQ(content_of(folder_.path() / "package.zip"), "mine");
}

TEST_F(ClientTest, DownloadsNothingBeforeThereIsAPackage) {
  RequestView request = a_request("x");
  request.package.reset();

  EXPECT_THAT(client().download(request, folder_.path() / "package.zip", go_on),
              IsError(ErrorCode::Conflict));
  EXPECT_TRUE(http_.calls.empty());
}

}  // namespace
}  // namespace rightful::app
