#include "rightful/archive/sealed_spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/ephemeral_cipher.hpp"

namespace rightful::archive {
namespace {

constexpr std::size_t kPieceBytes = 64 * std::size_t{1024};

/// Without a name from the start where the file system can; else made and unlinked at once.
UniqueFd open_nameless(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return UniqueFd(fd);
  if (errno != EOPNOTSUPP && errno != EISDIR) throw_system_failure("open a spool file", errno);
  std::string name = (directory / "spool-XXXXXX").string();
  UniqueFd named(::mkostemp(name.data(), O_CLOEXEC));
  if (!named.is_open()) throw_system_failure("make a spool file", errno);
  if (::unlink(name.c_str()) != 0) throw_system_failure("unlink a spool file", errno);
  return named;
}

void write_all(int fd, ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_failure("write a spool file", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void read_all(int fd, std::span<std::byte> into, std::uint64_t offset) {
  while (!into.empty()) {
    const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_system_failure("read a spool file", count < 0 ? errno : EIO);
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace

/// The bytes are [0, spilled) in the file, then `tail` in memory.
struct SealedSpool::State {
  explicit State(SpoolSettings given) : settings(std::move(given)) {}

  void spill() {
    if (!cipher) {
      cipher.emplace(settings.random);
      file = open_nameless(settings.directory);
    }
    cipher->apply(spilled, tail);
    write_all(file.get(), tail, spilled);
    spilled += tail.size();
    tail.clear();
  }

  std::size_t read(std::uint64_t offset, std::span<std::byte> into) const {
    if (offset >= spilled) {
      const auto from = static_cast<std::size_t>(offset - spilled);
      const std::size_t count = std::min(into.size(), tail.size() - from);
      std::copy_n(tail.begin() + static_cast<std::ptrdiff_t>(from), count, into.begin());
      return count;
    }
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), spilled - offset));
    RIGHTFUL_CHECK(cipher.has_value());  // something was spilled
    read_all(file.get(), into.first(count), offset);
    cipher->apply(offset, into.first(count));
    return count;
  }

  SpoolSettings settings;
  Bytes tail;
  std::uint64_t spilled = 0;
  UniqueFd file;
  mutable std::optional<crypto::EphemeralCipher> cipher;
};

SealedSpool::SealedSpool(SpoolSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {}

SealedSpool::SealedSpool(SealedSpool&&) noexcept = default;
SealedSpool& SealedSpool::operator=(SealedSpool&&) noexcept = default;
SealedSpool::~SealedSpool() = default;

void SealedSpool::append(ByteView bytes) {
  State& state = *state_;
  while (!bytes.empty()) {
    const std::size_t limit =
        state.spilled == 0 ? std::max(state.settings.memory_bytes, std::size_t{1}) : kPieceBytes;
    const std::size_t count = std::min(bytes.size(), limit - std::min(limit, state.tail.size()));
    state.tail.insert(
        state.tail.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (!bytes.empty()) state.spill();
  }
}

std::uint64_t SealedSpool::size() const noexcept {
  return state_->spilled + state_->tail.size();
}

bool SealedSpool::is_spilled() const noexcept {
  return state_->spilled > 0;
}

SpoolReader SealedSpool::read() const {
  return SpoolReader(*state_);
}

std::size_t SpoolReader::read(std::span<std::byte> into) {
  std::size_t total = 0;
  while (!into.empty()) {
    const std::size_t count = state_->read(offset_, into);
    if (count == 0) break;
    offset_ += count;
    total += count;
    into = into.subspan(count);
  }
  return total;
}

}  // namespace rightful::archive
