#include "app/client_json.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"

namespace rightful::app {

namespace {

using Json = nlohmann::json;

auto not_understood(std::string_view what) {
  return fail(
      ErrorCode::Unavailable,
      fmt::format(
          "the server's answer is not understood ({}); do client and server have the same version?",
          what));
}

Result<Json> parse_object(std::string_view body) {
  auto json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return not_understood("no JSON object");
  return json;
}

Result<std::string> text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return not_understood(name);
  return found->get<std::string>();
}

std::string text_or_empty(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t count_or_zero(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

template <class Fixed>
Result<Fixed> fixed_of(const Json& object, const char* name) {
  RIGHTFUL_TRY(const std::string text, text_of(object, name));
  const auto bytes = from_base64(text);
  if (!bytes) return not_understood(name);
  auto fixed = Fixed::parse(*bytes);
  if (!fixed) return not_understood(name);
  return fixed;
}

ExportProgress progress_of(const Json& object) {
  return {.stage = text_or_empty(object, "stage"),
          .attempt = count_or_zero(object, "attempt"),
          .datasets_total = count_or_zero(object, "datasets_total"),
          .datasets_done = count_or_zero(object, "datasets_done"),
          .rows = count_or_zero(object, "rows"),
          .objects = count_or_zero(object, "objects"),
          .bytes = count_or_zero(object, "bytes")};
}

Result<ReleasedPackage> package_of(const Json& object) {
  RIGHTFUL_TRY(const std::string hex, text_of(object, "sha256"));
  const auto digest = from_hex(hex);
  if (!digest) return not_understood("sha256");
  RIGHTFUL_TRY(const auto sha256, crypto::Sha256Digest::parse(*digest));
  return ReleasedPackage{
      .size_bytes = static_cast<std::uint64_t>(count_or_zero(object, "size_bytes")),
      .sha256 = sha256,
      .released_at = text_or_empty(object, "released_at"),
      .expires_at = text_or_empty(object, "expires_at")};
}

Result<RequestView> request_of(const Json& object) {
  RIGHTFUL_TRY(const std::string id_text, text_of(object, "id"));
  const auto id = RequestId::parse(id_text);
  if (!id) return not_understood("id");
  RIGHTFUL_TRY(const std::string state, text_of(object, "state"));
  RequestView view{.id = *id,
                   .state = state,
                   .received_at = text_or_empty(object, "received_at"),
                   .due = text_or_empty(object, "due"),
                   .note = text_or_empty(object, "note"),
                   .progress = std::nullopt,
                   .package = std::nullopt};
  const auto progress = object.find("progress");
  if (progress != object.end() && progress->is_object()) view.progress = progress_of(*progress);
  const auto package = object.find("package");
  if (package != object.end() && package->is_object()) {
    RIGHTFUL_TRY(view.package, package_of(*package));
  }
  return view;
}

ErrorCode code_of(int status) {
  if (status == 401) return ErrorCode::NotAuthentic;
  if (status == 403) return ErrorCode::Denied;
  if (status == 404) return ErrorCode::NotFound;
  if (status == 409) return ErrorCode::Conflict;
  if (status == 410) return ErrorCode::Expired;
  if (status == 413 || status == 429) return ErrorCode::LimitExceeded;
  if (status >= 500) return ErrorCode::Unavailable;
  return ErrorCode::InvalidArgument;
}

}  // namespace

std::string json_object(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  Json object = Json::object();
  for (const auto& [name, value] : members) {
    object[std::string(name)] = value;
  }
  return object.dump();
}

std::string enrolment_json(const EnrolmentText& enrolment) {
  const Json wraps = Json::array({{{"kind", "password"}, {"data", enrolment.password_wrap}},
                                  {{"kind", "recovery"}, {"data", enrolment.recovery_wrap}}});
  Json object = {{"invitation", enrolment.invitation},
                 {"account", enrolment.account},
                 {"login", enrolment.login},
                 {"unlock_key", enrolment.unlock_key},
                 {"sign_key", enrolment.sign_key},
                 {"wraps", wraps}};
  if (enrolment.language) object["language"] = *enrolment.language;
  return object.dump();
}

Result<crypto::Salt> parse_salt(std::string_view body) {
  RIGHTFUL_TRY(const Json object, parse_object(body));
  const auto kdf = object.find("kdf");
  if (kdf == object.end() || !kdf->is_object()) return not_understood("kdf");
  const bool is_v1 = text_or_empty(*kdf, "alg") == "argon2id13" &&
                     count_or_zero(*kdf, "t") == std::int64_t{crypto::kArgon2Passes} &&
                     count_or_zero(*kdf, "m_kib") == std::int64_t{crypto::kArgon2MemoryKib};
  if (!is_v1) {
    return fail(
        ErrorCode::NotAuthentic,
        "the server asks for a key derivation that this program does not accept; nothing was sent");
  }
  return fixed_of<crypto::Salt>(object, "salt");
}

Result<ServiceFacts> parse_service(std::string_view body) {
  RIGHTFUL_TRY(const Json object, parse_object(body));
  RIGHTFUL_TRY(const auto key, fixed_of<crypto::SignPublicKey>(object, "service_key"));
  return ServiceFacts{.name = text_or_empty(object, "name"),
                      .version = text_or_empty(object, "version"),
                      .service_key = key};
}

Result<AccountKeys> parse_account_keys(std::string_view body) {
  RIGHTFUL_TRY(const Json object, parse_object(body));
  RIGHTFUL_TRY(const auto unlock_key, fixed_of<crypto::UnlockPublicKey>(object, "unlock_key"));
  RIGHTFUL_TRY(const auto sign_key, fixed_of<crypto::SignPublicKey>(object, "sign_key"));
  return AccountKeys{.unlock_key = unlock_key, .sign_key = sign_key};
}

Result<Bytes> parse_wrapped(std::string_view body) {
  RIGHTFUL_TRY(const Json object, parse_object(body));
  RIGHTFUL_TRY(const std::string text, text_of(object, "wrapped"));
  auto bytes = from_base64(text);
  if (!bytes) return not_understood("wrapped");
  return bytes;
}

Result<RequestView> parse_request(std::string_view body) {
  RIGHTFUL_TRY(const Json object, parse_object(body));
  return request_of(object);
}

Result<std::vector<RequestView>> parse_requests(std::string_view body) {
  RIGHTFUL_TRY(const Json object, parse_object(body));
  const auto list = object.find("requests");
  if (list == object.end() || !list->is_array()) return not_understood("requests");
  std::vector<RequestView> views;
  for (const Json& item : *list) {
    RIGHTFUL_TRY(auto view, request_of(item));
    views.push_back(std::move(view));
  }
  return views;
}

Error error_of(const HttpReply& reply) {
  const auto json = Json::parse(reply.body, nullptr, false);
  const bool is_problem = json.is_object() && json.contains("title");
  if (!is_problem)
    return {code_of(reply.status), fmt::format("the server answered with status {}", reply.status)};
  std::string text = text_or_empty(json, "title") + ". " + text_or_empty(json, "detail");
  if (const auto pause = reply.headers.find("retry-after"); pause != reply.headers.end()) {
    text += fmt::format(" ({} seconds)", pause->second);
  }
  if (const std::string open = text_or_empty(json, "request"); !open.empty()) {
    text += fmt::format(" It is {}; `rightful status` shows it.", open);
  }
  if (reply.status >= 500) text += " trace " + text_or_empty(json, "trace");
  return {code_of(reply.status), std::move(text)};
}

}  // namespace rightful::app
