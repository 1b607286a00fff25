/// @file
/// One parameter of a statement. Sent apart from the text, so nothing in it can become SQL.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::store {

/// Converts implicitly from everything that a column of ours can hold, so that a call reads
/// `transaction.run(kFindSession, {token_hash, now})`.
///
/// Errors   a text with a NUL character: Failure(Never, "bad_parameter"); PostgreSQL has no such
/// text. Secrets  holds what it is given in ordinary memory; not for keys and passphrases.
class Value {
 public:
  // NOLINTBEGIN(google-explicit-constructor): made to convert from the types of columns
  Value(std::nullptr_t) noexcept {}

  template <std::same_as<bool> T>
  Value(T value) : text_(value ? "t" : "f") {}

  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Value(T value) : text_(std::to_string(value)) {}

  template <std::same_as<double> T>
  Value(T value) : text_(real_text(value)) {}

  Value(std::string text);

  Value(std::string_view text) : Value(std::string(text)) {}

  Value(const char* text) : Value(std::string(text)) {}

  /// bytea
  Value(ByteView bytes);

  Value(const Bytes& bytes) : Value(ByteView(bytes)) {}

  template <std::size_t N>
  Value(const std::array<std::byte, N>& bytes) : Value(ByteView(bytes)) {}

  template <class Tag, std::size_t N>
  Value(const crypto::FixedBytes<Tag, N>& bytes) : Value(ByteView(bytes.bytes())) {}

  /// timestamptz, microseconds kept
  Value(Instant instant);
  /// date
  Value(std::chrono::year_month_day date);
  /// interval
  Value(std::chrono::milliseconds duration);

  /// uuid
  template <class Tag>
  Value(const Id<Tag>& id) : text_(id.to_string()) {}

  Value(const AccountId& account) : Value(account.expose()) {}

  template <class T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }

  /// bytea[], bigint[], text[]
  Value(const std::vector<Bytes>& items);
  Value(const std::vector<std::int64_t>& items);
  Value(const std::vector<std::string>& items);

  // NOLINTEND(google-explicit-constructor)

  /// PostgreSQL's text form, or nullptr for NULL; valid as long as the value lives.
  [[nodiscard]] const char* wire_text() const noexcept { return text_ ? text_->c_str() : nullptr; }

 private:
  [[nodiscard]] static std::string real_text(double value);

  std::optional<std::string> text_;
};

}  // namespace rightful::store
