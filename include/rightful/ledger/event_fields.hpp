/// @file
/// The types that a ledger event's fields may have. There is no free-text type: nothing that a
/// person wrote fits here.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::ledger {

/// 2^53 − 1: the largest integer that every JSON reader keeps exactly (RFC 8785, section 3.2.2.3).
inline constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53U) - 1;

/// 0 … 2^53 − 1; a value outside is a bug of the caller (checked, RIGHTFUL_CHECK).
class Integer {
 public:
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  // NOLINTNEXTLINE(google-explicit-constructor): call sites should read `.attempt = 3`
  constexpr Integer(T value) : value_(static_cast<std::uint64_t>(value)) {
    RIGHTFUL_CHECK(std::in_range<std::uint64_t>(value) && value_ <= kMaxInteger);
  }

  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_;
};

/// Written 0 or 1.
class Flag {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): as Integer; nothing but bool fits
  constexpr Flag(std::same_as<bool> auto value) : value_(value) {}

  [[nodiscard]] constexpr bool value() const noexcept { return value_; }

 private:
  bool value_;
};

/// Thousandths of a file, 0 … 1000, so that a leaf does not tell the size of anybody's data.
class PerMille {
 public:
  /// Rounds down; `whole` 0 gives 1000. `part` ≤ `whole` (checked, RIGHTFUL_CHECK).
  [[nodiscard]] static PerMille of(std::uint64_t part, std::uint64_t whole);

  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

 private:
  explicit PerMille(std::uint64_t value) : value_(value) {}

  std::uint64_t value_;
};

/// The closed lists of codes.def.
enum class CodeList : std::uint8_t {
#define RIGHTFUL_CODES(list, words) list,
#include "rightful/ledger/codes.def"
#undef RIGHTFUL_CODES
};

/// The words of a list, separated by one space.
[[nodiscard]] constexpr std::string_view words_of(CodeList list) noexcept {
  constexpr std::string_view kWords[] = {
#define RIGHTFUL_CODES(list, words) words,
#include "rightful/ledger/codes.def"
#undef RIGHTFUL_CODES
  };
  return kWords[static_cast<std::size_t>(list)];
}

/// The word as it stands in the list (static storage); empty when it is not there.
[[nodiscard]] constexpr std::string_view find_word(CodeList list, std::string_view word) noexcept {
  std::string_view rest = words_of(list);
  while (!rest.empty()) {
    const std::string_view candidate = rest.substr(0, rest.find(' '));
    if (candidate == word) return candidate;
    rest.remove_prefix(std::min(rest.size(), candidate.size() + 1));
  }
  return {};
}

/// One word of one closed list. A literal that is not in the list does not compile.
template <CodeList List>
class Code {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `.why = "timeout"`, checked when compiled
  consteval Code(const char* word) : word_(find_word(List, word)) {
    if (word_.empty()) throw "this word is not in the list of codes.def";
  }

  /// @return InvalidArgument when the list does not hold `word`.
  [[nodiscard]] static Result<Code> parse(std::string_view word) {
    const std::string_view found = find_word(List, word);
    if (found.empty())
      return fail(ErrorCode::InvalidArgument, "a ledger code outside its closed list");
    return Code(found, Checked{});
  }

  /// The word, or `other` when the list does not hold it: for causes that come from below at run
  /// time.
  [[nodiscard]] static Code or_other(std::string_view word)
    requires(!find_word(List, "other").empty())
  {
    const std::string_view found = find_word(List, word);
    return Code(found.empty() ? find_word(List, "other") : found, Checked{});
  }

  [[nodiscard]] constexpr std::string_view text() const noexcept { return word_; }

  friend constexpr bool operator==(const Code&, const Code&) = default;

 private:
  struct Checked {};

  constexpr Code(std::string_view word, Checked /*checked*/) : word_(word) {}

  std::string_view word_;
};

/// A random reference: prefix letter, `_`, and 16 bytes in canonical base64url (22 characters).
template <char Prefix>
class Reference {
 public:
  static constexpr std::size_t kSizeChars = 24;

  [[nodiscard]] static Reference random(Random& random);
  [[nodiscard]] static Reference from_bytes(std::span<const std::byte, 16> bytes);
  /// @return InvalidArgument for another prefix, size or a non-canonical form.
  [[nodiscard]] static Result<Reference> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend auto operator<=>(const Reference&, const Reference&) = default;

