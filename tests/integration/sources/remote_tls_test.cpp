// Certificates, names and addresses of stores and services.
#include <filesystem>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/subprocess.hpp"

#include "sources/s3_client.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/support/rgw_server.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::sources {
namespace {

using rightful::testing::HelperProgram;
using rightful::testing::RgwServer;
using ::testing::HasSubstr;

void run_openssl(const std::string& words) {
  SubprocessSpec spec;
  spec.program = "/bin/sh";
  spec.arguments = {"-c", "openssl " + words};
  spec.environment = {"PATH=/usr/bin:/bin"};
  const CapturedRun run = run_captured(std::move(spec));
  ASSERT_TRUE(run.status.is_success()) << run.output;
}

/// The store behind TLS, with a certificate for one name by an authority of its own.
class TlsStore {
 public:
  explicit TlsStore(const std::string& name) {
    const std::string at = folder_.path().string();
    run_openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=Test"
        " -keyout " +
        at + "/ca.key -out " + at + "/ca.pem 2>/dev/null");
    run_openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
                " -keyout " + at + "/key.pem -out " + at + "/csr.pem 2>/dev/null");
    run_openssl("x509 -req -in " + at + "/csr.pem -CA " + at + "/ca.pem -CAkey " + at +
                "/ca.key -CAcreateserial -days 2 -out " + at +
                "/cert.pem -extfile /dev/stdin "
                "2>/dev/null <<END\nsubjectAltName=DNS:" +
                name + "\nEND");
    proxy_ = std::make_unique<HelperProgram>(
        std::vector<std::string>{"python3",
                                 rightful::testing::support_file("faulty_proxy.py"),
                                 "127.0.0.1",
                                 std::to_string(RgwServer::instance().port()),
                                 at + "/cert.pem",
                                 at + "/key.pem"});
  }

  [[nodiscard]] std::string port() const { return proxy_->first_line(); }

  [[nodiscard]] std::string ca_file() const { return folder_.path() / "ca.pem"; }

 private:
  rightful::testing::TestFolder folder_;
  std::unique_ptr<HelperProgram> proxy_;
};

SourceResult<S3Facts> head_at(const std::string& endpoint,
                              const std::string& bucket,
                              const std::string& ca_file,
                              bool has_path_style) {
  catalog::S3Settings settings;
  settings.bucket = bucket;
  settings.endpoint = endpoint;
  settings.ca_file = ca_file;
  settings.has_path_style = has_path_style;
  const auto keys = RgwServer::instance().owner();
  RIGHTFUL_TRY(auto client,
               S3Client::open("store", settings, {keys.access_key, keys.secret_key, ""}));
  return client.head("anna/1 + ü.wav");
}

class RemoteTls : public ::testing::Test {
 protected:
  RemoteTls() { RgwServer::instance().put(bucket_, "anna/1 + ü.wav", "RIFF"); }

  std::string bucket_ = RgwServer::instance().create_bucket();
};

TEST_F(RemoteTls, TrustsTheAuthorityThatIsNamed) {
  const TlsStore store("localhost");

  const auto facts = head_at("https://localhost:" + store.port(), bucket_, store.ca_file(), true);

  ASSERT_TRUE(facts) << to_string(facts.error());
  EXPECT_EQ(facts->size, 4U);
}

TEST_F(RemoteTls, TrustsNoOtherAuthority) {
  const TlsStore store("localhost");
  const TlsStore other("localhost");
  for (const std::string& ca_file : {std::string(), other.ca_file()}) {
    const auto refused = head_at("https://localhost:" + store.port(), bucket_, ca_file, true);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, SourceErrorKind::NotConfigured);
    EXPECT_THAT(refused.error().detail, HasSubstr("its certificate is not trusted"));
  }
}

TEST_F(RemoteTls, TrustsNoCertificateOfAnotherName) {
  const TlsStore store("store.example");

  const auto refused = head_at("https://localhost:" + store.port(), bucket_, store.ca_file(), true);

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("its certificate is not trusted"));
}

TEST_F(RemoteTls, SaysThatItsAuthoritiesCannotBeRead) {
  const auto refused = head_at("https://localhost:1", bucket_, "/nonexistent/ca.pem", true);

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("`ca_file`"));
}

TEST_F(RemoteTls, FindsBucketsByTheNameOfTheHost) {
  const std::string port = std::to_string(RgwServer::instance().port());

  const auto facts = head_at("http://localhost:" + port, bucket_, "", false);

  ASSERT_TRUE(facts) << to_string(facts.error());
  EXPECT_EQ(facts->size, 4U);
}

TEST_F(RemoteTls, FailsForALaterTryWhenANameHasNoAddress) {
  try {
    (void)head_at("https://store.invalid", bucket_, "", true);
    ADD_FAILURE() << "store.invalid has an address";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "source_lost");
    EXPECT_THAT(std::string(failure.what()), HasSubstr("the host store.invalid has no address"));
  }
}

TEST(S3PlaceTest, BuildsTheAddressOfEitherStyle) {
  catalog::S3Settings settings;
  settings.bucket = "media";
  EXPECT_EQ(S3Place::of(settings).base, "https://media.s3.us-east-1.amazonaws.com");
  settings.region = "eu-central-1";
  settings.has_path_style = true;
  EXPECT_EQ(S3Place::of(settings).base, "https://s3.eu-central-1.amazonaws.com");
  EXPECT_EQ(S3Place::of(settings).root, "/media");
  settings.endpoint = "https://store.example:443";
  EXPECT_EQ(S3Place::of(settings).host, "store.example");
  settings.endpoint = "https://store.example:8443";
  EXPECT_EQ(S3Place::of(settings).host, "store.example:8443");
  settings.endpoint = "http://[::1]:80";
  EXPECT_EQ(S3Place::of(settings).host, "[::1]");
}

}  // namespace
}  // namespace rightful::sources
