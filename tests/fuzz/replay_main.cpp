// Replays every file of a corpus folder, or the single files that are named, without libFuzzer.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "tests/fuzz/fuzz_target.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& place) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(place)) return {place};
  if (!fs::is_directory(place)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(place)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  file.exceptions(std::ios::badbit | std::ios::failbit);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int replay(std::span<char* const> places) {
  std::size_t count = 0;
  for (const fs::path place : places) {
    const auto files = files_of(place);
    if (files.empty()) {
      fmt::print(stderr, "no inputs in {}\n", place.string());
      return 1;
    }
    for (const fs::path& file : files) {
      // Before the call: when a check aborts, the last line names the culprit.
      fmt::print(stderr, "{}\n", file.filename().string());
      rightful::fuzz::run_one(bytes_of(file));
      ++count;
    }
  }
  fmt::print("{} inputs replayed\n", count);
  return count == 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return replay(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  } catch (const std::exception& error) {
    fmt::print(stderr, "left by an exception: {}\n", error.what());
    return 1;
  }
}
