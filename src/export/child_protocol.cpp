#include "export/child_protocol.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace rightful::exporting {

namespace {

using nlohmann::json;

constexpr std::int64_t kMaxCount = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kMaxCauseChars = 24;
// A text of the manifest.
constexpr std::size_t kMaxCheckpointBytes = 16'384;

std::unexpected<Error> refuse(std::string_view what) {
  return fail(ErrorCode::InvalidArgument, "child protocol: " + std::string(what));
}

/// One JSON object whose members are exactly those named, read one by one.
class Members {
 public:
  static Result<Members> of(std::string_view text, std::initializer_list<std::string_view> names) {
    bool is_repeated = false;
    std::vector<std::vector<std::string>> open;
    // A repeated member would hide the first one: the parser's callback sees each key.
    const json::parser_callback_t on_event =
        [&](int depth, json::parse_event_t event, json& parsed) {
          if (event == json::parse_event_t::object_start) open.emplace_back();
          if (event == json::parse_event_t::object_end) open.pop_back();
          if (event == json::parse_event_t::key) {
            auto& keys = open.back();
            if (std::ranges::find(keys, parsed.get_ref<const std::string&>()) != keys.end())
              is_repeated = true;
            keys.push_back(parsed.get<std::string>());
          }
          return depth < 8;
        };
    json value = json::parse(text, on_event, false);
    if (!value.is_object() || is_repeated) return refuse("not one object");
    if (value.size() != names.size()) return refuse("another number of members");
    for (const auto name : names) {
      if (!value.contains(name)) return refuse("a member is missing");
    }
    return Members(std::move(value));
  }

  [[nodiscard]] Result<std::string> text(const char* name, std::size_t max_size = SIZE_MAX) const {
    const json& member = value_.at(name);
    if (!member.is_string()) return refuse("a text is expected");
    auto found = member.get<std::string>();
    if (found.size() > max_size) return refuse("a text is too long");
    return found;
  }

  [[nodiscard]] Result<std::int64_t> count(const char* name) const {
    const json& member = value_.at(name);
    if (!member.is_number_unsigned()) return refuse("a count is expected");
    const auto found = member.get<std::uint64_t>();
    if (found > static_cast<std::uint64_t>(kMaxCount)) return refuse("a count is too large");
    return static_cast<std::int64_t>(found);
  }

  [[nodiscard]] Result<bool> flag(const char* name) const {
    const json& member = value_.at(name);
    if (!member.is_boolean()) return refuse("a flag is expected");
    return member.get<bool>();
  }

  [[nodiscard]] Result<Instant> instant(const char* name) const {
    RIGHTFUL_TRY(const auto found, text(name, 40));
    return parse_rfc3339(found);
  }

  template <class Fixed>
  [[nodiscard]] Result<Fixed> fixed(const char* name) const {
    RIGHTFUL_TRY(const auto found, text(name, 200));
    RIGHTFUL_TRY(const auto bytes, from_base64(found));
    return Fixed::parse(bytes);
  }

  template <class I>
  [[nodiscard]] Result<I> id(const char* name) const {
    RIGHTFUL_TRY(const auto found, text(name, 36));
    return I::parse(found);
  }

  [[nodiscard]] const json& raw(const char* name) const { return value_.at(name); }

 private:
  explicit Members(json value) : value_(std::move(value)) {}

