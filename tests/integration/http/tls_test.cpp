#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "rightful/core/random.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/http/server.hpp"

#include "tests/integration/http/raw_client.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::http {
namespace {

using testing::IsError;
using testing::IsOk;
using testing::RawClient;
using testing::TestFolder;

template <auto Function>
struct FreeWith {
  template <class T>
  void operator()(T* pointer) const noexcept {
    Function(pointer);
  }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, FreeWith<X509_free>>;
using ContextPointer = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslPointer = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using FilePointer = std::unique_ptr<std::FILE, FreeWith<std::fclose>>;

/// A self-signed certificate and its key, written as PEM.
void write_certificate(const std::filesystem::path& certificate_file,
                       const std::filesystem::path& key_file) {
  const KeyPointer key(EVP_EC_gen("P-256"));
  const CertificatePointer certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  std::array<unsigned char, 10> name{"localhost"};
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name.data(), 9, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const FilePointer out(std::fopen(certificate_file.c_str(), "w"));
  PEM_write_X509(out.get(), certificate.get());
  const FilePointer key_out(std::fopen(key_file.c_str(), "w"));
  PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof generic);
  EXPECT_EQ(::connect(fd.get(), &generic, sizeof generic), 0);
  return fd;
}

/// A client that speaks exactly one version. @return the answer to one GET, or nothing when the
/// handshake failed.
std::string get_with_version(std::uint16_t port, int version) {
  const ContextPointer context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const UniqueFd fd = connect_to(port);
  const SslPointer ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), fd.get());
  if (SSL_connect(ssl.get()) != 1) return "";
  const std::string request = "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
  std::string response;
  std::array<char, 4096> bytes{};
  for (int size = 0;
       (size = SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()))) > 0;) {
    response.append(bytes.data(), static_cast<std::size_t>(size));
  }
  return response;
}

class SchemeHandler final : public HttpHandler {
 public:
  [[nodiscard]] HttpResponse handle(const HttpRequest& request) override {
    return {.body = request.scheme == HttpScheme::Https ? "https" : "http"};
  }
};

class HttpServerWithTls : public ::testing::Test {
 protected:
  void SetUp() override { write_certificate(certificate_, key_); }

  [[nodiscard]] Result<std::unique_ptr<HttpServer>> create(const std::filesystem::path& key) {
    return HttpServer::create(
        {.listen = "127.0.0.1:0", .tls_certificate = certificate_, .tls_key = key},
        handler_,
        clock_,
        random_);
  }

  TestFolder folder_;
  std::filesystem::path certificate_ = folder_.path() / "certificate.pem";
  std::filesystem::path key_ = folder_.path() / "key.pem";
  SystemClock clock_;
  SystemRandom random_;
  SchemeHandler handler_;
};

TEST_F(HttpServerWithTls, SpeaksModernVersionsOnly) {
  auto server = create(key_);
  ASSERT_THAT(server, IsOk());
  (*server)->start();
  const std::uint16_t port = (*server)->port();

  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string response = get_with_version(port, version);
    EXPECT_EQ(testing::body_of(response), "https");
    EXPECT_FALSE(testing::field_of(response, "Strict-Transport-Security").empty());
  }
  EXPECT_EQ(get_with_version(port, TLS1_1_VERSION), "");
  EXPECT_EQ(get_with_version(port, TLS1_VERSION), "");
  EXPECT_TRUE((*server)->url().starts_with("https://127.0.0.1:"));
}

TEST_F(HttpServerWithTls, AnswersNoPlainHttp) {
  auto server = create(key_);
  ASSERT_THAT(server, IsOk());
  (*server)->start();
  RawClient client((*server)->port());

  client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");

  EXPECT_EQ(client.receive_all().find("http"), std::string::npos);
}

TEST_F(HttpServerWithTls, RefusesAKeyOfAnotherCertificate) {
  const std::filesystem::path other = folder_.path() / "other.pem";
  write_certificate(folder_.path() / "other-certificate.pem", other);

  EXPECT_THAT(create(other), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(create(certificate_), IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful::http
