#include "app/client.hpp"

#include <deque>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/file_size_limit.hpp"
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
    if (replies.empty()) return fail(failure, "no answer");
    HttpReply reply = replies.front();
    replies.pop_front();
    if (!call.on_body || reply.status >= 300) return reply;
    if (call.on_head && !call.on_head(reply)) return fail(ErrorCode::Conflict, "stopped");
    if (!call.on_body(as_bytes(reply.body))) return fail(ErrorCode::Conflict, "stopped");
    if (breaks_off) return fail(ErrorCode::Unavailable, "no answer: connection lost");
    reply.body.clear();
    return reply;
  }

  std::deque<HttpReply> replies;
  std::vector<HttpCall> calls;
  ErrorCode failure = ErrorCode::Unavailable;  ///< when there is no reply
  bool breaks_off = false;                     ///< after each body
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

  /// Where a download to `package.zip` keeps what has arrived.
  [[nodiscard]] std::filesystem::path part_of(std::string_view content) const {
    const auto sha256 = crypto::sha256(as_bytes(content));
    return folder_.path() / ("package.zip." + to_hex(ByteView(sha256.bytes()).first(8)) + ".part");
  }

  [[nodiscard]] std::filesystem::path target() const { return folder_.path() / "package.zip"; }

  Result<void> download(std::string_view content,
                        archive::Overwrite overwrite = archive::Overwrite::Refuse) {
    return client().download(a_request(content), target(), overwrite, go_on);
  }

  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
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