  json value_;
};

template <class Fixed>
std::string base64_of(const Fixed& value) {
  return to_base64(value.bytes());
}

std::string_view label_name(crypto::ServiceLabel label) {
  switch (label) {
    case crypto::ServiceLabel::Manifest:
      return "manifest";
    case crypto::ServiceLabel::Envelope:
      return "envelope";
  }
  return "manifest";
}

Result<crypto::ServiceLabel> parse_label(std::string_view text) {
  if (text == "manifest") return crypto::ServiceLabel::Manifest;
  if (text == "envelope") return crypto::ServiceLabel::Envelope;
  return refuse("an unknown label");
}

bool is_cause(std::string_view text) {
  return !text.empty() && text.size() <= kMaxCauseChars && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

json to_json(const StageMessage& message) {
  return {{"type", "stage"}, {"stage", message.stage}};
}

json to_json(const ProgressMessage& message) {
  const auto& p = message.progress;
  return {{"type", "progress"},
          {"datasets_total", p.datasets_total},
          {"datasets_done", p.datasets_done},
          {"rows", p.rows},
          {"objects", p.objects},
          {"bytes", p.bytes}};
}

json to_json(const DatasetMessage& message) {
  return {{"type", "dataset"},
          {"name", message.name},
          {"rows", message.rows},
          {"objects", message.objects},
          {"bytes", message.bytes},
          {"redacted", message.redacted},
          {"pseudonymised", message.pseudonymised}};
}

json to_json(const SignMessage& message) {
  return {{"type", "sign"},
          {"label", label_name(message.label)},
          {"digest", base64_of(message.digest)}};
}

json to_json(const ResultMessage& message) {
  return {{"type", "result"},
          {"size", message.size},
          {"sha256", base64_of(message.sha256)},
          {"content_sha256", base64_of(message.content_sha256)},
          {"manifest_sha256", base64_of(message.manifest_sha256)},
          {"envelope", message.envelope},
          {"entries", message.entries}};
}

json to_json(const FailureMessage& message) {
  return {{"type", "failure"},
          {"cause", message.cause},
          {"is_retried", message.is_retried},
          {"dataset", message.dataset}};
}

Result<ChildMessage> parse_stage(std::string_view text) {
  RIGHTFUL_TRY(const auto members, Members::of(text, {"type", "stage"}));
  RIGHTFUL_TRY(auto stage, members.text("stage", 24));
  return StageMessage{std::move(stage)};
}

Result<ChildMessage> parse_progress(std::string_view text) {
  RIGHTFUL_TRY(
      const auto members,
      Members::of(text, {"type", "datasets_total", "datasets_done", "rows", "objects", "bytes"}));
  ProgressMessage message;
  RIGHTFUL_TRY(message.progress.datasets_total, members.count("datasets_total"));
  RIGHTFUL_TRY(message.progress.datasets_done, members.count("datasets_done"));
  RIGHTFUL_TRY(message.progress.rows, members.count("rows"));
  RIGHTFUL_TRY(message.progress.objects, members.count("objects"));
  RIGHTFUL_TRY(message.progress.bytes, members.count("bytes"));
  return message;
}

Result<ChildMessage> parse_dataset(std::string_view text) {
  RIGHTFUL_TRY(
      const auto members,
      Members::of(text, {"type", "name", "rows", "objects", "bytes", "redacted", "pseudonymised"}));
  DatasetMessage message{};
  RIGHTFUL_TRY(message.name, members.text("name", 64));
  RIGHTFUL_TRY(message.rows, members.count("rows"));
  RIGHTFUL_TRY(message.objects, members.count("objects"));
  RIGHTFUL_TRY(message.bytes, members.count("bytes"));
  RIGHTFUL_TRY(message.redacted, members.count("redacted"));
  RIGHTFUL_TRY(message.pseudonymised, members.count("pseudonymised"));
  return message;
}

Result<ChildMessage> parse_sign(std::string_view text) {
  RIGHTFUL_TRY(const auto members, Members::of(text, {"type", "label", "digest"}));
  RIGHTFUL_TRY(const auto name, members.text("label", 16));
  RIGHTFUL_TRY(const auto label, parse_label(name));
  RIGHTFUL_TRY(const auto digest, members.fixed<crypto::Sha256Digest>("digest"));
  return SignMessage{label, digest};
}

Result<ChildMessage> parse_result(std::string_view text) {
  RIGHTFUL_TRY(
      const auto members,
      Members::of(
          text,
          {"type", "size", "sha256", "content_sha256", "manifest_sha256", "envelope", "entries"}));
  RIGHTFUL_TRY(const auto size, members.count("size"));
  RIGHTFUL_TRY(const auto sha256, members.fixed<crypto::Sha256Digest>("sha256"));
  RIGHTFUL_TRY(const auto content, members.fixed<crypto::Sha256Digest>("content_sha256"));
  RIGHTFUL_TRY(const auto manifest, members.fixed<crypto::Sha256Digest>("manifest_sha256"));
  RIGHTFUL_TRY(auto envelope, members.text("envelope", 65536));
  RIGHTFUL_TRY(const auto entries, members.count("entries"));
  return ResultMessage{size, sha256, content, manifest, std::move(envelope), entries};
}

Result<ChildMessage> parse_failure(std::string_view text) {
  RIGHTFUL_TRY(const auto members, Members::of(text, {"type", "cause", "is_retried", "dataset"}));
  FailureMessage message;
  RIGHTFUL_TRY(message.cause, members.text("cause", kMaxCauseChars));
  RIGHTFUL_TRY(message.is_retried, members.flag("is_retried"));
  RIGHTFUL_TRY(message.dataset, members.text("dataset", 64));
  if (!is_cause(message.cause)) return refuse("a cause outside its alphabet");
  return message;
}

Result<sources::SourceLocations> parse_locations(const json& value) {
  if (!value.is_object()) return refuse("locations are expected");
  sources::SourceLocations locations;
  for (const auto& [name, location] : value.items()) {
    if (!location.is_string()) return refuse("a location is a text");
    locations.emplace(name, location.get<std::string>());
  }
  return locations;
}

Result<std::optional<Bytes>> parse_optional_bytes(const json& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) return refuse("bytes are expected");
  RIGHTFUL_TRY(auto bytes, from_base64(value.get_ref<const std::string&>()));
  return bytes;
}

Result<crypto::RequestStatement> parse_statement(const Members& members) {
  RIGHTFUL_TRY(const auto request, members.id<RequestId>("statement_request"));
  RIGHTFUL_TRY(const auto account_text,
               members.text("statement_account", AccountId::kMaxSizeBytes));
  RIGHTFUL_TRY(auto account, AccountId::parse(account_text));
  RIGHTFUL_TRY(const auto unlock_key, members.fixed<crypto::UnlockPublicKey>("unlock_key"));
  RIGHTFUL_TRY(const auto nonce, members.fixed<crypto::Nonce>("nonce"));
  RIGHTFUL_TRY(const auto time, members.instant("time"));
  return crypto::RequestStatement{request, std::move(account), unlock_key, nonce, time};
}

}  // namespace

