/// @file
/// The query of an address, read strictly: what is not asked for is refused by its name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"

#include "http/problem.hpp"

namespace rightful::http {

/// Fields are asked for one by one; finish() refuses those that were not.
///
/// Format   `name=value` joined by `&`, names of a-z; a value may be percent-encoded.
/// Errors   FieldInvalid and FieldUnknown name the field; FieldInvalid `query` where there is no
///          name to give.
class QueryFields {
 public:
  /// @param query  without its `?`; empty = no fields. @return also for a field that stands twice.
  [[nodiscard]] static Handled<QueryFields> parse(std::string_view query);

  /// @return empty when it is not there.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  /// Decimal, without sign and leading zeros, at most 2^63 − 1.
  [[nodiscard]] Handled<std::optional<std::uint64_t>> integer(std::string_view name);
  /// RFC 3339 with an offset.
  [[nodiscard]] Handled<std::optional<Instant>> instant(std::string_view name);

  [[nodiscard]] Handled<void> finish() const;

 private:
  std::map<std::string, std::string, std::less<>> fields_;
};

/// Decimal, without sign and leading zeros, at most 2^63 − 1.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;

}  // namespace rightful::http
