#include "rightful/crypto/envelope.hpp"

#include <algorithm>

#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/not_authentic.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/service_signature.hpp"

#include "crypto/canonical_reader.hpp"
#include "crypto/payload.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kSignedPayloadBytes = kPayloadSizeBytes + Signature::kSizeBytes;
constexpr std::size_t kSealedBytes = kSignedPayloadBytes + kSealOverheadBytes;

// What stands between the values, in this order.
constexpr std::string_view kBeforeRequest = "{\n  \"rightful_envelope\": 1,\n  \"request\": \"";
constexpr std::string_view kBeforeUnlockKey = "\",\n  \"unlock_key\": \"";
constexpr std::string_view kBeforeServiceKey = "\",\n  \"service_key\": \"";
constexpr std::string_view kBeforeSealed = "\",\n  \"sealed\": \"";
constexpr std::string_view kBeforeRecovery = "\",\n  \"recovery\": ";
constexpr std::string_view kNoRecovery = "null\n}\n";
constexpr std::string_view kBeforeSignKey = "{\n    \"sign_key\": \"";
constexpr std::string_view kBeforeWrap = "\",\n    \"wrap\": \"";
constexpr std::string_view kEndOfRecovery = "\"\n  }\n}\n";

std::string render_recovery(const std::optional<RecoveryWrap>& recovery) {
  if (!recovery) return std::string(kNoRecovery);
  std::string text(kBeforeSignKey);
  text += to_base64(recovery->sign_key.bytes());
  text += kBeforeWrap;
  text += to_base64(recovery->wrapped);
  return text += kEndOfRecovery;
}

std::string render(const Envelope& envelope) {
  std::string text(kBeforeRequest);
  text += envelope.request.to_string();
  text += kBeforeUnlockKey;
  text += to_base64(envelope.unlock_key.bytes());
  text += kBeforeServiceKey;
  text += to_base64(envelope.service_key.bytes());
  text += kBeforeSealed;
  text += to_base64(envelope.sealed);
  text += kBeforeRecovery;
  return text += render_recovery(envelope.recovery);
}

std::unexpected<Error> malformed(std::string_view member) {
  return fail(ErrorCode::InvalidArgument, "not an envelope of version 1: " + std::string(member));
}

Result<std::string_view> member_before(CanonicalReader& reader,
                                       std::string_view next,
                                       std::string_view name) {
  const auto text = reader.until(next);
  if (!text) return malformed(name);
  return *text;
}

template <class Key>
Result<Key> key_before(CanonicalReader& reader, std::string_view next, std::string_view name) {
  RIGHTFUL_TRY(const auto text, member_before(reader, next, name));
  const auto bytes = from_base64(text);
  if (!bytes) return malformed(name);
  auto key = Key::parse(*bytes);
  if (!key) return malformed(name);
  return *key;
}

Result<Bytes> bytes_before(CanonicalReader& reader,
                           std::string_view next,
                           std::string_view name,
                           std::size_t size_bytes) {
  RIGHTFUL_TRY(const auto text, member_before(reader, next, name));
  auto bytes = from_base64(text);
  if (!bytes || bytes->size() != size_bytes) return malformed(name);
  return *std::move(bytes);
}

Result<std::optional<RecoveryWrap>> read_recovery(CanonicalReader& reader) {
  if (reader.skip(kNoRecovery)) return std::optional<RecoveryWrap>();
  if (!reader.skip(kBeforeSignKey)) return malformed("recovery");
  RIGHTFUL_TRY(const auto sign_key, key_before<SignPublicKey>(reader, kBeforeWrap, "recovery"));
  RIGHTFUL_TRY(auto wrap, bytes_before(reader, kEndOfRecovery, "recovery", kWrapSizeBytes));
  return RecoveryWrap{sign_key, std::move(wrap)};
}

Result<Envelope> read_envelope(CanonicalReader& reader) {
  if (!reader.skip(kBeforeRequest)) return malformed("beginning");
  RIGHTFUL_TRY(const auto request_text, member_before(reader, kBeforeUnlockKey, "request"));
  const auto request = RequestId::parse(request_text);
  if (!request) return malformed("request");
  RIGHTFUL_TRY(const auto unlock_key,
               key_before<UnlockPublicKey>(reader, kBeforeServiceKey, "unlock_key"));
  RIGHTFUL_TRY(const auto service_key,
               key_before<SignPublicKey>(reader, kBeforeSealed, "service_key"));
  RIGHTFUL_TRY(auto sealed, bytes_before(reader, kBeforeRecovery, "sealed", kSealedBytes));
  RIGHTFUL_TRY(auto recovery, read_recovery(reader));
  return Envelope{*request, unlock_key, service_key, std::move(sealed), std::move(recovery)};
}

}  // namespace

Result<std::string> make_envelope(ByteView payload,
                                  const Signature& over_payload_digest,
                                  const UnlockPublicKey& to,
                                  const RequestId& request,
                                  const SignPublicKey& service_key,
                                  const std::optional<RecoveryWrap>& recovery) {
  RIGHTFUL_CHECK(payload.size() == kPayloadSizeBytes);
  if (recovery && recovery->wrapped.size() != kWrapSizeBytes) {
    return fail(ErrorCode::InvalidArgument, "a wrap has 72 bytes");
  }
  SecretBytes signed_payload(kSignedPayloadBytes);
  const auto end = std::ranges::copy(payload, signed_payload.expose_mutable().begin()).out;
  std::ranges::copy(over_payload_digest.bytes(), end);
  RIGHTFUL_TRY(auto sealed, seal(to, signed_payload.expose()));
  return render(Envelope{request, to, service_key, std::move(sealed), recovery});
}

Result<Envelope> parse_envelope(std::string_view text) {
  if (text.size() > kMaxEnvelopeBytes) {
    return fail(ErrorCode::LimitExceeded, "an envelope has at most 8 KiB");
  }
  CanonicalReader reader(text);
  RIGHTFUL_TRY(auto envelope, read_envelope(reader));
  if (render(envelope) != text) return malformed("spelling");
  return envelope;
}

Result<SealedPayload> open_envelope(const Envelope& envelope,
                                    const UnlockKeyPair& keys,
                                    const AccountId& account,
                                    const SignPublicKey& service_key) {
  if (envelope.service_key != service_key) return not_authentic();
  if (envelope.unlock_key != keys.public_key()) return not_authentic();
  RIGHTFUL_TRY(const auto signed_payload, open_sealed(keys, envelope.sealed));
  if (signed_payload.size() != kSignedPayloadBytes) return not_authentic();
  const ByteView payload = signed_payload.expose().first(kPayloadSizeBytes);
  RIGHTFUL_TRY(const auto signature,
               Signature::parse(signed_payload.expose().subspan(kPayloadSizeBytes)));
  // The signature already binds request and account: both are in what was signed.
  RIGHTFUL_TRY(verify_service_signature(
      ServiceLabel::Envelope, envelope.request, account, sha256(payload), service_key, signature));
  RIGHTFUL_TRY(auto opened, parse_payload(payload));
  if (opened.account != account || opened.request != envelope.request) return not_authentic();
  return opened;
}

}  // namespace rightful::crypto
