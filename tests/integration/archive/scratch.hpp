/// @file
/// A folder that is gone after the test, and programs run in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/subprocess.hpp"

namespace rightful::archive::testing {

class Scratch {
 public:
  Scratch() {
    std::string name =
        (std::filesystem::temp_directory_path() / "rightful-archive-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

  /// Names in the folder itself.
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_),
                                                  std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

inline void put(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string get(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// @param input  what standard input is; -1 = nothing.
inline CapturedRun run(const std::filesystem::path& directory,
                       const std::string& program,
                       const std::vector<std::string>& arguments,
                       int input = -1) {
  SubprocessSpec spec{.program = program,
                      .arguments = arguments,
                      .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"},
                      .directory = directory,
                      .descriptors = {},
                      .user = {},
                      .group = {}};
  if (input >= 0) spec.descriptors.emplace_back(input, 0);
  return run_captured(std::move(spec));
}

}  // namespace rightful::archive::testing
