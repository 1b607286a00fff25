#include "app/byte_search.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "rightful/core/unique_fd.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = std::size_t{1} << 20U;

bool contains(std::string_view text, std::string_view needle) {
  return ::memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

/// Each chunk is searched together with the end of the one before, so that nothing hides on the
/// seam.
std::vector<bool> search_file(int fd,
                              const std::vector<std::string>& needles,
                              std::size_t longest,
                              std::uint64_t& bytes) {
  std::vector<bool> found(needles.size(), false);
  std::string window;
  window.reserve(kChunk + longest);
  for (;;) {
    const std::size_t kept = std::min(window.size(), longest - 1);
    window.erase(0, window.size() - kept);
    window.resize(kept + kChunk);
    const ssize_t got = ::read(fd, window.data() + kept, kChunk);
    if (got <= 0) return found;
    bytes += static_cast<std::uint64_t>(got);
    window.resize(kept + static_cast<std::size_t>(got));
    for (std::size_t i = 0; i < needles.size(); ++i) {
      if (!found[i] && contains(window, needles[i])) found[i] = true;
    }
  }
}

}  // namespace

ByteSearchReport search_bytes(const fs::path& folder, const std::vector<std::string>& needles) {
  ByteSearchReport report;
  report.files_with.assign(needles.size(), 0);
  std::size_t longest = 1;
  for (const std::string& needle : needles) {
    longest = std::max(longest, needle.size());
  }
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (entry->is_symlink(gone) || !entry->is_regular_file(gone)) continue;
    const UniqueFd file(::open(entry->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) continue;
    ++report.files;
    const auto found = search_file(file.get(), needles, longest, report.bytes);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (found[i]) ++report.files_with[i];
    }
    if (std::ranges::find(found, true) != found.end()) ++report.files_with_any;
  }
  return report;
}

}  // namespace rightful::app
