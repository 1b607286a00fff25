/// @file
/// A folder that is gone after the test, and programs run in it.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/subprocess.hpp"

namespace rightful::archive::testing {

class Scratch {
 public:
  Scratch() {
    std::string name =
        (std::filesystem::temp_directory_path() / "rightful-archive-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), name);
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
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::system_error(errno, std::generic_category(), path.string());
}

inline std::string get(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Whether two contents are the same; if not, where they part (they are too long to print).
inline ::testing::AssertionResult is_same(std::string_view found, std::string_view expected) {
  if (found == expected) return ::testing::AssertionSuccess();
  const auto [at, there] =
      std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  const auto begin = static_cast<std::size_t>(at - found.begin());
  return ::testing::AssertionFailure()
         << found.size() << " bytes where " << expected.size() << " were expected; from byte "
         << begin << " on, " << ::testing::PrintToString(std::string(found.substr(begin, 40)))
         << " instead of " << ::testing::PrintToString(std::string(expected.substr(begin, 40)));
}

/// Whether a program succeeded without a word of warning; if not, how it ended and what it said.
inline ::testing::AssertionResult is_clean(const CapturedRun& result) {
  if (const auto signal = result.status.signal)
    return ::testing::AssertionFailure() << "ended by signal " << *signal << ": " << result.output;
  if (!result.status.is_success())
    return ::testing::AssertionFailure()
           << "exit " << *result.status.exit_code << ": " << result.output;
  for (const std::string word : {"arning", "WARNING"}) {
    if (result.output.find(word) != std::string::npos)
      return ::testing::AssertionFailure() << "a warning: " << result.output;
  }
  return ::testing::AssertionSuccess();
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
