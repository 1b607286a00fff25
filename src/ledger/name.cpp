// References, writer ids, origins and build numbers: the names that leaves carry.

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/event_fields.hpp"

#include "ledger/text_form.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kLowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kOriginCharacters = "abcdefghijklmnopqrstuvwxyz0123456789./_-";
constexpr std::string_view kBuildCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.+-";
constexpr std::size_t kWriterIdHashBytes = 8;

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

template <char Prefix>
Reference<Prefix> Reference<Prefix>::random(Random& random) {
  std::array<std::byte, 16> bytes{};
  random.fill(bytes);
  return from_bytes(bytes);
}

template <char Prefix>
Reference<Prefix> Reference<Prefix>::from_bytes(std::span<const std::byte, 16> bytes) {
  return Reference(std::string{Prefix, '_'} + to_base64url(bytes));
}

template <char Prefix>
Result<Reference<Prefix>> Reference<Prefix>::parse(std::string_view text) {
  if (!is_reference(text, Prefix, 16)) {
    return fail(ErrorCode::InvalidArgument,
                std::string("not a ledger reference of the kind ") + Prefix + "_");
  }
  return Reference(std::string(text));
}

template class Reference<'r'>;
template class Reference<'p'>;
template class Reference<'i'>;
template class Reference<'d'>;
template class Reference<'k'>;
template class Reference<'a'>;

WriterId WriterId::of(const crypto::SignPublicKey& key) {
  const crypto::Sha256Digest digest = crypto::sha256(key.bytes());
  return WriterId("w_" + to_hex(ByteView(digest.bytes()).first(kWriterIdHashBytes)));
}

Result<WriterId> WriterId::parse(std::string_view text) {
  if (!text.starts_with("w_") || !is_lower_hex(text.substr(2), 2 * kWriterIdHashBytes)) {
    return fail(ErrorCode::InvalidArgument, "not a ledger writer id");
  }
  return WriterId(std::string(text));
}

Result<Origin> Origin::parse(std::string_view text) {
  if (text.size() < 3 || text.size() > 200 || !consists_of(text, kOriginCharacters) ||
      !consists_of(text.substr(0, 1), kLowerAndDigits)) {
    return fail(ErrorCode::InvalidArgument,
                "a ledger origin is 3 to 200 of a-z 0-9 . / _ - and begins with a letter or digit");
  }
  return Origin(std::string(text));
}

Result<Build> Build::parse(std::string_view text) {
  if (text.empty() || text.size() > 32 || !consists_of(text, kBuildCharacters)) {
    return fail(ErrorCode::InvalidArgument, "a build number is 1 to 32 of 0-9 A-Z a-z . + -");
  }
  return Build(std::string(text));
}

}  // namespace rightful::ledger
