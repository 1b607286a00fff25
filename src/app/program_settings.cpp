#include "app/program_settings.hpp"

#include <unistd.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"
#include "rightful/core/log.hpp"
#include "rightful/http/server.hpp"
#include "rightful/store/connection_settings.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20U;

/// What the table of settings cannot know: the forms that other layers read.
Result<void> check_values(const Settings& settings) {
  const std::string& database = settings.text("database");
  if (database != "embedded") {
    const auto url = store::check_connection_url(database);
    if (!url)
      return fail(url.error().code,
                  "`database` is neither `embedded` nor a URL: " + url.error().detail);
  }
  http::HttpServerSettings http;
  http.listen = settings.text("listen");
  http.tls_certificate = settings.path("tls.certificate");
  http.tls_key = settings.path("tls.key");
  return http::check_settings(http);
}

}  // namespace

std::vector<std::string> process_environment() {
  std::vector<std::string> lines;
  for (char** line = ::environ; line != nullptr && *line != nullptr; ++line) {
    lines.emplace_back(*line);
  }
  return lines;
}

std::string find_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& line : environment) {
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=') {
      return line.substr(name.size() + 1);
    }
  }
  return {};
}

Result<Settings> read_settings(const ParsedCommand& command,
                               const std::vector<std::string>& environment) {
  Settings settings;
  if (const auto file = command.value("--config")) {
    const auto content = read_file(*file, kMaxFileBytes);
    if (!content)
      return fail(content.error().code, "--config " + *file + ": " + content.error().detail);
    RIGHTFUL_TRY(settings.apply_yaml(as_text(*content), *file));
  }
  RIGHTFUL_TRY(settings.apply_environment(environment));
  std::string catalogs;
  for (const auto& [name, value] : command.settings()) {
    if (name == "catalog") catalogs += (catalogs.empty() ? "" : ",") + value;
    RIGHTFUL_TRY(settings.set(name, name == "catalog" ? catalogs : value));
  }
  RIGHTFUL_TRY(check_values(settings));
  return settings;
}

Result<Settings> read_quiet_settings(const ParsedCommand& command,
                                     const std::vector<std::string>& environment) {
  RIGHTFUL_TRY(auto settings, read_settings(command, environment));
  RIGHTFUL_TRY(const auto level, log::parse_level(settings.text("log.level")));
  log::set_level(level == log::Level::Info ? log::Level::Warn : level);
  return settings;
}

Result<fs::path> data_directory(const Settings& settings,
                                const std::vector<std::string>& environment) {
  const fs::path chosen = settings.path("data_dir");
  if (!chosen.empty()) return fs::absolute(chosen);
  if (::geteuid() == 0) return fs::path("/var/lib/rightful");
  const std::string home = find_in(environment, "HOME");
  if (home.empty())
    return fail(ErrorCode::InvalidArgument,
                "HOME is not set; say where data may live with --data-dir");
  return fs::path(home) / ".local/share/rightful";
}

fs::path key_directory(const Settings& settings, const fs::path& data) {
  const fs::path chosen = settings.path("keys.dir");
  return chosen.empty() ? data / "keys" : chosen;
}

fs::path package_directory(const Settings& settings, const fs::path& data) {
  const fs::path chosen = settings.path("package.dir");
  return chosen.empty() ? data / "packages" : chosen;
}

fs::path ledger_directory(const Settings& settings, const fs::path& data) {
  const fs::path chosen = settings.path("ledger.dir");
  return chosen.empty() ? data / "ledger" : fs::absolute(chosen);
}

fs::path signer_directory(const Settings& settings, const fs::path& data) {
  const fs::path chosen = settings.path("signer.dir");
  return chosen.empty() ? data / "signer" : fs::absolute(chosen);
}

}  // namespace rightful::app
