#include "rightful/store/value.hpp"

#include <array>
#include <charconv>

#include "rightful/core/failure.hpp"

#include "store/text_forms.hpp"

namespace rightful::store {
namespace {

/// `{"…","…"}`; within the quotes only backslash and quote need an escape.
template <class Item, class ToText>
std::string array_text(const std::vector<Item>& items, ToText to_text) {
  std::string text = "{";
  for (const Item& item : items) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char c : to_text(item)) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + '}';
}

std::string without_nul(std::string text) {
  if (text.find('\0') != std::string::npos) {
    throw Failure(Retry::Never, "bad_parameter", "a text parameter holds a NUL character");
  }
  return text;
}

}  // namespace

Value::Value(std::string text) : text_(without_nul(std::move(text))) {}

std::string Value::real_text(double value) {
  std::array<char, 40> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

Value::Value(ByteView bytes) : text_(bytea_text(bytes)) {}

Value::Value(Instant instant) : text_(timestamptz_text(instant)) {}

Value::Value(std::chrono::year_month_day date) : text_(date_text(date)) {}

Value::Value(std::chrono::milliseconds duration)
    : text_(std::to_string(duration.count()) + " ms") {}

Value::Value(const std::vector<Bytes>& items)
    : text_(array_text(items, [](const Bytes& item) { return bytea_text(item); })) {}

Value::Value(const std::vector<std::int64_t>& items)
    : text_(array_text(items, [](std::int64_t item) { return std::to_string(item); })) {}

Value::Value(const std::vector<std::string>& items)
    : text_(array_text(items, [](const std::string& item) { return without_nul(item); })) {}

}  // namespace rightful::store
