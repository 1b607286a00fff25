// The JSON object of a request: what the strict reader accepts, the library reads the same, and a
// member that was not asked for is always refused.
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/id.hpp"

#include "http/json_body.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using http::JsonBody;
using nlohmann::json;

std::size_t depth_of(const json& value) {
  if (!value.is_structured()) return 0;
  std::size_t deepest = 0;
  for (const json& item : value)
    deepest = std::max(deepest, depth_of(item));
  return deepest + 1;
}

void check_unasked(const JsonBody& body, const json& expected) {
  const auto finished = body.finish();
  RIGHTFUL_CHECK(finished.has_value() == expected.empty());
  if (finished) return;
  const std::string& name = finished.error().field;
  RIGHTFUL_CHECK(finished.error().kind == http::ProblemKind::FieldUnknown);
  RIGHTFUL_CHECK(name.size() <= 40);
  RIGHTFUL_CHECK(name == "?" || std::ranges::all_of(name, [](unsigned char c) {
                   return std::isalnum(c) != 0 || c == '_' || c == '-';
                 }));
}

/// Asks for a member in every way there is.
void check_member(JsonBody& body, const std::string& name, const json& value) {
  constexpr std::size_t kLongest = 64;
  const auto text = body.text(name.c_str(), kLongest);
  const bool is_text = value.is_string() && !value.get_ref<const std::string&>().empty() &&
                       value.get_ref<const std::string&>().size() <= kLongest;
  RIGHTFUL_CHECK(text.has_value() == is_text);
  if (text) RIGHTFUL_CHECK(*text == value.get<std::string>());
  const auto bytes = body.bytes(name.c_str(), kLongest);
  if (bytes)
    RIGHTFUL_CHECK(bytes->size() <= kLongest && to_base64(*bytes) == value.get<std::string>());
  const auto secret = body.secret(name.c_str(), 32);
  if (secret) RIGHTFUL_CHECK(secret->size() == 32);
  if (body.instant(name.c_str())) RIGHTFUL_CHECK(value.is_string());
  if (body.id<RequestId>(name.c_str())) RIGHTFUL_CHECK(value.get<std::string>().size() == 36);
  const auto items = body.objects(name.c_str(), 4);
  if (items) RIGHTFUL_CHECK(items->size() == value.size() && items->size() <= 4);
}

}  // namespace

void run_one(std::string_view input) {
  auto body = JsonBody::parse(input);
  if (!body) {
    RIGHTFUL_CHECK(body.error().kind == http::ProblemKind::BodyInvalid);
    return;
  }
  // A zero byte is no JSON; the library takes it for the end and would leave the rest unread.
  RIGHTFUL_CHECK(input.find('\0') == std::string_view::npos);
  const json expected = input.empty() ? json::object() : json::parse(input, nullptr, false);
  RIGHTFUL_CHECK(expected.is_object());
  RIGHTFUL_CHECK(depth_of(expected) <= JsonBody::kMaxDepth);
  check_unasked(*body, expected);
  bool all_asked = true;
  for (const auto& member : expected.items()) {
    // A name with a zero byte cannot be asked for.
    const bool can_ask = member.key().find('\0') == std::string::npos;
    all_asked = all_asked && can_ask;
    if (can_ask) check_member(*body, member.key(), member.value());
  }
  RIGHTFUL_CHECK(body->finish().has_value() == all_asked);
}

}  // namespace rightful::fuzz
