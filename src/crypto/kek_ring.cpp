#include "crypto/kek_ring.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <optional>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/key_file.hpp"
#include "rightful/crypto/server_keys.hpp"

namespace rightful::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirst = "subject-wrap";
constexpr std::string_view kEnding = ".key";
/// Of a file that nobody reads any more and that is being overwritten.
constexpr std::string_view kDestroyed = ".key.destroyed";

std::string name_of(std::int64_t epoch) {
  return epoch == 1 ? std::string(kFirst) : std::string(kFirst) + "." + std::to_string(epoch);
}

/// Only the one spelling that name_of() gives: `subject-wrap.02.key` is no epoch.
std::optional<std::int64_t> epoch_of(std::string_view file) {
  if (!file.starts_with(kFirst) || !file.ends_with(kEnding)) return std::nullopt;
  if (file.size() == kFirst.size() + kEnding.size()) return 1;
  const std::string_view digits =
      file.substr(kFirst.size(), file.size() - kFirst.size() - kEnding.size());
  std::int64_t epoch = 0;
  if (!digits.starts_with('.')) return std::nullopt;
  std::from_chars(digits.data() + 1, digits.data() + digits.size(), epoch);
  const bool is_canonical = epoch > 1 && "." + std::to_string(epoch) == digits;
  return is_canonical ? std::optional(epoch) : std::nullopt;
}

/// Ascending; what was found before an error.
std::vector<std::int64_t> epochs_in(const fs::path& directory, std::error_code& error) {
  std::vector<std::int64_t> found;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (const auto epoch = epoch_of(entry->path().filename().string())) found.push_back(*epoch);
  }
  std::ranges::sort(found);
  return found;
}

Result<void> make_writable(const fs::path& path) {
  if (::chmod(path.c_str(), 0600) == 0) return {};
  if (errno == EPERM || errno == EACCES || errno == EROFS) {
    return fail(ErrorCode::Denied,
                "key file " + path.string() +
                    " may not be changed by this user; run this as the owner of the keys");
  }
  throw_system_failure("chmod of a key file", errno);
}

// What a file system keeps of old blocks is out of reach (docs/operations.md says so).
void overwrite(const fs::path& path) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) throw_system_failure("open of a key file", errno);
  const std::array<char, 128> zeros{};
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) throw_system_failure("fstat of a key file", errno);
  const auto size = std::min<std::size_t>(static_cast<std::size_t>(facts.st_size), zeros.size());
  if (::write(file.get(), zeros.data(), size) != static_cast<ssize_t>(size) ||
      ::fsync(file.get()) != 0) {
    throw_system_failure("overwriting a key file", errno);
  }
}

void sync(const fs::path& directory) {
  const UniqueFd handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open() || ::fsync(handle.get()) != 0) {
    throw_system_failure("fsync of the key directory", errno);
  }
}

}  // namespace

// One that a rotation takes away in this moment is passed over.
Result<void> KekRing::load() {
  for (const std::int64_t epoch : epochs()) {
    const auto loaded = key(epoch);
    if (!loaded && loaded.error().code != ErrorCode::NotFound) {
      return std::unexpected(loaded.error());
    }
  }
  if (keys_.empty()) {
    RIGHTFUL_TRY(const auto first, key(1));
    static_cast<void>(first);
  }
  return {};
}

Result<std::shared_ptr<const SecretBytes>> KekRing::key(std::int64_t epoch) {
  const std::lock_guard lock(mutex_);
  auto found = keys_.find(epoch);
  if (found == keys_.end()) {
    const std::string name = name_of(epoch);
    RIGHTFUL_TRY(auto bytes, read_key_file(directory_ / (name + std::string(kEnding)), name));
    auto held = std::make_shared<const SecretBytes>(std::move(bytes));
    found = keys_.emplace(epoch, Held{.key = std::move(held), .gone_since = std::nullopt}).first;
  }
  return found->second.key;
}

std::vector<std::int64_t> KekRing::epochs() const {
  std::error_code error;
  auto found = epochs_in(directory_, error);
  if (error) throw_system_failure("reading the key directory", error.value());
  return found;
}

// A directory that cannot be read, or that was unmounted, says nothing about what was destroyed.
void KekRing::forget_destroyed(std::chrono::steady_clock::time_point now) {
  std::error_code error;
  const auto there = epochs_in(directory_, error);
  if (error || there.empty()) return;
  const std::lock_guard lock(mutex_);
  for (auto held = keys_.begin(); held != keys_.end();) {
    const bool is_gone =
        held->first < there.back() && !std::ranges::binary_search(there, held->first);
    auto& gone_since = held->second.gone_since;
    if (!is_gone) gone_since.reset();
    if (is_gone && !gone_since) gone_since = now;
    const bool is_over = is_gone && now - *gone_since >= kKekGrace;
    held = is_over ? keys_.erase(held) : std::next(held);
  }
}

Result<void> KekRing::add(std::int64_t epoch, Random& random) const {
  RIGHTFUL_CHECK(epoch > 1);
  const std::string name = name_of(epoch);
  if (read_key_file(directory_ / (name + std::string(kEnding)), name)) return {};
  if (::access(directory_.c_str(), W_OK) != 0) {
    return fail(ErrorCode::Denied,
                "key directory " + directory_.string() +
                    " may not be written by this user; run this as the owner of the keys");
  }
  write_key_file(directory_, name, random);
  return {};
}

// Out of its name first: a process that is killed while it overwrites leaves no half key where one
// is looked for.
Result<void> KekRing::destroy(std::int64_t epoch) const {
  const std::string name = name_of(epoch);
  const fs::path path = directory_ / (name + std::string(kEnding));
  const fs::path aside = directory_ / (name + std::string(kDestroyed));
  if (::rename(path.c_str(), aside.c_str()) == 0) {
    sync(directory_);
  } else if (errno == EPERM || errno == EACCES || errno == EROFS) {
    return fail(ErrorCode::Denied,
                "key directory " + directory_.string() +
                    " may not be written by this user; run this as the owner of the keys");
  } else if (errno != ENOENT) {
    throw_system_failure("rename of a key file", errno);
  }
  return sweep();
}

Result<void> KekRing::sweep() const {
  std::vector<fs::path> aside;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kFirst) && name.ends_with(kDestroyed)) aside.push_back(entry.path());
  }
  for (const fs::path& path : aside) {
    RIGHTFUL_TRY(make_writable(path));
    overwrite(path);
    if (::unlink(path.c_str()) != 0) throw_system_failure("removing a key file", errno);
  }
  if (!aside.empty()) sync(directory_);
  return {};
}

}  // namespace rightful::crypto
