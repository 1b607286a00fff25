#include "http/tls_context.hpp"

namespace rightful::http {
namespace {

namespace ssl = boost::asio::ssl;

std::unexpected<Error> bad_file(const char* what, const std::filesystem::path& file) {
  ERR_clear_error();
  return fail(ErrorCode::InvalidArgument, std::string(what) + ": " + file.string());
}

}  // namespace

Result<std::unique_ptr<ssl::context>> make_tls_context(const std::filesystem::path& certificate,
                                                       const std::filesystem::path& key) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return fail(ErrorCode::InvalidArgument, "this OpenSSL knows none of the ciphers for TLS 1.2");
  }

  boost::system::error_code error;
  context->use_certificate_chain_file(certificate.string(), error);
  if (error) return bad_file("tls.certificate is no readable PEM certificate chain", certificate);
  // A key that asks for a passphrase must not make the server wait at a terminal.
  context->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
  context->use_private_key_file(key.string(), ssl::context::pem, error);
  if (error)
    return bad_file(
        "tls.key is no readable PEM key without passphrase, or not the certificate's key", key);
  if (SSL_CTX_check_private_key(native) != 1) {
    return bad_file("tls.key does not belong to tls.certificate", key);
  }
  return context;
}

}  // namespace rightful::http