TEST_F(ClientTest, TellsAnUntrustedCertificateFromSilence) {
  http_.failure = ErrorCode::NotAuthentic;

  const auto service = client().service();

  ASSERT_THAT(service, IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(service.error().detail, HasSubstr("is not trusted"));
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

TEST_F(ClientTest, GoesOnWhereverADownloadBrokeOff) {
  constexpr std::string_view kContent = "one package, of thirty-one bytes";
  for (std::size_t cut = 0; cut < kContent.size(); ++cut) {
    std::filesystem::remove(target());
    http_.calls.clear();
    http_.breaks_off = true;
    http_.replies.push_back(
        {.status = 206, .headers = {}, .body = std::string(kContent.substr(0, cut))});
    const auto broken = download(kContent);
    http_.breaks_off = false;
    http_.replies.push_back(
        {.status = 206, .headers = {}, .body = std::string(kContent.substr(cut))});

    ASSERT_THAT(broken, IsError(ErrorCode::Unavailable)) << cut;
    ASSERT_FALSE(std::filesystem::exists(target())) << cut;
    ASSERT_THAT(download(kContent), IsOk()) << cut;

    EXPECT_EQ(content_of(target()), kContent);
    EXPECT_EQ(files(), 1U) << "the part has become the package";
    EXPECT_THAT(http_.calls.at(1).headers, Contains(Pair("Range", fmt::format("bytes={}-", cut))));
    EXPECT_THAT(
        http_.calls.at(1).headers,
        Contains(Pair("If-Range", '"' + to_hex(crypto::sha256(as_bytes(kContent)).bytes()) + '"')));
  }
}

TEST_F(ClientTest, SaysHowMuchIsHereWhenADownloadBreaksOff) {
  http_.breaks_off = true;
  http_.replies.push_back({.status = 206, .headers = {}, .body = "half"});

  const auto broken = download("half-and-rest");

  ASSERT_THAT(broken, IsError(ErrorCode::Unavailable));
  EXPECT_THAT(broken.error().detail, HasSubstr("4 B of 13 B"));
  EXPECT_THAT(broken.error().detail, HasSubstr("same command again"));
  EXPECT_EQ(content_of(part_of("half-and-rest")), "half");
}

TEST_F(ClientTest, FetchesNothingTwiceWhenOnlyTheNameIsMissing) {
  folder_.write(part_of("whole").filename(), "whole");

  EXPECT_THAT(download("whole"), IsOk());

  EXPECT_TRUE(http_.calls.empty());
  EXPECT_EQ(content_of(target()), "whole");
}

TEST_F(ClientTest, BeginsAnewWhenTheServerSendsEverything) {
  folder_.write(part_of("half-and-rest").filename(), "HALF");
  http_.replies.push_back({.status = 200, .headers = {}, .body = "half-and-rest"});

  EXPECT_THAT(download("half-and-rest"), IsOk());

  EXPECT_EQ(content_of(target()), "half-and-rest");
}

TEST_F(ClientTest, NeverGoesOnWithThePartOfAnotherPackage) {
  folder_.write(part_of("an older package").filename(), "an older");
  http_.replies.push_back({.status = 206, .headers = {}, .body = "a newer one"});

  EXPECT_THAT(download("a newer one"), IsOk());

  EXPECT_THAT(http_.calls.at(0).headers, Contains(Pair("Range", "bytes=0-")));
  EXPECT_EQ(content_of(target()), "a newer one");
  EXPECT_EQ(files(), 1U) << "the part of the older package is removed";
}

TEST_F(ClientTest, TakesNothingOfAPackageThatChangedMeanwhile) {
  folder_.write(part_of("half-and-rest").filename(), "half");
  http_.replies.push_back(
      {.status = 200, .headers = {{"etag", "\"ff\""}}, .body = "other bytes!!"});

  const auto refused = download("half-and-rest");

  ASSERT_THAT(refused, IsError(ErrorCode::Unavailable));
  EXPECT_THAT(refused.error().detail, HasSubstr("another package"));
  EXPECT_EQ(content_of(part_of("half-and-rest")), "half");
  EXPECT_FALSE(std::filesystem::exists(target()));
}

TEST_F(ClientTest, RemovesWhatIsNotTheReleasedFile) {
  for (const std::string lies : {"half-and-lies", "half-and-rest and more"}) {
    http_.replies.push_back({.status = 206, .headers = {}, .body = lies});

    EXPECT_THAT(download("half-and-rest"), IsError(ErrorCode::NotAuthentic));

    EXPECT_EQ(files(), 0U);
  }
}

TEST_F(ClientTest, KeepsThePartWhenTheSessionHasEnded) {
  folder_.write(part_of("half-and-rest").filename(), "half");
  http_.replies.push_back({.status = 401, .headers = {}, .body = "{}"});

  EXPECT_THAT(download("half-and-rest"), IsError(ErrorCode::NotAuthentic));

  EXPECT_EQ(content_of(part_of("half-and-rest")), "half");
}

TEST_F(ClientTest, OverwritesOnlyWhenTold) {
  folder_.write("package.zip", "mine");

  const auto refused = download("other");
  ASSERT_THAT(refused, IsError(ErrorCode::Conflict));
  EXPECT_THAT(refused.error().detail, HasSubstr("--overwrite"));
  EXPECT_EQ(content_of(target()), "mine");
  EXPECT_EQ(files(), 1U);

  http_.replies.push_back({.status = 206, .headers = {}, .body = "other"});
  EXPECT_THAT(download("other", archive::Overwrite::Replace), IsOk());
  EXPECT_EQ(content_of(target()), "other");
  EXPECT_EQ(files(), 1U);
}

TEST_F(ClientTest, FollowsNoLinkAtTheTargetOrThePart) {
  folder_.write("elsewhere", "untouched");
  std::filesystem::create_symlink("elsewhere", target());
  for (const auto overwrite : {archive::Overwrite::Refuse, archive::Overwrite::Replace})
    EXPECT_THAT(download("other", overwrite), IsError(ErrorCode::Conflict));
  std::filesystem::remove(target());
  std::filesystem::create_symlink("elsewhere", part_of("other"));

  EXPECT_THAT(download("other"), IsError(ErrorCode::Denied));

  EXPECT_EQ(content_of(folder_.path() / "elsewhere"), "untouched");
  EXPECT_TRUE(http_.calls.empty());
}

TEST_F(ClientTest, BlamesThePlaceAndNotTheServer) {
  const auto nowhere = client().download(
      a_request("x"), folder_.path() / "none/x.zip", archive::Overwrite::Refuse, go_on);
  ASSERT_THAT(nowhere, IsError(ErrorCode::NotFound));
  EXPECT_THAT(nowhere.error().detail, HasSubstr("there is no folder"));
  EXPECT_THAT(nowhere.error().detail, HasSubstr("--output"));

  const auto closed =
      client().download(a_request("x"), "/proc/x.zip", archive::Overwrite::Refuse, go_on);
  ASSERT_FALSE(closed.has_value());
  EXPECT_THAT(closed.error().detail, HasSubstr("/proc"));
  EXPECT_THAT(closed.error().detail, HasSubstr("--output"));
  EXPECT_TRUE(http_.calls.empty());
}

TEST_F(ClientTest, KeepsThePartWhenTheDiskIsFull) {
  const std::string content(64U << 10U, 'x');
  http_.replies.push_back({.status = 206, .headers = {}, .body = content});
  Result<void> full;
  {
    const rightful::testing::FileSizeLimit limit(4096);
    full = download(content);
  }

  ASSERT_THAT(full, IsError(ErrorCode::LimitExceeded));
  EXPECT_THAT(full.error().detail, HasSubstr("no room"));
  EXPECT_EQ(std::filesystem::file_size(part_of(content)), 4096U);
  http_.replies.push_back({.status = 206, .headers = {}, .body = content.substr(4096)});
  EXPECT_THAT(download(content), IsOk());
  EXPECT_EQ(content_of(target()), content);
}

TEST_F(ClientTest, RefusesASecondDownloadToTheSamePlace) {
  const auto request = a_request("half-and-rest");
  const auto first = PartialDownload::open(
      target(), request.package->sha256, request.package->size_bytes, archive::Overwrite::Refuse);
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(download("half-and-rest"), IsError(ErrorCode::Conflict));
  EXPECT_THAT(download("of another package"), IsError(ErrorCode::Unavailable));
  EXPECT_TRUE(std::filesystem::exists(part_of("half-and-rest"))) << "it is in use";
}

TEST_F(ClientTest, DownloadsNothingBeforeThereIsAPackage) {
  RequestView request = a_request("x");
  request.package.reset();

  EXPECT_THAT(client().download(request, target(), archive::Overwrite::Refuse, go_on),
              IsError(ErrorCode::Conflict));
  EXPECT_TRUE(http_.calls.empty());
}

}  // namespace
}  // namespace rightful::app
