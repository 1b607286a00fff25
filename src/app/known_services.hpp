/// @file
/// Which signing key this person has met which service with. What a package says about its own
/// origin is believed only if the key was known before.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::app {

/// A small JSON file, public data: `{"https://…": "<base64 of the Ed25519 key>", …}`.
///
/// Errors   Failure when the file cannot be written.
class KnownServices {
 public:
  /// `$XDG_CONFIG_HOME/rightful/services.json`, else `~/.config/rightful/services.json`.
  [[nodiscard]] static std::filesystem::path default_path();

  /// An absent file knows nobody. @return InvalidArgument when it is not such a file.
  [[nodiscard]] static Result<KnownServices> open(std::filesystem::path path);

  [[nodiscard]] std::optional<crypto::SignPublicKey> find(std::string_view server) const;
  /// Whether any service has this key.
  [[nodiscard]] bool knows(const crypto::SignPublicKey& key) const;

  /// The first meeting is written down; every later one must show the same key.
  /// @return NotAuthentic when the key changed: says both fingerprints and what to do.
  [[nodiscard]] Result<void> meet(std::string_view server, const crypto::SignPublicKey& key);

 private:
  explicit KnownServices(std::filesystem::path path) : path_(std::move(path)) {}

  void save() const;

  std::filesystem::path path_;
  std::map<std::string, crypto::SignPublicKey, std::less<>> keys_;
};

}  // namespace rightful::app
