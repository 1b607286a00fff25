#include "crypto/nfkc.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <cstdint>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/credential.hpp"

namespace rightful::crypto {
namespace {

// UAX 15 §9: NFKC makes UTF-16 at most 18 times as long; a UTF-16 unit takes at most 3 bytes of
// UTF-8.
constexpr std::size_t kMaxExpansion = 18;
constexpr std::size_t kMaxUtf8PerUnit = 3;

/// UTF-16 text in memory that is wiped.
struct SecretUtf16 {
  explicit SecretUtf16(std::size_t capacity_units) : storage(capacity_units * sizeof(UChar)) {}

  // sodium_malloc aligns the end of a block to 16 bytes, so the size must be a multiple of that.
  SecretBytes storage;
  std::int32_t size = 0;

  [[nodiscard]] UChar* data() noexcept {
    return reinterpret_cast<UChar*>(storage.expose_mutable().data());
  }

  [[nodiscard]] std::int32_t capacity() const noexcept {
    return static_cast<std::int32_t>(storage.size() / sizeof(UChar));
  }
};

void require_icu(UErrorCode status, const char* call) {
  if (U_FAILURE(status))
    throw Failure(Retry::Never, "crypto_library", std::string("ICU: ") + call + " failed");
}

Result<void> decode_utf8(std::string_view text, SecretUtf16& to) {
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(to.data(),
                to.capacity(),
                &to.size,
                text.data(),
                static_cast<std::int32_t>(text.size()),
                &status);
  if (U_FAILURE(status)) return fail(ErrorCode::InvalidArgument, "a credential is UTF-8");
  return {};
}

Result<void> check_code_points(SecretUtf16& text) {
  for (std::int32_t at = 0; at < text.size;) {
    UChar32 code_point = 0;
    U16_NEXT(text.data(), at, text.size, code_point);
    const auto category = u_charType(code_point);
    if (category == U_CONTROL_CHAR) {
      return fail(ErrorCode::InvalidArgument, "a credential has no control characters");
    }
    if (category == U_UNASSIGNED) {
      return fail(ErrorCode::InvalidArgument,
                  "a credential has only characters that Unicode has assigned");
    }
  }
  return {};
}

SecretBytes encode_utf8(SecretUtf16& text) {
  SecretBytes buffer(static_cast<std::size_t>(text.size) * kMaxUtf8PerUnit + 1);
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t size = 0;
  u_strToUTF8(reinterpret_cast<char*>(buffer.expose_mutable().data()),
              static_cast<std::int32_t>(buffer.size()),
              &size,
              text.data(),
              text.size,
              &status);
  require_icu(status, "u_strToUTF8");
  return SecretBytes::copy_of(buffer.expose().first(static_cast<std::size_t>(size)));
}

}  // namespace

Result<SecretBytes> normalize_nfkc(std::string_view text) {
  RIGHTFUL_CHECK(!text.empty() && text.size() <= kMaxCredentialBytes);
  SecretUtf16 typed(kMaxCredentialBytes);
  RIGHTFUL_TRY(decode_utf8(text, typed));
  RIGHTFUL_TRY(check_code_points(typed));
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* const nfkc = unorm2_getNFKCInstance(&status);
  require_icu(status, "unorm2_getNFKCInstance");
  SecretUtf16 normal(kMaxCredentialBytes * kMaxExpansion);
  normal.size =
      unorm2_normalize(nfkc, typed.data(), typed.size, normal.data(), normal.capacity(), &status);
  require_icu(status, "unorm2_normalize");
  return encode_utf8(normal);
}

}  // namespace rightful::crypto
