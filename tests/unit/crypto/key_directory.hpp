/// @file
/// A key directory in a place of its own, removed at the end.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"

namespace rightful::testing {

class KeyDirectory {
 public:
  KeyDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "rightful-keys-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    parent_ = name;
    SystemRandom random;
    if (!crypto::ServerKeys::create(path(), random)) throw std::runtime_error("no key directory");
  }

  KeyDirectory(const KeyDirectory&) = delete;
  KeyDirectory& operator=(const KeyDirectory&) = delete;

  ~KeyDirectory() { std::filesystem::remove_all(parent_); }

  [[nodiscard]] std::filesystem::path parent() const { return parent_; }

  [[nodiscard]] std::filesystem::path path() const { return parent_ / "keys"; }

  /// Replaces or adds a file; mode 0400 unless said.
  void put(const std::string& name, std::string_view content, mode_t mode = 0400) const {
    std::filesystem::remove(path() / name);
    std::ofstream(path() / name, std::ios::binary) << content;
    ::chmod((path() / name).c_str(), mode);
  }

 private:
  std::filesystem::path parent_;
};

}  // namespace rightful::testing
