#include "http/json_body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace rightful::http {
namespace {

using nlohmann::json;

/// Reads as the library does, but stops at a duplicate member or at too many levels.
class StrictReader : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }

  bool boolean(bool /*value*/) override { return true; }

  bool number_integer(number_integer_t /*value*/) override { return true; }

  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }

  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }

  bool string(string_t& /*value*/) override { return true; }

  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*elements*/) override {
    members_.emplace_back();
    return members_.size() <= JsonBody::kMaxDepth;
  }

  bool key(string_t& name) override { return members_.back().insert(name).second; }

  bool end_object() override {
    members_.pop_back();
    return true;
  }

  bool start_array(std::size_t elements) override { return start_object(elements); }

  bool end_array() override { return end_object(); }

  bool parse_error(std::size_t /*position*/,
                   const std::string& /*last_token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  std::vector<std::set<std::string>> members_;
};

/// The name of an unknown member is the sender's own text: repeated only when it is plain.
std::string printable_name(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  constexpr std::size_t kLongestName = 40;
  if (name.empty() || name.size() > kLongestName || !std::ranges::all_of(name, plain)) return "?";
  return name;
}

std::unexpected<Problem> missing(const char* name) {
  return std::unexpected(Problem::of_field(ProblemKind::FieldMissing, name));
}

std::unexpected<Problem> invalid(const char* name) {
  return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, name));
}

}  // namespace

JsonBody::JsonBody(json object) : object_(std::make_unique<json>(std::move(object))) {}

JsonBody::JsonBody(JsonBody&&) noexcept = default;
JsonBody& JsonBody::operator=(JsonBody&&) noexcept = default;
JsonBody::~JsonBody() = default;

Handled<JsonBody> JsonBody::parse(std::string_view text) {
  if (text.empty()) return JsonBody(json::object());
  // The library takes a zero byte for the end of the text and would leave what follows unread.
  if (text.contains('\0')) return std::unexpected(Problem(ProblemKind::BodyInvalid));
  StrictReader reader;
  if (!json::sax_parse(text, &reader)) return std::unexpected(Problem(ProblemKind::BodyInvalid));
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::unexpected(Problem(ProblemKind::BodyInvalid));
  return JsonBody(std::move(value));
}

const json* JsonBody::take(const char* name) {
  taken_.insert(name);
  const auto member = object_->find(name);
  return member == object_->end() ? nullptr : &*member;
}

Handled<std::string> JsonBody::text(const char* name, std::size_t max_size_bytes) {
  const json* member = take(name);
  if (member == nullptr) return missing(name);
  if (!member->is_string()) return invalid(name);
  const auto& value = member->get_ref<const std::string&>();
  if (value.empty() || value.size() > max_size_bytes) return invalid(name);
  return value;
}

Handled<std::optional<std::string>> JsonBody::optional_text(const char* name,
                                                            std::size_t max_size_bytes) {
  if (!object_->contains(name)) return std::nullopt;
  return text(name, max_size_bytes);
}

Handled<Bytes> JsonBody::bytes(const char* name, std::size_t max_size_bytes) {
  const std::size_t max_chars = (max_size_bytes + 2) / 3 * 4;
  RIGHTFUL_TRY(const std::string encoded, text(name, max_chars));
  auto decoded = from_base64(encoded);
  if (!decoded || decoded->size() > max_size_bytes) return invalid(name);
  return *std::move(decoded);
}

Handled<crypto::SecretBytes> JsonBody::secret(const char* name, std::size_t size_bytes) {
  RIGHTFUL_TRY(Bytes raw, bytes(name, size_bytes));
  if (raw.size() != size_bytes) return invalid(name);
  crypto::SecretBytes secret = crypto::SecretBytes::copy_of(raw);
  crypto::wipe(raw);
  return secret;
}

Handled<Instant> JsonBody::instant(const char* name) {
  constexpr std::size_t kLongestInstant = 40;
  RIGHTFUL_TRY(const std::string raw, text(name, kLongestInstant));
  const auto parsed = parse_rfc3339(raw);
  if (!parsed) return invalid(name);
  return *parsed;
}

Handled<std::vector<JsonBody>> JsonBody::objects(const char* name, std::size_t max_items) {
  const json* member = take(name);
  if (member == nullptr) return missing(name);
  if (!member->is_array() || member->empty() || member->size() > max_items) return invalid(name);
  std::vector<JsonBody> items;
  for (const json& item : *member) {
    if (!item.is_object()) return invalid(name);
    items.push_back(JsonBody(item));
  }
  return items;
}

Handled<void> JsonBody::finish() const {
  for (const auto& member : object_->items()) {
    if (taken_.contains(member.key())) continue;
    return std::unexpected(
        Problem::of_field(ProblemKind::FieldUnknown, printable_name(member.key())));
  }
  return {};
}

}  // namespace rightful::http
