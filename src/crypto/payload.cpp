#include "crypto/payload.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "crypto/canonical_reader.hpp"

namespace rightful::crypto {
namespace {

constexpr std::uint64_t kMaxExactInteger = (std::uint64_t{1} << 53U) - 1;  // what JSON readers keep

// What stands between the values, in this order.
constexpr std::string_view kBeforeAccount = R"({"v":1,"account":")";
constexpr std::string_view kBeforeRequest = R"(,"request":")";
constexpr std::string_view kBeforeContent = R"(","content_sha256":")";
constexpr std::string_view kBeforeSize = R"(","size":)";
constexpr std::string_view kBeforePassphrase = R"(,"passphrase":")";
constexpr std::string_view kBeforeCreated = R"(","created":")";
constexpr std::string_view kBeforeNotAfter = R"(","not_after":")";
constexpr std::string_view kEnd = R"("})";

/// Appends to a secret of fixed size, so that no copy of the passphrase stays on the heap.
class SecretWriter {
 public:
  explicit SecretWriter(SecretBytes& to) noexcept : to_(to) {}

  SecretWriter& put(std::string_view text) {
    RIGHTFUL_CHECK(text.size() <= to_.size() - used_);
    std::ranges::copy(as_bytes(text),
                      to_.expose_mutable().begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += text.size();
    return *this;
  }

 private:
  SecretBytes& to_;
  std::size_t used_ = 0;
};

/// With its closing quote. An account ID has no control characters: nothing else needs an escape.
std::string quoted(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    if (character == '"' || character == '\\') escaped.push_back('\\');
    escaped.push_back(character);
  }
  return escaped + '"';
}

template <class T>
std::optional<T> value_of(Result<T> result) {
  if (!result) return std::nullopt;
  return std::move(*result);
}

std::optional<Sha256Digest> parse_digest(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes ? value_of(Sha256Digest::parse(*bytes)) : std::nullopt;
}

/// The value before `next`, read by `parse`; empty when either fails.
template <class Parse>
auto read(CanonicalReader& reader, std::string_view next, Parse parse) -> decltype(parse(next)) {
  const auto text = reader.until(next);
  if (!text) return std::nullopt;
  return parse(*text);
}

std::optional<AccountId> read_account(CanonicalReader& reader) {
  if (!reader.skip(kBeforeAccount)) return std::nullopt;
  const auto text = reader.quoted();
  if (!text || !reader.skip(kBeforeRequest)) return std::nullopt;
  return value_of(AccountId::parse(*text));
}

std::optional<SealedPayload> read_payload(CanonicalReader& reader) {
  const auto instant = [](std::string_view text) { return value_of(parse_rfc3339(text)); };
  auto account = read_account(reader);
  const auto request =
      read(reader, kBeforeContent, [](auto text) { return value_of(RequestId::parse(text)); });
  const auto content = read(reader, kBeforeSize, parse_digest);
  const auto size = read(
      reader, kBeforePassphrase, [](auto text) { return parse_number(text, kMaxExactInteger); });
  auto passphrase =
      read(reader, kBeforeCreated, [](auto text) { return value_of(Passphrase::parse(text)); });
  const auto created = read(reader, kBeforeNotAfter, instant);
  const auto not_after = read(reader, kEnd, instant);
  if (!account || !request || !content || !size || !passphrase || !created || !not_after) {
    return std::nullopt;
  }
  return SealedPayload{
      *std::move(account), *request, *content, *size, *std::move(passphrase), *created, *not_after};
}

}  // namespace

SecretBytes encode_payload(const SealedPayload& payload) {
  RIGHTFUL_CHECK(payload.size_bytes <= kMaxExactInteger);
  SecretBytes encoded(kPayloadSizeBytes);
  std::ranges::fill(encoded.expose_mutable(), std::byte{' '});
  SecretWriter(encoded)
      .put(kBeforeAccount)
      .put(quoted(payload.account.expose()))
      .put(kBeforeRequest)
      .put(payload.request.to_string())
      .put(kBeforeContent)
      .put(to_hex(payload.content_sha256.bytes()))
      .put(kBeforeSize)
      .put(std::to_string(payload.size_bytes))
      .put(kBeforePassphrase)
      .put(payload.passphrase.expose())
      .put(kBeforeCreated)
      .put(format_rfc3339(payload.created))
      .put(kBeforeNotAfter)
      .put(format_rfc3339(payload.not_after))
      .put(kEnd);
  return encoded;
}

Result<SealedPayload> parse_payload(ByteView payload) {
  CanonicalReader reader(as_text(payload));
  auto parsed = read_payload(reader);
  if (!parsed) return not_authentic();
  // Times, hex digits, codes have several spellings and the padding could hold anything: only ours
  // counts.
  if (!constant_time_equal(encode_payload(*parsed).expose(), payload)) return not_authentic();
  return *std::move(parsed);
}

}  // namespace rightful::crypto
