#include "app/partial_download.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/crypto/hash.hpp"

#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = std::size_t{1} << 20U;
constexpr std::size_t kMarkBytes = 8;  // of the SHA-256, two digits each
constexpr std::string_view kEnding = ".part";

std::string mark_of(const crypto::Sha256Digest& sha256) {
  return to_hex(ByteView(sha256.bytes()).first(kMarkBytes));
}

/// `<target's name>.<16 digits>.part`
bool is_part_of(const std::string& name, const std::string& target_name) {
  const std::size_t mark_at = target_name.size() + 1;
  return name.size() == mark_at + 2 * kMarkBytes + kEnding.size() && name.ends_with(kEnding) &&
         name.starts_with(target_name + '.') &&
         name.find_first_not_of("0123456789abcdef", mark_at) == mark_at + 2 * kMarkBytes;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

Result<void> check_target(const fs::path& target, archive::Overwrite overwrite) {
  struct stat facts{};
  if (target.filename().empty() || ::lstat(target.c_str(), &facts) != 0) {
    if (target.filename().empty())
      return fail(ErrorCode::Conflict, target.string() + " is not the name of a file");
    return {};
  }
  if (overwrite == archive::Overwrite::Refuse) {
    return fail(ErrorCode::Conflict,
                target.string() +
                    " exists already; name another file with --output, or allow it to be replaced "
                    "with --overwrite");
  }
  if (S_ISREG(facts.st_mode)) return {};
  return fail(ErrorCode::Conflict, target.string() + " is something else than a file; it stays");
}

std::unexpected<Error> cannot_make(const fs::path& part, int error_number) {
  const std::string folder = folder_of(part).string();
  if (error_number == ENOENT || error_number == ENOTDIR)
    return fail(
        ErrorCode::NotFound,
        fmt::format("there is no folder {}; make it, or name another place with --output", folder));
  if (error_number == ELOOP || error_number == EISDIR)
    return fail(ErrorCode::Denied,
                fmt::format("{} is a link or a folder; remove it, or name another file with "
                            "--output",
                            part.string()));
  if (error_number == ENOSPC || error_number == EDQUOT)
    return fail(ErrorCode::LimitExceeded,
                fmt::format("the disk of {} is full; nothing was fetched", folder));
  return fail(ErrorCode::Denied,
              fmt::format("cannot write into the folder {} ({}); name another place with --output",
                          folder,
                          ::strerrordesc_np(error_number)));
}

/// Parts of other packages for the same target: nobody would ever go on with them.
void remove_others(const fs::path& target, const fs::path& ours) {
  std::error_code error;
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(folder_of(target), error)) {
    const std::string name = entry.path().filename();
    if (name != ours.filename() && is_part_of(name, target.filename()))
      others.push_back(entry.path());
  }
  for (const fs::path& other : others) {
    const UniqueFd file(::open(other.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.is_open() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) fs::remove(other, error);
  }
}

}  // namespace

Result<PartialDownload> PartialDownload::open(const fs::path& target,
                                              const crypto::Sha256Digest& sha256,
                                              std::uint64_t size,
                                              archive::Overwrite overwrite) {
  RIGHTFUL_TRY(check_target(target, overwrite));
  fs::path part = target;
  part += "." + mark_of(sha256);
  part += kEnding;
  PartialDownload download(target, part, sha256, overwrite);
  download.file_ = UniqueFd(::open(
      part.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!download.file_.is_open()) return cannot_make(part, errno);
  struct stat facts{};
  if (::fstat(download.file_.get(), &facts) != 0) throw_system_failure("look at a part", errno);
  if (!S_ISREG(facts.st_mode)) return cannot_make(part, EISDIR);
  if (::flock(download.file_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::Conflict,
                "another program is downloading to " + target.string() + "; wait for it");
  }
  remove_others(target, part);
  download.wanted_size_ = size;
  download.size_ = static_cast<std::uint64_t>(facts.st_size);
  if (download.size_ > size) RIGHTFUL_TRY(download.restart());
  return download;
}

Result<void> PartialDownload::append(ByteView bytes) {
  if (bytes.size() > wanted_size_ - size_) {
    return fail(ErrorCode::NotAuthentic,
                "the server sends more than the package has; please download again");
  }
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
      return fail(
          ErrorCode::LimitExceeded,
          fmt::format("there is no room left for {} ({} of {} are here and stay). Free some "
                      "space and run the same command again, it goes on where it stopped",
                      part_.string(),
                      human_size(size_),
                      human_size(wanted_size_)));
    }
    if (count < 0) {
      return fail(ErrorCode::Unavailable,
                  fmt::format("writing {} failed ({})", part_.string(), ::strerrordesc_np(errno)));
    }
    size_ += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> PartialDownload::restart() {
  if (::ftruncate(file_.get(), 0) != 0)
    return fail(ErrorCode::Unavailable, "cannot begin " + part_.string() + " anew");
  size_ = 0;
  return {};
}

Result<void> PartialDownload::finish() {
  RIGHTFUL_CHECK(is_whole());
  crypto::Sha256 hash;
  std::vector<std::byte> buffer(kReadBytes);
  for (std::uint64_t at = 0; at < size_;) {
    const ssize_t count =
        ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_system_failure("read " + part_.string(), count < 0 ? errno : EIO);
    hash.update(std::span(buffer).first(static_cast<std::size_t>(count)));
    at += static_cast<std::uint64_t>(count);
  }
  if (std::move(hash).finish() != sha256_) {
    discard();
    return fail(ErrorCode::NotAuthentic,
                "what arrived is not what was released (SHA-256 differs); it was removed, please "
                "download again");
  }
  if (::fsync(file_.get()) != 0) throw_system_failure("write " + part_.string(), errno);
  RIGHTFUL_TRY(check_target(target_, overwrite_));
  if (overwrite_ == archive::Overwrite::Refuse) return rename_without_replacing(part_, target_);
  if (::rename(part_.c_str(), target_.c_str()) != 0)
    throw_system_failure("rename to " + target_.string(), errno);
  return {};
}

void PartialDownload::discard() noexcept {
  static_cast<void>(::unlink(part_.c_str()));
  size_ = 0;
}

}  // namespace rightful::app
