/// @file
/// The JSON object of a request body, read strictly: what is not asked for is refused by its name,
/// so that a field such as `account` can never be smuggled in.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/secret_bytes.hpp"

#include "http/problem.hpp"

namespace rightful::http {

/// Members are asked for one by one; finish() refuses those that were not.
///
/// Format   RFC 8259, UTF-8, one object, at most kMaxDepth levels, no duplicate member at any
/// level. Errors   BodyInvalid from parse(); FieldMissing, FieldInvalid and FieldUnknown name the
/// member.
class JsonBody {
 public:
  static constexpr std::size_t kMaxDepth = 8;

  /// An empty body is an empty object.
  [[nodiscard]] static Handled<JsonBody> parse(std::string_view text);

  JsonBody(JsonBody&&) noexcept;
  JsonBody& operator=(JsonBody&&) noexcept;
  JsonBody(const JsonBody&) = delete;
  JsonBody& operator=(const JsonBody&) = delete;
  ~JsonBody();

  /// At least one character, at most `max_size_bytes` bytes.
  [[nodiscard]] Handled<std::string> text(const char* name, std::size_t max_size_bytes);
  [[nodiscard]] Handled<std::optional<std::string>> optional_text(const char* name,
                                                                  std::size_t max_size_bytes);
  /// Base64 (RFC 4648 section 4) of at most `max_size_bytes` bytes.
  [[nodiscard]] Handled<Bytes> bytes(const char* name, std::size_t max_size_bytes);
  /// Base64 of exactly `size_bytes` bytes, out of the ordinary heap.
  [[nodiscard]] Handled<crypto::SecretBytes> secret(const char* name, std::size_t size_bytes);
  /// RFC 3339 with an offset.
  [[nodiscard]] Handled<Instant> instant(const char* name);
  /// An array of 1 to `max_items` objects, each to be finished by the caller.
  [[nodiscard]] Handled<std::vector<JsonBody>> objects(const char* name, std::size_t max_items);

  /// A value of fixed size, such as a key: base64.
  template <class Fixed>
  [[nodiscard]] Handled<Fixed> fixed(const char* name) {
    auto raw = bytes(name, Fixed::kSizeBytes);
    if (!raw) return std::unexpected(raw.error());
    auto value = Fixed::parse(*raw);
    if (!value) return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, name));
    return *value;
  }

  /// The text form of an Id.
  template <class I>
  [[nodiscard]] Handled<I> id(const char* name) {
    auto raw = text(name, 36);
    if (!raw) return std::unexpected(raw.error());
    auto value = I::parse(*raw);
    if (!value) return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, name));
    return *value;
  }

  [[nodiscard]] Handled<void> finish() const;

 private:
  explicit JsonBody(nlohmann::json object);

  [[nodiscard]] const nlohmann::json* take(const char* name);

  std::unique_ptr<nlohmann::json> object_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace rightful::http
