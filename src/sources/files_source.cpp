#include "sources/files_source.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

/// What must not change while an object is read. A rename over the open file changes its ctime too.
struct FileState {
  dev_t device;
  ino_t inode;
  off_t size;
  timespec modified;
  timespec changed;

  static FileState of(const struct stat& status) {
    return {status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
  }

  [[nodiscard]] std::string text() const {
    return fmt::format("{}:{}:{}:{}.{}:{}.{}",
                       device,
                       inode,
                       size,
                       modified.tv_sec,
                       modified.tv_nsec,
                       changed.tv_sec,
                       changed.tv_nsec);
  }

  friend bool operator==(const FileState& a, const FileState& b) {
    const auto same = [](const timespec& x, const timespec& y) {
      return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
    };
    return a.device == b.device && a.inode == b.inode && a.size == b.size &&
           same(a.modified, b.modified) && same(a.changed, b.changed);
  }
};

/// -1 with errno.
int open_below(int root, const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

struct stat status_of(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) throw_system_failure("fstat of an object", errno);
  return status;
}

class FileStream final : public ObjectStream {
 public:
  FileStream(UniqueFd file, SourceError changed, const struct stat& status)
      : file_(std::move(file)), changed_(std::move(changed)), state_(FileState::of(status)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override {
    return static_cast<std::uint64_t>(state_.size);
  }

  [[nodiscard]] std::string version() const override { return state_.text(); }

  [[nodiscard]] SourceResult<std::size_t> read(std::span<std::byte> buffer) override {
    ssize_t count = 0;
    do {
      count = ::read(file_.get(), buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw_system_failure("read of an object", errno);
    done_ += static_cast<std::uint64_t>(count);
    const bool is_end = count == 0 && !buffer.empty();
    if (done_ > size() || (is_end && !is_whole())) return std::unexpected(changed_);
    return static_cast<std::size_t>(count);
  }

 private:
  [[nodiscard]] bool is_whole() const {
    return done_ == size() && FileState::of(status_of(file_.get())) == state_;
  }

  UniqueFd file_;
  SourceError changed_;
  FileState state_;
  std::uint64_t done_ = 0;
};

}  // namespace

SourceResult<std::unique_ptr<FilesSource>> FilesSource::open(const catalog::Source& source,
                                                             const std::string& root) {
  if (!root.starts_with('/')) {
    return std::unexpected(SourceError{
        SourceErrorKind::NotConfigured, source.name, "", "its folder is not an absolute path"});
  }
  UniqueFd fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) {
    return std::unexpected(SourceError{SourceErrorKind::NotConfigured,
                                       source.name,
                                       "",
                                       "its folder does not exist or may not be entered"});
  }
  return std::unique_ptr<FilesSource>(new FilesSource(source.name, std::move(fd)));
}

SnapshotFacts FilesSource::snapshot() const {
  return {name_, "files", SystemClock().now(), false, false};
}

SourceResult<std::unique_ptr<ObjectStream>> FilesSource::open_object(
    const ObjectReference& object) {
  const auto refuse = [&](SourceErrorKind kind, const char* detail) {
    return std::unexpected(SourceError{kind, name_, object.dataset->name, detail});
  };
  // First without opening it for reading: a device or a pipe would act on being opened.
  const UniqueFd place(open_below(root_.get(), object.reference, O_PATH));
  if (!place.is_open()) {
    switch (errno) {
      case ENOENT:
      case ENOTDIR:
        return refuse(SourceErrorKind::MissingObject, "a row names an object that does not exist");
      case ELOOP:
      case EXDEV:
        return refuse(SourceErrorKind::RefusedReference,
                      "a row names an object that is a link, or lies behind one");
      case ENAMETOOLONG:
        return refuse(SourceErrorKind::RefusedReference,
                      "a row names an object by too long a name");
      case EACCES:
        return refuse(SourceErrorKind::NotConfigured, "an object may not be read by this user");
      case EAGAIN:
        return refuse(SourceErrorKind::ObjectChanged, "a folder was moved while it was entered");
      default:
        throw_system_failure("openat2 of an object", errno);
    }
  }
  const struct stat found = status_of(place.get());
  if (!S_ISREG(found.st_mode)) {
    return refuse(SourceErrorKind::RefusedReference,
                  "a row names something that is no regular file");
  }
  UniqueFd file(open_below(root_.get(), object.reference, O_RDONLY | O_NOCTTY | O_NONBLOCK));
  if (!file.is_open()) {
    if (errno == EACCES) {
      return refuse(SourceErrorKind::NotConfigured, "an object may not be read by this user");
    }
    return refuse(SourceErrorKind::ObjectChanged, "an object was replaced while it was opened");
  }
  const struct stat status = status_of(file.get());
  SourceError changed{SourceErrorKind::ObjectChanged,
                      name_,
                      object.dataset->name,
                      "an object was changed or replaced while it was read"};
  const FileState state = FileState::of(status);
  const bool is_as_seen = object.version.empty() || object.version == state.text();
  if (!(state == FileState::of(found)) || !is_as_seen) return std::unexpected(std::move(changed));
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<FileStream>(std::move(file), std::move(changed), status);
}

}  // namespace rightful::sources
