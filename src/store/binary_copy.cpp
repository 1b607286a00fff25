#include "store/binary_copy.hpp"

#include <chrono>
#include <type_traits>

namespace rightful::store {
namespace {

using std::literals::operator""sv;

constexpr std::string_view kHeader = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;
static_assert(kHeader.size() == 19);
/// PostgreSQL counts microseconds from here.
constexpr std::chrono::sys_days kEpoch = std::chrono::year{2000} / 1 / 1;

}  // namespace

template <class Integer>
void BinaryCopy::put(Integer value) {
  const auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  for (unsigned shift = 8 * sizeof(Integer); shift > 0; shift -= 8) {
    data_ += static_cast<char>(static_cast<unsigned char>(bits >> (shift - 8)));
  }
}

void BinaryCopy::clear() {
  data_.assign(kHeader);
}

void BinaryCopy::begin_row() {
  put(columns_);
}

void BinaryCopy::add_smallint(std::int64_t value) {
  put(std::int32_t{2});
  put(static_cast<std::int16_t>(value));
}

void BinaryCopy::add_bigint(std::uint64_t value) {
  put(std::int32_t{8});
  put(value);
}

void BinaryCopy::add_text(std::string_view text) {
  put(static_cast<std::int32_t>(text.size()));
  data_.append(text);
}

void BinaryCopy::add_instant(Instant instant) {
  put(std::int32_t{8});
  put(static_cast<std::int64_t>((instant - Instant(kEpoch)).count()));
}

std::string_view BinaryCopy::finish() {
  put(std::int16_t{-1});
  return data_;
}

std::int64_t bigint_of(std::string_view text) noexcept {
  std::uint64_t value = 0;
  for (const char c : text)
    value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

}  // namespace rightful::store
