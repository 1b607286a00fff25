#include "catalog/source_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "catalog/known_keys.hpp"

namespace rightful::catalog {
namespace {

constexpr std::string_view kEnvironmentRule = "the name of an environment variable: A-Z, 0-9 and _";
constexpr std::string_view kUrlRule =
    "an address with https:// and without user, query or fragment; http:// only for this machine";
constexpr std::string_view kFileRule = "an absolute path";
constexpr std::string_view kRowSecuritySetting = "rightful.account_id";
constexpr std::int64_t kMaxTimeoutSeconds = 3600;
constexpr std::int64_t kMaxUploadMib = 102400;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_plain(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c);
}

bool is_absolute_path(std::string_view text) {
  return text.starts_with('/') && text.size() > 1 && text.find('\0') == std::string_view::npos;
}

/// As Ceph allows them, which is more than Amazon does.
bool is_bucket(std::string_view text) {
  return text.size() >= 3 && text.size() <= 255 && is_plain(text.front()) &&
         text.find("..") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return is_plain(c) || c == '.' || c == '-' || c == '_';
         });
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_metadata_name(std::string_view text) {
  return is_region(text);
}

/// `folder/`, `a/b/`: relative, ends with a slash, no empty or dotted part.
bool is_object_prefix(std::string_view text) {
  if (!text.ends_with('/') || text.size() > 500) return false;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('/'));
    const bool is_refused =
        part.empty() || part == "." || part == ".." || std::ranges::any_of(part, [](char c) {
          return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F || c == '\\';
        });
    if (is_refused) return false;
    text.remove_prefix(part.size() + 1);
  }
  return true;
}

/// What other machines can listen to needs TLS: records and tokens travel over it.
bool is_loopback(std::string_view host) {
  if (host.starts_with('[')) return host.starts_with("[::1]");
  const std::string_view name = host.substr(0, host.find(':'));
  const bool is_numeric = std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '.'; });
  return name == "localhost" || (name.starts_with("127.") && is_numeric);
}

/// `https://host[:port][/path]`; a slash at the end is taken away by the caller.
bool is_service_url(std::string_view text) {
  if (text.size() > 1000 || text.find_first_of("@?#\"<>\\{}|^`") != std::string_view::npos ||
      std::ranges::any_of(text, [](char c) {
        return static_cast<std::uint8_t>(c) <= ' ' || static_cast<std::uint8_t>(c) >= 0x7F;
      })) {
    return false;
  }
  const bool has_tls = text.starts_with("https://");
  if (!has_tls && !text.starts_with("http://")) return false;
  text.remove_prefix(has_tls ? 8 : 7);
  const std::string_view host = text.substr(0, text.find('/'));
  const bool is_host = !host.empty() && (is_plain(host.front()) || host.front() == '[');
  return is_host && text.find("..") == std::string_view::npos && (has_tls || is_loopback(host));
}

bool is_endpoint(std::string_view text) {
  return is_service_url(text) && std::ranges::count(text, '/') == (text.ends_with('/') ? 3 : 2);
}

/// A name of odbc.ini: what would end it in a connection string is refused.
bool is_dsn(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_of("[]{}(),;?*=!@\\") == std::string_view::npos &&
         std::ranges::none_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20; });
}

bool is_mailbox(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
         text.find('@', at + 1) == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return static_cast<std::uint8_t>(c) > ' ' && c != 0x7F && c != '<' && c != '>' &&
                  c != ',' && c != ';' && c != '"';
         });
}

std::string without_slash(std::string text) {
  if (text.ends_with('/')) text.pop_back();
  return text;
}

/// Reads the keys of one source; a class because every kind needs the same things.
class SourceReader {
 public:
  SourceReader(const std::string& name,
               const YamlNode& node,
               Problems& problems,
               const std::vector<std::string>& languages,
               std::span<const std::string_view> keys)
      : name_(name),
        problems_(problems),
        languages_(languages),
        mapping_(node, problems, fmt::format("the source `{}`", name), keys) {}

