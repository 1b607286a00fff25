// envelope.json: one text, one value. What was accepted is written anew here, by another writer
// than the production one, and must be the same bytes.
#include <string>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/crypto/envelope.hpp"

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

}  // namespace

void run_one(std::string_view input) {
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
