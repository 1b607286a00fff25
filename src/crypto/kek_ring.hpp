/// @file
/// The key-encryption keys of a key directory, one file an epoch. Knows nothing of what they wrap.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::crypto {

/// Format   docs/formats/credentials.md §9: `subject-wrap.key` is epoch 1, `subject-wrap.<n>.key`
///          epoch n.
/// Threads  any; the mutex guards what has been read.
/// Secrets  what was read stays in locked memory until it is forgotten or the ring ends.
class KekRing {
 public:
  explicit KekRing(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Reads all of them. @return NotFound when there is none; else as read_key_file.
  [[nodiscard]] Result<void> load();
  [[nodiscard]] Result<std::shared_ptr<const SecretBytes>> key(std::int64_t epoch);
  [[nodiscard]] std::vector<std::int64_t> epochs() const;
  [[nodiscard]] Result<void> add(std::int64_t epoch, Random& random) const;
  [[nodiscard]] Result<void> destroy(std::int64_t epoch) const;
  /// Lets go of epochs whose files have been gone for kKekGrace while a newer one is there.
  void forget_destroyed(std::chrono::steady_clock::time_point now);

 private:
  /// What destroy() has put aside, also in a process that was killed.
  [[nodiscard]] Result<void> sweep() const;

  const std::filesystem::path directory_;
  std::mutex mutex_;

  struct Held {
    std::shared_ptr<const SecretBytes> key;
    /// Since when its file is known to be gone.
    std::optional<std::chrono::steady_clock::time_point> gone_since;
  };

  std::map<std::int64_t, Held> keys_;
};

}  // namespace rightful::crypto