std::string encode(const ChildInput& input) {
  json locations = json::object();
  for (const auto& [name, location] : input.locations)
    locations[name] = location;
  const json text = {
      {"account", input.account.expose()},
      {"request", input.request.to_string()},
      {"statement_account", input.statement.account.expose()},
      {"statement_request", input.statement.request.to_string()},
      {"unlock_key", base64_of(input.statement.unlock_key)},
      {"nonce", base64_of(input.statement.nonce)},
      {"time", format_rfc3339(input.statement.time)},
      {"sign_key", base64_of(input.sign_key)},
      {"signature", base64_of(input.signature)},
      {"service_key", base64_of(input.service_key)},
      {"recovery_wrap", input.recovery_wrap ? json(to_base64(*input.recovery_wrap)) : json()},
      {"language", input.language},
      {"catalog", input.catalog},
      {"catalog_version", input.catalog_version},
      {"catalog_sha256", base64_of(input.catalog_sha256)},
      {"checkpoint", input.checkpoint},
      {"locations", std::move(locations)},
      {"package_directory", input.package_directory},
      {"object_name", input.object_name},
      {"work_directory", input.work_directory},
      {"created", format_rfc3339(input.created)},
      {"not_after", format_rfc3339(input.not_after)},
      {"memory_mib", input.memory_mib},
      {"is_landlock_required", input.is_landlock_required}};
  return text.dump();
}

