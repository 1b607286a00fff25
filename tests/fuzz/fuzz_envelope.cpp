// envelope.json and the payload sealed inside: one text, one value. An accepted envelope is written
// anew here, by another writer than the production one, and must be the same bytes; so must an
// accepted payload.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/crypto/envelope.hpp"

#include "crypto/payload.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

std::string format_recovery(const std::optional<crypto::RecoveryWrap>& recovery) {
  if (!recovery) return "null";
  return fmt::format("{{\n    \"sign_key\": \"{}\",\n    \"wrap\": \"{}\"\n  }}",
                     to_base64(recovery->sign_key.bytes()),
                     to_base64(recovery->wrapped));
}

std::string format(const crypto::Envelope& envelope) {
  return fmt::format(
      "{{\n  \"rightful_envelope\": 1,\n  \"request\": \"{}\",\n  \"unlock_key\": \"{}\",\n"
      "  \"service_key\": \"{}\",\n  \"sealed\": \"{}\",\n  \"recovery\": {}\n}}\n",
      envelope.request.to_string(),
      to_base64(envelope.unlock_key.bytes()),
      to_base64(envelope.service_key.bytes()),
      to_base64(envelope.sealed),
      format_recovery(envelope.recovery));
}

/// The input fills up to a payload's size with spaces, as every payload does.
void check_payload(std::string_view input) {
  Bytes bytes = to_bytes(input.substr(0, crypto::kPayloadSizeBytes));
  bytes.resize(crypto::kPayloadSizeBytes, std::byte{' '});
  const auto payload = crypto::parse_payload(bytes);
  if (!payload) {
    RIGHTFUL_CHECK(payload.error().code == ErrorCode::NotAuthentic);
    return;
  }
  const crypto::SecretBytes again = crypto::encode_payload(*payload);
  RIGHTFUL_CHECK(std::ranges::equal(again.expose(), bytes));
}

}  // namespace

void run_one(std::string_view input) {
  check_payload(input);
  const auto envelope = crypto::parse_envelope(input);
  if (envelope) {
    RIGHTFUL_CHECK(input.size() <= crypto::kMaxEnvelopeBytes);
    RIGHTFUL_CHECK(format(*envelope) == input);
    return;
  }
  const bool is_too_large = input.size() > crypto::kMaxEnvelopeBytes;
  RIGHTFUL_CHECK(envelope.error().code ==
                 (is_too_large ? ErrorCode::LimitExceeded : ErrorCode::InvalidArgument));
}

}  // namespace rightful::fuzz