 private:
  explicit Reference(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

using RequestRef = Reference<'r'>;   ///< access_request.ledger_ref; not the request's id
using PackageRef = Reference<'p'>;   ///< package.ledger_ref
using IncidentRef = Reference<'i'>;  ///< incident.ledger_ref
using DecisionRef = Reference<'d'>;
using KeyRef = Reference<'k'>;  ///< key_reference() of pseudonym.hpp
using StaffRef = Reference<'a'>;

extern template class Reference<'r'>;
extern template class Reference<'p'>;
extern template class Reference<'i'>;
extern template class Reference<'d'>;
extern template class Reference<'k'>;
extern template class Reference<'a'>;

/// `w_` and the first 16 hex digits of SHA-256(writer public key).
class WriterId {
 public:
  [[nodiscard]] static WriterId of(const crypto::SignPublicKey& key);
  /// @return InvalidArgument
  [[nodiscard]] static Result<WriterId> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend auto operator<=>(const WriterId&, const WriterId&) = default;

 private:
  explicit WriterId(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// The name of a log: `audit.<domain>/<group>/<year>`, `^[a-z0-9][a-z0-9./_-]{2,199}$`.
class Origin {
 public:
  /// @return InvalidArgument
  [[nodiscard]] static Result<Origin> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend auto operator<=>(const Origin&, const Origin&) = default;

 private:
  explicit Origin(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// The version of the program: `[0-9A-Za-z.+-]{1,32}`.
class Build {
 public:
  /// @return InvalidArgument
  [[nodiscard]] static Result<Build> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  friend auto operator<=>(const Build&, const Build&) = default;

 private:
  explicit Build(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// `lt10 lt100 lt1k lt10k lt100k lt1m ge1m`: nothing and one look alike.
class RowsBucket {
 public:
  [[nodiscard]] static RowsBucket of(std::uint64_t count) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  explicit RowsBucket(std::string_view text) : text_(text) {}

  std::string_view text_;
};

/// `lt1m lt10m lt100m lt1g lt10g lt100g ge100g`; Units  decimal bytes.
class SizeBucket {
 public:
  [[nodiscard]] static SizeBucket of(std::uint64_t size_bytes) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  explicit SizeBucket(std::string_view text) : text_(text) {}

  std::string_view text_;
};

/// `one lt10 lt100 ge100`.
class TriesBucket {
 public:
  /// @param count  at least 1 (checked, RIGHTFUL_CHECK).
  [[nodiscard]] static TriesBucket of(std::uint64_t count);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  explicit TriesBucket(std::string_view text) : text_(text) {}

  std::string_view text_;
};

using Date = std::chrono::year_month_day;  ///< `YYYY-MM-DD`, years 1970 … 9999
using crypto::Sha256Digest;                ///< lower-case hex
using PublicKey = crypto::SignPublicKey;   ///< canonical base64url
using SignatureValue = crypto::Signature;  ///< canonical base64url
template <class T>
using Maybe = std::optional<T>;  ///< `-` when absent

/// One value as it stands in a leaf: an integer, or text of 0x20–0x7E without `"` and `\`.
struct FieldText {
  std::string text;
  bool is_integer = false;
};

[[nodiscard]] FieldText to_field(Integer value);
[[nodiscard]] FieldText to_field(Flag value);
[[nodiscard]] FieldText to_field(PerMille value);
[[nodiscard]] FieldText to_field(const Date& value);
[[nodiscard]] FieldText to_field(Instant value);
[[nodiscard]] FieldText to_field(const Sha256Digest& value);
[[nodiscard]] FieldText to_field(const PublicKey& value);
[[nodiscard]] FieldText to_field(const SignatureValue& value);

/// Codes, references, buckets, origin, build: what has a `text()`.
template <class T>
  requires requires(const T& value) { std::string_view(value.text()); }
[[nodiscard]] FieldText to_field(const T& value) {
  return {std::string(value.text()), false};
}

template <class T>
[[nodiscard]] FieldText to_field(const std::optional<T>& value) {
  return value ? to_field(*value) : FieldText{"-", false};
}

}  // namespace rightful::ledger
