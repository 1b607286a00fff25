#include "app/known_services.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"
#include "rightful/crypto/server_keys.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20U;
constexpr mode_t kFileMode = 0600;

/// Called before any thread is started.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread at this point
  return value == nullptr ? std::string() : std::string(value);
}

auto not_such_a_file(const fs::path& path) {
  return fail(
      ErrorCode::InvalidArgument,
      path.string() + " is not a list of known services; repair it, or remove it to begin anew");
}

}  // namespace

fs::path KnownServices::default_path() {
  const std::string config = environment("XDG_CONFIG_HOME");
  const fs::path base =
      config.empty() ? fs::path(environment("HOME")) / ".config" : fs::path(config);
  return base / "rightful" / "services.json";
}

Result<KnownServices> KnownServices::open(fs::path path) {
  KnownServices known(std::move(path));
  const auto content = read_file(known.path_, kMaxFileBytes);
  if (!content && content.error().code == ErrorCode::NotFound) return known;
  if (!content) return std::unexpected(content.error());
  const auto json = nlohmann::json::parse(as_text(*content), nullptr, false);
  if (!json.is_object()) return not_such_a_file(known.path_);
  for (const auto& [server, value] : json.items()) {
    const auto bytes =
        value.is_string() ? from_base64(value.get<std::string>()) : Result<Bytes>(Bytes());
    const auto key =
        bytes ? crypto::SignPublicKey::parse(*bytes) : fail(ErrorCode::InvalidArgument, "");
    if (!key) return not_such_a_file(known.path_);
    known.keys_.emplace(server, *key);
  }
  return known;
}

std::optional<crypto::SignPublicKey> KnownServices::find(std::string_view server) const {
  const auto found = keys_.find(server);
  return found == keys_.end() ? std::nullopt : std::optional(found->second);
}

bool KnownServices::knows(const crypto::SignPublicKey& key) const {
  return std::ranges::any_of(keys_, [&](const auto& entry) { return entry.second == key; });
}

Result<void> KnownServices::meet(std::string_view server, const crypto::SignPublicKey& key) {
  const auto known = find(server);
  if (known && *known == key) return {};
  if (known) {
    return fail(ErrorCode::NotAuthentic,
                fmt::format("{} shows another signing key than before.\n  known: {}\n  shown: {}\n"
                            "Ask the company on another way which one is right. If the new one is, "
                            "remove the line of this "
                            "server from {}.",
                            server,
                            crypto::fingerprint(*known),
                            crypto::fingerprint(key),
                            path_.string()));
  }
  keys_.emplace(server, key);
  save();
  return {};
}

void KnownServices::save() const {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [server, key] : keys_) {
    json[server] = to_base64(key.bytes());
  }
  fs::create_directories(path_.parent_path());
  write_file_atomically(path_, as_bytes(json.dump(2) + "\n"), kFileMode);
}

}  // namespace rightful::app
