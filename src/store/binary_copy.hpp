/// @file
/// The body of a `COPY … FROM STDIN (FORMAT binary)`, built in memory. Knows no table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

namespace rightful::store {

/// Format  PostgreSQL 15, COPY, "Binary Format": header, per row a count of fields, per field its
/// size and its bytes in the type's send form, all big-endian; then −1.
class BinaryCopy {
 public:
  explicit BinaryCopy(std::int16_t columns) : columns_(columns) { clear(); }

  /// Forgets the rows, keeps the memory.
  void clear();

  void begin_row();

  void add_smallint(std::int64_t value);
  void add_bigint(std::uint64_t value);
  /// Also bytea.
  void add_text(std::string_view text);

  void add_bytes(ByteView bytes) { add_text(as_text(bytes)); }

  void add_instant(Instant instant);

  /// With its trailer; add nothing afterwards.
  [[nodiscard]] std::string_view finish();

 private:
  template <class Integer>
  void put(Integer value);

  std::int16_t columns_;
  std::string data_;
};

/// A bigint as a binary result has it. @param text  8 bytes.
[[nodiscard]] std::int64_t bigint_of(std::string_view text) noexcept;

}  // namespace rightful::store