Result<ChildInput> parse_child_input(std::string_view text) {
  RIGHTFUL_TRY(const auto members, Members::of(text, {"account",
                                                      "request",
                                                      "statement_account",
                                                      "statement_request",
                                                      "unlock_key",
                                                      "nonce",
                                                      "time",
                                                      "sign_key",
                                                      "signature",
                                                      "service_key",
                                                      "recovery_wrap",
                                                      "language",
                                                      "catalog",
                                                      "catalog_version",
                                                      "catalog_sha256",
                                                      "checkpoint",
                                                      "locations",
                                                      "package_directory",
                                                      "object_name",
                                                      "work_directory",
                                                      "created",
                                                      "not_after",
                                                      "memory_mib",
                                                      "is_landlock_required"}));
  RIGHTFUL_TRY(const auto account_text, members.text("account", AccountId::kMaxSizeBytes));
  RIGHTFUL_TRY(auto account, AccountId::parse(account_text));
  RIGHTFUL_TRY(const auto request, members.id<RequestId>("request"));
  RIGHTFUL_TRY(auto statement, parse_statement(members));
  RIGHTFUL_TRY(const auto sign_key, members.fixed<crypto::SignPublicKey>("sign_key"));
  RIGHTFUL_TRY(const auto signature, members.fixed<crypto::Signature>("signature"));
  RIGHTFUL_TRY(const auto service_key, members.fixed<crypto::SignPublicKey>("service_key"));
  RIGHTFUL_TRY(auto recovery_wrap, parse_optional_bytes(members.raw("recovery_wrap")));
  RIGHTFUL_TRY(auto language, members.text("language", 2));
  RIGHTFUL_TRY(auto catalog, members.text("catalog"));
  RIGHTFUL_TRY(const auto catalog_version, members.count("catalog_version"));
  RIGHTFUL_TRY(const auto catalog_sha256, members.fixed<crypto::Sha256Digest>("catalog_sha256"));
  RIGHTFUL_TRY(auto checkpoint, members.text("checkpoint", kMaxCheckpointBytes));
  RIGHTFUL_TRY(auto locations, parse_locations(members.raw("locations")));
  RIGHTFUL_TRY(auto package_directory, members.text("package_directory"));
  RIGHTFUL_TRY(auto object_name, members.text("object_name", 64));
  RIGHTFUL_TRY(auto work_directory, members.text("work_directory"));
  RIGHTFUL_TRY(const auto created, members.instant("created"));
  RIGHTFUL_TRY(const auto not_after, members.instant("not_after"));
  RIGHTFUL_TRY(const auto memory_mib, members.count("memory_mib"));
  RIGHTFUL_TRY(const auto is_landlock_required, members.flag("is_landlock_required"));
  return ChildInput{.account = std::move(account),
                    .request = request,
                    .statement = std::move(statement),
                    .sign_key = sign_key,
                    .signature = signature,
                    .service_key = service_key,
                    .recovery_wrap = std::move(recovery_wrap),
                    .language = std::move(language),
                    .catalog = std::move(catalog),
                    .catalog_version = catalog_version,
                    .catalog_sha256 = catalog_sha256,
                    .checkpoint = std::move(checkpoint),
                    .locations = std::move(locations),
                    .package_directory = std::move(package_directory),
                    .object_name = std::move(object_name),
                    .work_directory = std::move(work_directory),
                    .created = created,
                    .not_after = not_after,
                    .memory_mib = memory_mib,
                    .is_landlock_required = is_landlock_required};
}

std::string encode(const ChildMessage& message) {
  return std::visit([](const auto& typed) { return to_json(typed).dump(); }, message);
}

Result<ChildMessage> parse_child_message(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object() || !value.contains("type") || !value["type"].is_string())
    return refuse("no type");
  const auto& type = value["type"].get_ref<const std::string&>();
  if (type == "stage") return parse_stage(text);
  if (type == "progress") return parse_progress(text);
  if (type == "dataset") return parse_dataset(text);
  if (type == "sign") return parse_sign(text);
  if (type == "result") return parse_result(text);
  if (type == "failure") return parse_failure(text);
  return refuse("an unknown type");
}

std::string encode(const SignatureMessage& message) {
  return json{{"type", "signature"},
              {"label", label_name(message.label)},
              {"signature", base64_of(message.signature)}}
      .dump();
}

Result<SignatureMessage> parse_signature_message(std::string_view text) {
  RIGHTFUL_TRY(const auto members, Members::of(text, {"type", "label", "signature"}));
  RIGHTFUL_TRY(const auto name, members.text("label", 16));
  RIGHTFUL_TRY(const auto label, parse_label(name));
  RIGHTFUL_TRY(const auto signature, members.fixed<crypto::Signature>("signature"));
  return SignatureMessage{label, signature};
}

}  // namespace rightful::exporting
