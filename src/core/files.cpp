#include "rightful/core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful {
namespace {

Result<UniqueFd> open_for_reading(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.is_open()) return fd;
  const int error_number = errno;
  if (error_number == ENOENT || error_number == ENOTDIR) {
    return fail(ErrorCode::NotFound, "no file " + path.string());
  }
  if (error_number == EACCES || error_number == EPERM) {
    return fail(ErrorCode::Denied, "no permission to read " + path.string());
  }
  throw_system_failure("open " + path.string(), error_number);
}

void write_all(int fd, ByteView content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0) {
      if (errno == EINTR) continue;
      throw_system_failure("write " + name, errno);
    }
    content = content.subspan(static_cast<std::size_t>(put));
  }
}

void sync_directory(const std::filesystem::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || ::fsync(fd.get()) != 0)
    throw_system_failure("fsync " + directory.string(), errno);
}

/// Removes the file unless it was kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string pattern)
      : path_(std::move(pattern)), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {
    if (!fd_.is_open()) throw_system_failure("create " + path_, errno);
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] const std::string& path() const { return path_; }

  void keep() { path_.clear(); }

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max_size_bytes) {
  RIGHTFUL_TRY(const UniqueFd fd, open_for_reading(path));
  Bytes content;
  std::array<std::byte, 65536> part{};
  while (true) {
    const ssize_t got = ::read(fd.get(), part.data(), part.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      throw_system_failure("read " + path.string(), errno);
    }
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > max_size_bytes) {
      return fail(ErrorCode::LimitExceeded,
                  path.string() + " is larger than " + std::to_string(max_size_bytes) + " bytes");
    }
    content.insert(content.end(), part.begin(), part.begin() + got);
  }
}

void write_file_atomically(const std::filesystem::path& path, ByteView content, mode_t mode) {
  const std::string hidden = "." + path.filename().string() + ".XXXXXX";
  TemporaryFile temporary((path.parent_path() / hidden).string());
  write_all(temporary.fd(), content, path.string());
  if (::fchmod(temporary.fd(), mode) != 0 || ::fsync(temporary.fd()) != 0) {
    throw_system_failure("write " + path.string(), errno);
  }
  if (::rename(temporary.path().c_str(), path.c_str()) != 0) {
    throw_system_failure("rename to " + path.string(), errno);
  }
  temporary.keep();
  sync_directory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

Result<void> rename_without_replacing(const std::filesystem::path& from,
                                      const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  int error_number = errno;
  if (error_number == EINVAL || error_number == ENOSYS) {
    // A file system without the flag: a second name never replaces, but folders have only one.
    if (::link(from.c_str(), to.c_str()) == 0) {
      static_cast<void>(::unlink(from.c_str()));
      return {};
    }
    error_number = errno;
    if (error_number == EPERM || error_number == ENOTSUP || error_number == EMLINK) {
      struct stat facts{};
      if (::lstat(to.c_str(), &facts) == 0) {
        error_number = EEXIST;
      } else if (::rename(from.c_str(), to.c_str()) == 0) {
        return {};
      } else {
        error_number = errno;
      }
    }
  }
  if (error_number == EEXIST || error_number == ENOTEMPTY)
    return fail(ErrorCode::Conflict, to.string() + " exists already");
  throw_system_failure("rename to " + to.string(), error_number);
}

}  // namespace rightful
