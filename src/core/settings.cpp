#include "rightful/core/settings.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/yaml.hpp"

namespace rightful {
namespace {

constexpr std::string_view kEnvironmentPrefix = "RIGHTFUL_";
constexpr std::string_view kTestPrefix = "RIGHTFUL_TEST_";

const std::vector<SettingDefinition> kDefinitions = {
    {.name = "database",
     .type = SettingType::Text,
     .default_value = "embedded",
     .explanation = "`embedded` runs an own PostgreSQL in the data directory; or postgresql://… "
                    "for a real one."},
    {.name = "data_dir",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "Where state lives. Default: /var/lib/rightful for root, "
                    "~/.local/share/rightful otherwise."},
    {.name = "catalog",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "The data map (YAML) that says which records are whose."},
    {.name = "keys.dir",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "Directory of the server keys, made by `rightful admin keys init`. Default: "
                    "<data_dir>/keys."},
    {.name = "package.dir",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "Where sealed packages are kept. Default: <data_dir>/packages."},
    {.name = "package.lifetime_days",
     .type = SettingType::Integer,
     .default_value = "30",
     .minimum = 14,
     .maximum = 365,
     .explanation = "Days from release until a package is destroyed."},
    {.name = "listen",
     .type = SettingType::Text,
     .default_value = "127.0.0.1:8480",
     .explanation = "Address and port of the HTTP API. Anything but a loopback address needs TLS. "
                    "Port 0 picks one."},
    {.name = "tls.certificate",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "PEM file with the server's certificate chain."},
    {.name = "tls.key",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "PEM file with the private key of the certificate."},
    {.name = "workers",
     .type = SettingType::Integer,
     .default_value = "2",
     .minimum = 0,
     .maximum = 64,
     .explanation = "How many exports this process runs at the same time."},
    {.name = "worker.poll_ms",
     .type = SettingType::Integer,
     .default_value = "250",
     .minimum = 20,
     .maximum = 10000,
     .explanation = "How often a worker with a free slot looks for a job, in milliseconds."},
    {.name = "worker.lease",
     .type = SettingType::Seconds,
     .default_value = "60",
     .minimum = 3,
     .maximum = 3600,
     .explanation = "How long a claimed job stays claimed without a heartbeat, in seconds."},
    {.name = "worker.retry_base",
     .type = SettingType::Seconds,
     .default_value = "60",
     .minimum = 0,
     .maximum = 3600,
     .explanation = "First pause before a failed export is tried again, in seconds; it doubles up "
                    "to one hour."},
    {.name = "child.memory_mib",
     .type = SettingType::Integer,
     .default_value = "512",
     .minimum = 128,
     .maximum = 65536,
     .explanation = "Address space of the process that makes one export, in MiB."},
    {.name = "child.time_limit",
     .type = SettingType::Seconds,
     .default_value = "21600",
     .minimum = 10,
     .maximum = 604800,
     .explanation = "How long one attempt of an export may take, in seconds."},
    {.name = "child.landlock",
     .type = SettingType::Choice,
     .default_value = "require",
     .choices = "require|if_available",
     .explanation = "Whether an export refuses to run on a kernel without Landlock."},
    {.name = "log.level",
     .type = SettingType::Choice,
     .default_value = "info",
     .choices = "debug|info|warn|error",
     .explanation = "The least level that is logged."},
    {.name = "ledger.origin",
     .type = SettingType::Text,
     .default_value = "audit.localhost/rightful/1",
     .explanation =
         "Name of the ledger, audit.<domain>/<group>/<year>; fixed once the ledger has begun."},
    {.name = "ledger.dir",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "Where the ledger is published as static files, a folder a log. Default: "
                    "<data_dir>/ledger."},
    {.name = "ledger.sequencer",
     .type = SettingType::Choice,
     .default_value = "beside",
     .choices = "beside|elsewhere",
     .explanation = "Whether `serve` builds and publishes the ledger too, with the signer as a "
                    "process of its own; `elsewhere`: `rightful work --role sequencer` does."},
    {.name = "ledger.retention_months",
     .type = SettingType::Integer,
     .default_value = "36",
     .minimum = 12,
     .maximum = 240,
     .explanation = "Months from a log's sealing until its entries are destroyed; its hashes stay. "
                    "A legal decision."},
    {.name = "signer.dir",
     .type = SettingType::Path,
     .default_value = "",
     .explanation = "The signer's keys and memory: outside the database and its backups. Default: "
                    "<data_dir>/signer."},
};

const SettingDefinition* find_definition(std::string_view name) {
  const auto found = std::ranges::find(kDefinitions, name, &SettingDefinition::name);
  return found == kDefinitions.end() ? nullptr : &*found;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const auto end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

/// What a value of this setting must be, in words for the error message.
std::string requirement(const SettingDefinition& definition) {
  switch (definition.type) {
    case SettingType::Text:
      return "text without control characters";
    case SettingType::Path:
      return "a path";
    case SettingType::Integer:
      return fmt::format("a whole number from {} to {}", definition.minimum, definition.maximum);
    case SettingType::Seconds:
      return fmt::format(
          "a number of seconds from {} to {}", definition.minimum, definition.maximum);
    case SettingType::Choice:
      return fmt::format("one of {}", definition.choices);
    case SettingType::Flag:
      return "true or false";
  }
  return "";
}

bool satisfies(const SettingDefinition& definition, std::string_view value) {
  switch (definition.type) {
    case SettingType::Text:
    case SettingType::Path:
      return std::ranges::none_of(value,
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    case SettingType::Integer:
    case SettingType::Seconds: {
      const auto number = parse_integer(value);
      return number && *number >= definition.minimum && *number <= definition.maximum;
    }
    case SettingType::Choice:
      return is_choice(definition.choices, value);
    case SettingType::Flag:
      return value == "true" || value == "false";
  }
  return false;
}

std::string environment_name(std::string_view setting) {
  std::string name(kEnvironmentPrefix);
  for (const char c : setting) {
    if (c == '.') {
      name += '_';
    } else {
      name += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return name;
}

const SettingDefinition* find_by_environment_name(std::string_view name) {
  const auto found = std::ranges::find_if(
      kDefinitions, [&](const SettingDefinition& d) { return environment_name(d.name) == name; });
  return found == kDefinitions.end() ? nullptr : &*found;
}

Result<void> apply_mapping(Settings& settings,
                           const YamlNode& node,
                           const std::string& prefix,
                           std::string_view file_name) {
  for (const auto& [key, value] : node.entries()) {
    const std::string name = prefix + key.text();
    if (value.kind() == YamlNode::Kind::Mapping) {
      RIGHTFUL_TRY(apply_mapping(settings, value, name + ".", file_name));
      continue;
    }
    const auto at = [&](const YamlNode& where, std::string_view cause) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("{}:{}:{}: {}", file_name, where.line(), where.column(), cause));
    };
    if (value.kind() == YamlNode::Kind::Sequence)
      return at(value, "a setting is a single value, not a list");
    const auto done = settings.set(name, value.text());
    if (!done) return at(find_definition(name) == nullptr ? key : value, done.error().detail);
  }
  return {};
}

}  // namespace

const std::vector<SettingDefinition>& setting_definitions() {
  return kDefinitions;
}

Settings::Settings() {
  for (const SettingDefinition& definition : kDefinitions) {
    values_.emplace(definition.name, definition.default_value);
  }
}

Result<void> Settings::apply_yaml(std::string_view text, std::string_view file_name) {
  RIGHTFUL_TRY(const YamlNode root, parse_yaml(text, file_name));
  if (root.kind() == YamlNode::Kind::Null) return {};
  if (root.kind() != YamlNode::Kind::Mapping) {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("{}:1:1: the settings file is a list of `name: value` lines", file_name));
  }
  return apply_mapping(*this, root, "", file_name);
}

Result<void> Settings::apply_environment(const std::vector<std::string>& environment) {
  for (const std::string_view line : environment) {
    if (!line.starts_with(kEnvironmentPrefix) || line.starts_with(kTestPrefix)) continue;
    const auto equals = std::min(line.find('='), line.size());
    const std::string_view name = line.substr(0, equals);
    const SettingDefinition* definition = find_by_environment_name(name);
    if (definition == nullptr) {
      return fail(
          ErrorCode::InvalidArgument,
          fmt::format("the environment variable {} names no setting; see `rightful serve --help`",
                      name));
    }
    RIGHTFUL_TRY(set(definition->name, equals < line.size() ? line.substr(equals + 1) : ""));
  }
  return {};
}

Result<void> Settings::set(std::string_view name, std::string_view value) {
  const SettingDefinition* definition = find_definition(name);
  if (definition == nullptr) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("there is no setting `{}`; see `rightful serve --help`", name));
  }
  if (!satisfies(*definition, value)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("`{}` must be {}", name, requirement(*definition)));
  }
  values_.find(name)->second = value;
  return {};
}

const std::string& Settings::text(std::string_view name) const {
  const auto found = values_.find(name);
  RIGHTFUL_CHECK(found != values_.end());
  return found->second;
}

std::filesystem::path Settings::path(std::string_view name) const {
  RIGHTFUL_CHECK(find_definition(name)->type == SettingType::Path);
  return text(name);
}

std::int64_t Settings::integer(std::string_view name) const {
  const auto value = parse_integer(text(name));
  RIGHTFUL_CHECK(value.has_value());
  return *value;
}

std::chrono::seconds Settings::seconds(std::string_view name) const {
  RIGHTFUL_CHECK(find_definition(name)->type == SettingType::Seconds);
  return std::chrono::seconds(integer(name));
}

bool Settings::flag(std::string_view name) const {
  RIGHTFUL_CHECK(find_definition(name)->type == SettingType::Flag);
  return text(name) == "true";
}

}  // namespace rightful