  PostgresqlSettings postgresql() {
    PostgresqlSettings settings;
    settings.url_env =
        variable("url_env", "name the environment variable that holds the URL; no URL stands here");
    settings.schema = schema("public");
    if (const auto* rls = mapping_.optional("rls")) {
      settings.has_row_security = true;
      if (rls->text() != kRowSecuritySetting) {
        problems_.add(*rls,
                      "the setting for row security has one name",
                      "write `rls: rightful.account_id`, and let the policies read it");
      }
    }
    settings.allows_writable_role = flag("allow_writable_role", false);
    return settings;
  }

  FilesSettings files() {
    FilesSettings settings;
    const YamlNode* root =
        one_of("root", "root_env", "folder", "write `root: /absolute/folder` or `root_env: NAME`");
    if (root == nullptr) return settings;
    settings.root = word("root", is_absolute_path, "an absolute folder");
    settings.root_env = word("root_env", is_environment_name, kEnvironmentRule);
    return settings;
  }

  S3Settings s3() {
    S3Settings settings;
    if (mapping_.required("bucket", "name the bucket") != nullptr) {
      settings.bucket = word("bucket", is_bucket, "3 to 255 of A-Z, a-z, 0-9, `.`, `-` and `_`");
    }
    settings.endpoint = without_slash(word(
        "endpoint",
        is_endpoint,
        "`https://host` or `https://host:port` without a path; http:// only for this machine"));
    if (std::string region = word("region", is_region, "such as `eu-central-1`"); !region.empty()) {
      settings.region = std::move(region);
    }
    settings.prefix =
        word("prefix", is_object_prefix, "a relative folder that ends with a slash: `media/`");
    settings.access_key_env =
        variable("access_key_env", "name the environment variable that holds the access key");
    settings.secret_key_env =
        variable("secret_key_env", "name the environment variable that holds the secret key");
    settings.session_token_env = word("session_token_env", is_environment_name, kEnvironmentRule);
    settings.owner_metadata =
        word("owner_metadata", is_metadata_name, "what follows `x-amz-meta-`: a-z, 0-9 and -");
    settings.has_path_style = flag("path_style", !settings.endpoint.empty());
    settings.ca_file = word("ca_file", is_absolute_path, kFileRule);
    return settings;
  }

  HttpSettings http() {
    HttpSettings settings;
    if (mapping_.required("base", "write the service's address") != nullptr) {
      settings.base = without_slash(word("base", is_service_url, kUrlRule));
    }
    settings.auth_env = word("auth_env", is_environment_name, kEnvironmentRule);
    settings.timeout =
        std::chrono::seconds{number("timeout", settings.timeout.count(), kMaxTimeoutSeconds)};
    settings.ca_file = word("ca_file", is_absolute_path, kFileRule);
    return settings;
  }

  OdbcSettings odbc() {
    OdbcSettings settings;
    const YamlNode* place = one_of("dsn",
                                   "connection_env",
                                   "data source",
                                   "write `dsn: name` of odbc.ini, or `connection_env: NAME` of a "
                                   "variable that holds a connection string");
    if (place != nullptr) {
      settings.dsn = word("dsn", is_dsn, "the name of a data source in odbc.ini");
      settings.connection_env = word("connection_env", is_environment_name, kEnvironmentRule);
    }
    settings.schema = schema("");
    settings.timezone = timezone();
    settings.allows_writable_role = flag("allow_writable_role", false);
    return settings;
  }

  ManualSettings manual() {
    ManualSettings settings;
    if (const auto* words = mapping_.optional("instructions")) {
      settings.instructions = read_localized(*words, problems_, "the instructions", languages_);
    }
    settings.assignee = word("assignee", is_mailbox, "a mailbox: `hr@musterton.example`");
    settings.max_mib = number("max_mib", settings.max_mib, kMaxUploadMib);
    return settings;
  }

 private:
  /// Empty when the key is absent, or not valid (reported).
  std::string word(std::string_view key,
                   bool (*is_valid)(std::string_view),
                   std::string_view rule) {
    const auto* node = mapping_.optional(key);
    if (node == nullptr) return "";
    return read_word(*node, problems_, fmt::format("the {}", key), is_valid, rule).value_or("");
  }

