// Runs every file of tests/vectors/crypto.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "rightful/core/random.hpp"
#include "rightful/crypto/ae2.hpp"
#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/credential.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/kdf.hpp"
#include "rightful/crypto/mac.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/service_signature.hpp"
#include "rightful/crypto/statement.hpp"

#include "crypto/code_text.hpp"
#include "crypto/pbkdf2.hpp"
#include "tests/unit/crypto/key_directory.hpp"
#include "tests/unit/crypto/vector_file.hpp"

namespace rightful::crypto {
namespace {

using testing::for_each_vector;
using testing::VectorCase;

std::string hex(ByteView bytes) {
  return to_hex(bytes);
}

template <class T>
T fixed(VectorCase& vector, const std::string& key) {
  return T::parse(vector.bytes(key)).value();
}

AccountId account(VectorCase& vector) {
  return AccountId::parse(vector.text("account")).value();
}

RequestId request(VectorCase& vector) {
  return RequestId::parse(vector.text("request")).value();
}

SecretBytes secret(VectorCase& vector, const std::string& key) {
  return SecretBytes::copy_of(vector.bytes(key));
}

/// Whether the result is what `expect` says; true = a value to look at.
template <class T>
bool is_as_expected(VectorCase& vector, const Result<T>& result) {
  const std::string actual = result ? "ok" : std::string(name_of(result.error().code));
  EXPECT_EQ(actual, vector.expectation());
  if (!result && result.error().code == ErrorCode::NotAuthentic) {
    EXPECT_EQ(result.error().detail, "not authentic") << "one constant text, whatever was wrong";
  }
  return result.has_value() && vector.expects_ok();
}

Bytes joined(ByteView first, ByteView second) {
  Bytes all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

std::string ed25519(VectorCase& vector) {
  const auto key = SigningKey::from_seed(vector.bytes("seed")).value();
  const Bytes message = vector.bytes("message");
  return hex(joined(key.public_key().bytes(), key.sign(message).bytes()));
}

/// The published vector has its own nonce; decrypting it and comparing tells as much.
std::string xchacha(VectorCase& vector) {
  const Bytes ciphertext = vector.bytes("result");
  const auto plaintext = aead_decrypt(
      vector.bytes("key"), joined(vector.bytes("nonce"), ciphertext), vector.bytes("associated"));
  const bool is_right = plaintext && hex(plaintext->expose()) == hex(vector.bytes("message"));
  return is_right ? hex(ciphertext) : "decryption failed";
}

std::string primitive(VectorCase& vector) {
  const std::string operation = vector.text("operation");
  if (operation == "sha256") return hex(sha256(vector.bytes("message")).bytes());
  if (operation == "hmac_sha256") {
    return hex(hmac_sha256(vector.bytes("key"), vector.bytes("message")).bytes());
  }
  if (operation == "hkdf_sha256") {
    return hex(
        hkdf_sha256(
            vector.bytes("key"), vector.bytes("salt"), vector.bytes("info"), vector.number("size"))
            .expose());
  }
  if (operation == "pbkdf2_hmac_sha1") {
    return hex(pbkdf2_hmac_sha1(vector.text("password"),
                                vector.bytes("salt"),
                                static_cast<unsigned>(vector.number("rounds")),
                                vector.number("size"))
                   .expose());
  }
  if (operation == "ed25519") return ed25519(vector);
  if (operation == "x25519_base") {
    return hex(UnlockKeyPair::from_secret(vector.bytes("secret")).value().public_key().bytes());
  }
  if (operation == "xchacha20poly1305") return xchacha(vector);
  return "unknown operation";
}

TEST(CryptoVectors, Primitives) {
  for_each_vector("primitives.txt", [](VectorCase& vector) {
    EXPECT_TRUE(vector.expects_ok());
    EXPECT_EQ(primitive(vector), vector.text("result"));
  });
}

TEST(CryptoVectors, CredentialKeys) {
  for_each_vector("credential_keys.txt", [](VectorCase& vector) {
    const Bytes credential = vector.bytes("credential");
    const auto salt = fixed<Salt>(vector, "salt");
    const auto keys = derive_credential_keys(account(vector), as_text(credential), salt);
    if (!is_as_expected(vector, keys)) return;
    EXPECT_EQ(hex(normalize_credential(as_text(credential)).value().expose()),
              vector.text("normalized"));
    EXPECT_EQ(hex(keys->login.expose()), vector.text("login"));
    EXPECT_EQ(hex(keys->wrap.expose()), vector.text("wrap"));
  });
}

TEST(CryptoVectors, RequesterRoot) {
  for_each_vector("requester_root.txt", [](VectorCase& vector) {
    const auto kind = parse_wrap_kind(vector.text("kind")).value();
    const auto unlock_key = fixed<UnlockPublicKey>(vector, "unlock_key");
    const auto sign_key = fixed<SignPublicKey>(vector, "sign_key");
    const auto root = RequesterRoot::unwrap(vector.bytes("wrapped"),
                                            secret(vector, "wrap_key"),
                                            kind,
                                            account(vector),
                                            unlock_key,
                                            sign_key);
    if (!is_as_expected(vector, root)) return;
    EXPECT_EQ(hex(root->unlock_keys().expose_secret()), vector.text("unlock_secret"));
    const auto same = RequesterRoot::from_bytes(vector.bytes("root")).value();
    EXPECT_EQ(same.unlock_keys().public_key(), unlock_key);
    EXPECT_EQ(same.sign_key().public_key(), sign_key);
  });
}

TEST(CryptoVectors, RecoveryCode) {
  for_each_vector("recovery_code.txt", [](VectorCase& vector) {
    const std::string typed = vector.text("typed");
    const auto owner = account(vector);
    EXPECT_EQ(Passphrase::parse(typed).has_value(), vector.expects_ok());
    const auto code = RecoveryCode::parse(typed);
    if (!is_as_expected(vector, code)) return;
    EXPECT_EQ(code->expose(), vector.text("canonical"));
    EXPECT_EQ(Passphrase::parse(typed).value().expose(), code->expose());
    EXPECT_EQ(hex(code->wrap_key(owner).expose()), vector.text("wrap_key"));
  });
}

TEST(CryptoVectors, RequestStatement) {
  for_each_vector("request_statement.txt", [](VectorCase& vector) {
    const RequestStatement statement{request(vector),
                                     account(vector),
                                     fixed<UnlockPublicKey>(vector, "unlock_key"),
                                     fixed<Nonce>(vector, "nonce"),
                                     parse_rfc3339(vector.text("time")).value()};
    const auto signature = fixed<Signature>(vector, "signature");
    const auto verified =
        verify_statement(statement, fixed<SignPublicKey>(vector, "sign_key"), signature);
    if (!is_as_expected(vector, verified)) return;
    EXPECT_EQ(hex(encode_statement(statement)), vector.text("encoded"));
    const auto key = SigningKey::from_seed(vector.bytes("sign_seed")).value();
    EXPECT_EQ(sign_statement(statement, key), signature);
  });
}

TEST(CryptoVectors, ServiceSignature) {
  for_each_vector("service_signature.txt", [](VectorCase& vector) {
    const auto label =
        vector.text("label") == "manifest" ? ServiceLabel::Manifest : ServiceLabel::Envelope;
    const auto digest = fixed<Sha256Digest>(vector, "digest");
    const auto signature = fixed<Signature>(vector, "signature");
    const auto verified = verify_service_signature(label,
                                                   request(vector),
                                                   account(vector),
                                                   digest,
                                                   fixed<SignPublicKey>(vector, "service_key"),
                                                   signature);
    if (!is_as_expected(vector, verified)) return;
    const Bytes encoded = service_text(label, request(vector), account(vector), digest);
    EXPECT_EQ(hex(encoded), vector.text("encoded"));
    EXPECT_EQ(SigningKey::from_seed(vector.bytes("sign_seed")).value().sign(encoded), signature);
  });
}

void check_opened(VectorCase& vector, const SealedPayload& opened) {
  EXPECT_EQ(opened.request, request(vector));
  EXPECT_EQ(hex(opened.content_sha256.bytes()), vector.text("content_sha256"));
  EXPECT_EQ(opened.size_bytes, vector.number("size"));
  EXPECT_EQ(opened.passphrase.expose(), vector.text("passphrase"));
  EXPECT_EQ(format_rfc3339(opened.created), vector.text("created"));
  EXPECT_EQ(format_rfc3339(opened.not_after), vector.text("not_after"));
  std::string payload = vector.text("payload_text");
  payload.resize(kPayloadSizeBytes, ' ');
  EXPECT_EQ(as_text(encode_payload(opened).expose()), payload);
}

/// With the code on paper and the file alone, the requester's keys come back.
void check_recovery(VectorCase& vector, const Envelope& envelope, const UnlockKeyPair& keys) {
  ASSERT_EQ(envelope.recovery.has_value(), vector.has("recovery_code"));
  if (!envelope.recovery) return;
  const auto code = RecoveryCode::parse(vector.text("recovery_code")).value();
  const auto root = RequesterRoot::unwrap(envelope.recovery->wrapped,
                                          code.wrap_key(account(vector)),
                                          WrapKind::Recovery,
                                          account(vector),
                                          envelope.unlock_key,
                                          envelope.recovery->sign_key);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->unlock_keys().public_key(), keys.public_key());
}

TEST(CryptoVectors, Envelope) {
  for_each_vector("envelope.txt", [](VectorCase& vector) {
    const auto keys = UnlockKeyPair::from_secret(vector.bytes("unlock_secret")).value();
    const auto owner = account(vector);
    const auto service_key = fixed<SignPublicKey>(vector, "service_key");
    const auto envelope = parse_envelope(vector.text("envelope_text"));
    if (!envelope) {
      (void)is_as_expected(vector, envelope);
      return;
    }
    const auto opened = open_envelope(*envelope, keys, owner, service_key);
    if (!is_as_expected(vector, opened)) return;
    check_opened(vector, *opened);
    check_recovery(vector, *envelope, keys);
  });
}

TEST(CryptoVectors, Ae2) {
  for_each_vector("ae2.txt", [](VectorCase& vector) {
    const std::string passphrase = vector.text("passphrase");
    const auto salt = to_array<kAe2SaltBytes>(vector.bytes("salt")).value();
    const auto verifier = to_array<kAe2VerifierBytes>(vector.bytes("verifier")).value();
    const auto mac = to_array<kAe2MacBytes>(vector.bytes("mac")).value();
    Bytes content = vector.bytes("ciphertext");
    auto decryptor = Ae2Decryptor::open(passphrase, salt, verifier);
    if (!decryptor) {
      (void)is_as_expected(vector, decryptor);
      return;
    }
    decryptor->decrypt(content);
    if (!is_as_expected(vector, (*std::move(decryptor)).finish(mac))) return;
    EXPECT_EQ(hex(content), vector.text("plaintext"));
    Ae2Encryptor encryptor(Passphrase::parse(passphrase).value(), salt);
    EXPECT_EQ(encryptor.verifier(), verifier);
    encryptor.encrypt(content);
    EXPECT_EQ(hex(content), vector.text("ciphertext"));
    EXPECT_EQ(std::move(encryptor).finish().mac, mac);
  });
}

std::string server_computation(VectorCase& vector,
                               const ServerKeys& keys,
                               const std::string& operation) {
  if (operation == "verifier")
    return hex(keys.verifier(account(vector), vector.bytes("login")).bytes());
  return hex(keys.pk_mac(account(vector),
                         fixed<UnlockPublicKey>(vector, "unlock_key"),
                         fixed<SignPublicKey>(vector, "sign_key"),
                         static_cast<std::uint32_t>(vector.number("version")))
                 .bytes());
}

void check_server_vector(VectorCase& vector, const ServerKeys& keys, const std::string& operation) {
  if (operation == "salt") {
    EXPECT_EQ(hex(keys.salt_for(vector.text("typed")).bytes()), vector.text("salt"));
    EXPECT_EQ(hex(keys.throttle_key(vector.text("typed")).bytes()), vector.text("throttle"));
    EXPECT_TRUE(vector.expects_ok());
  } else if (operation == "outer") {
    const auto wrapped =
        keys.remove_outer(account(vector), vector.bytes("login"), vector.bytes("outer"));
    if (is_as_expected(vector, wrapped)) EXPECT_EQ(hex(*wrapped), vector.text("wrapped"));
  } else {
    EXPECT_TRUE(vector.expects_ok());
    EXPECT_EQ(server_computation(vector, keys, operation), vector.text(operation));
  }
}

TEST(CryptoVectors, ServerKeys) {
  for_each_vector("server_keys.txt", [](VectorCase& vector) {
    const std::string operation = vector.text("operation");
    const testing::KeyDirectory directory;
    const std::string name = operation == "salt"     ? "enumeration"
                             : operation == "pk_mac" ? "public-keys"
                                                     : operation;
    directory.put(name + ".key",
                  "rightful-key v1 " + name + " " + to_base64(vector.bytes("key")) + "\n");
    check_server_vector(vector, ServerKeys::open(directory.path()).value(), operation);
  });
}

}  // namespace
}  // namespace rightful::crypto