  std::string variable(std::string_view key, std::string_view cure) {
    const auto* node = mapping_.required(key, cure);
    if (node == nullptr) return "";
    return read_word(
               *node, problems_, fmt::format("the {}", key), is_environment_name, kEnvironmentRule)
        .value_or("");
  }

  std::string schema(std::string_view fallback) {
    const auto* node = mapping_.optional("schema");
    if (node == nullptr) return std::string(fallback);
    return read_word(*node, problems_, "the schema", is_column_name, "the exact name of a schema")
        .value_or(std::string(fallback));
  }

  bool flag(std::string_view key, bool fallback) {
    const auto* node = mapping_.optional(key);
    if (node == nullptr) return fallback;
    return read_boolean(*node, problems_, fmt::format("`{}`", key)).value_or(fallback);
  }

  /// Nothing converts between zones: a local time that is written twice a year cannot be.
  std::string timezone() {
    const auto* node = mapping_.optional("timezone");
    if (node == nullptr) return "";
    if (node->text() != "UTC") {
      problems_.add(*node,
                    "times without a zone are instants only if they were written in UTC",
                    "write `timezone: UTC` if they were; else leave the fields `kind: datetime`");
    }
    return "UTC";
  }

  /// A whole number from 1 to `most`.
  std::int64_t number(std::string_view key, std::int64_t fallback, std::int64_t most) {
    const auto* node = mapping_.optional(key);
    if (node == nullptr) return fallback;
    const std::string& text = node->text();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && value >= 1 && value <= most) return value;
    problems_.add(*node,
                  fmt::format("`{}` is not valid", key),
                  fmt::format("write a whole number from 1 to {}", most));
    return fallback;
  }

  /// The one of two keys that stands there; nullptr, and a problem, when none or both do.
  const YamlNode* one_of(std::string_view a,
                         std::string_view b,
                         std::string_view what,
                         std::string_view cure) {
    const auto* first = mapping_.optional(a);
    const auto* second = mapping_.optional(b);
    if ((first != nullptr) != (second != nullptr)) return first != nullptr ? first : second;
    const bool is_empty_key =
        mapping_.node().find(a) != nullptr || mapping_.node().find(b) != nullptr;
    if (mapping_.node().kind() != YamlNode::Kind::Mapping) return nullptr;
    if (first == nullptr && is_empty_key && second == nullptr) return nullptr;  // told by optional
    problems_.add(
        mapping_.node(),
        fmt::format(
            "the source `{}` has {} {}", name_, first != nullptr ? "more than one" : "no", what),
        fmt::format("{}{}", first != nullptr ? "remove one: " : "", cure));
    return nullptr;
  }

  const std::string& name_;
  Problems& problems_;
  const std::vector<std::string>& languages_;
  MappingReader mapping_;
};

}  // namespace

std::optional<Source> read_source(const std::string& name,
                                  const YamlNode& node,
                                  Problems& problems,
                                  const std::vector<std::string>& languages) {
  const YamlNode* kind = node.find("kind");
  if (kind == nullptr || kind->kind() != YamlNode::Kind::Scalar) {
    problems.add(node,
                 fmt::format("`kind` is missing in the source `{}`", name),
                 fmt::format("write `kind: ` and one of {}", fmt::join(keys::kSourceKinds, ", ")));
    return std::nullopt;
  }
  const std::string_view word = kind->text();
  const auto reader = [&](std::span<const std::string_view> known) {
    return SourceReader(name, node, problems, languages, known);
  };
  if (word == "postgresql") return Source{name, reader(keys::kPostgresql).postgresql()};
  if (word == "files") return Source{name, reader(keys::kFiles).files()};
  if (word == "s3") return Source{name, reader(keys::kS3).s3()};
  if (word == "http") return Source{name, reader(keys::kHttp).http()};
  if (word == "odbc") return Source{name, reader(keys::kOdbc).odbc()};
  if (word == "manual") return Source{name, reader(keys::kManual).manual()};
  problems.add(*kind,
               fmt::format("kind `{}` is not known", word.substr(0, 40)),
               fmt::format("known kinds: {}", fmt::join(keys::kSourceKinds, ", ")));
  return std::nullopt;
}

}  // namespace rightful::catalog
