#include "rightful/ledger/log_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

namespace rightful::ledger {

namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;
constexpr std::size_t kMaxWaitingFiles = 64;  // two descriptors each
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

enum class Missing : std::uint8_t { Report, Create };

/// The folder in which a file stands, and its name there.
struct Place {
  UniqueFd folder;
  std::string name;
};

std::unexpected<Error> denied(std::string_view name) {
  return fail(ErrorCode::Denied,
              std::string(name) +
                  " may not be read, or is a link or another thing than a file of the "
                  "log");
}

// What an error of open means below the log's directory. A link where a folder is expected gives
// ENOTDIR, where a file is expected ELOOP.
std::unexpected<Error> open_error(const std::string& name, int error_number) {
  if (error_number == ENOENT) return fail(ErrorCode::NotFound, "no file " + name);
  const std::array refused{ELOOP, ENOTDIR, EISDIR, EACCES, EPERM, ENXIO};
  if (std::ranges::find(refused, error_number) != refused.end()) return denied(name);
  throw_system_failure("open " + name, error_number);
}

void sync(int fd, const std::string& name) {
  if (::fsync(fd) != 0) throw_system_failure("fsync " + name, errno);
}

Result<UniqueFd> open_folder(int parent, const std::string& name, Missing missing) {
  UniqueFd folder(::openat(parent, name.c_str(), kFolderFlags));
  if (folder.is_open()) return folder;
  if (errno != ENOENT || missing == Missing::Report) return open_error(name, errno);
  if (::mkdirat(parent, name.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    throw_system_failure("mkdir " + name, errno);
  }
  sync(parent, "the folder above " + name);
  folder = UniqueFd(::openat(parent, name.c_str(), kFolderFlags));
  if (!folder.is_open()) return open_error(name, errno);
  return folder;
}

/// Of a file that has not taken its own name yet.
std::string new_name(const std::string& name) {
  return "." + name + ".new";
}

// A partial tile, or what a run that was killed left of one: it holds bodies too.
bool is_partial(const std::string& name) {
  const std::string digits = name.substr(0, name.find_last_of("0123456789") + 1);
  const std::string file = digits.substr(digits.find_first_of("0123456789") == 1 ? 1 : 0);
  if (name != file && name != new_name(file)) return false;
  unsigned width = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), width);
  return error == std::errc() && end == file.data() + file.size() && file.front() != '0' &&
         width < kTileWidth;
}

// Step by step, so that no part of the way is a link.
Result<Place> find_place(int root, const LogPath& path, Missing missing) {
  UniqueFd folder(::openat(root, ".", kFolderFlags));
  if (!folder.is_open()) throw_system_failure("open the log's directory", errno);
  std::string_view rest = path.text();
  for (std::size_t slash = rest.find('/'); slash != std::string_view::npos;
       slash = rest.find('/')) {
    RIGHTFUL_TRY(folder, open_folder(folder.get(), std::string(rest.substr(0, slash)), missing));
    rest.remove_prefix(slash + 1);
  }
  return Place{.folder = std::move(folder), .name = std::string(rest)};
}

// Without O_NONBLOCK a pipe with this name would stop the reader.
Result<UniqueFd> open_file(const Place& place) {
  UniqueFd fd(::openat(
      place.folder.get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.is_open()) return open_error(place.name, errno);
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) throw_system_failure("fstat " + place.name, errno);
  if (!S_ISREG(facts.st_mode)) return denied(place.name);
  return fd;
}

Result<Bytes> read_at_most(int fd, std::size_t limit, const std::string& name) {
  Bytes content(limit + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_failure("read " + name, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > limit) {
    return fail(ErrorCode::LimitExceeded,
                name + " is larger than the " + std::to_string(limit) + " bytes it can have");
  }
  content.resize(size);
  return content;
}

Result<Bytes> read_file_at(const Place& place, const LogPath& path) {
  RIGHTFUL_TRY(const UniqueFd fd, open_file(place));
  return read_at_most(fd.get(), path.max_size_bytes(), path.text());
}

Result<void> compare(const Result<Bytes>& existing, const LogPath& path, ByteView content) {
  if (existing && std::ranges::equal(*existing, content)) return {};
  if (!existing && existing.error().code != ErrorCode::LimitExceeded) {
    return std::unexpected(existing.error());
  }
  return fail(ErrorCode::Conflict, path.text() + " is published with other bytes");
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

template <class Visit>
void for_each_name(UniqueFd folder, Visit visit) {
  const std::unique_ptr<DIR, CloseFolder> listing(::fdopendir(folder.get()));
  if (listing == nullptr) throw_system_failure("list a folder of the log", errno);
  static_cast<void>(folder.release());  // the listing closes it
  for (;;) {
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): each thread would list with a DIR of its own
    const dirent* const entry = ::readdir(listing.get());
    if (entry == nullptr) break;
    visit(std::string(entry->d_name));
  }
  if (errno != 0) throw_system_failure("list a folder of the log", errno);
}

// Of runs that were killed; names of ours alone.
void drop_new_files(int parent) {
  UniqueFd folder(::openat(parent, ".", kFolderFlags));
  if (!folder.is_open()) throw_system_failure("open a folder of the log", errno);
  std::vector<std::string> left;
  for_each_name(std::move(folder), [&left](const std::string& name) {
    const std::size_t digits = name.find_first_not_of("0123456789", 1);
    if (name.front() == '.' && digits > 1 && digits != std::string::npos &&
        name.substr(digits) == ".new")
      left.push_back(name);
  });
  for (const std::string& name : left) {
    if (::unlinkat(parent, name.c_str(), 0) != 0 && errno != ENOENT)
      throw_system_failure("unlink of " + name, errno);
  }
}

}  // namespace

/// A new file beside its final name; removed unless it was given that name.
class LogDirectory::NewFile {
 public:
  explicit NewFile(Place place) : place_(std::move(place)), name_(new_name(place_.name)) {
    static_cast<void>(::unlinkat(folder(), name_.c_str(), 0));  // left by a run that was killed
    fd_ = UniqueFd(::openat(
        folder(), name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!fd_.is_open()) throw_system_failure("create " + name_, errno);
  }

  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  ~NewFile() {
    if (is_new_) ::unlinkat(folder(), name_.c_str(), 0);
  }

  [[nodiscard]] const Place& place() const { return place_; }

  void write(ByteView content) {
    while (!content.empty()) {
      const ssize_t put = ::write(fd_.get(), content.data(), content.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw_system_failure("write " + name_, errno);
      content = content.subspan(static_cast<std::size_t>(put));
    }
  }

  [[nodiscard]] Result<Bytes> read(const LogPath& path) const {
    if (::lseek(fd_.get(), 0, SEEK_SET) != 0) throw_system_failure("seek in " + name_, errno);
    return read_at_most(fd_.get(), path.max_size_bytes(), path.text());
  }

  void sync_content() { sync(fd_.get(), name_); }

  void sync_folder() { sync(folder(), "the folder of " + place_.name); }

  /// Takes the final name, from an older file too.
  void take_name() {
    if (::renameat(folder(), name_.c_str(), folder(), place_.name.c_str()) != 0) {
      throw_system_failure("rename to " + place_.name, errno);
    }
    is_new_ = false;
  }

  /// As take_name where nothing has that name; false when something has it.
  [[nodiscard]] bool take_free_name() {
    const char* const to = place_.name.c_str();
    if (::renameat2(folder(), name_.c_str(), folder(), to, RENAME_NOREPLACE) == 0) {
      is_new_ = false;
    } else if (errno == EEXIST) {
      return false;
    } else if ((errno != EINVAL && errno != ENOSYS) ||
               // A file system without the flag: a second name never replaces either.
               ::linkat(folder(), name_.c_str(), folder(), to, 0) != 0) {
      if (errno == EEXIST) return false;
      throw_system_failure("rename to " + place_.name, errno);
    }
    return true;
  }

 private:
  [[nodiscard]] int folder() const { return place_.folder.get(); }

  Place place_;
  std::string name_;
  UniqueFd fd_;
  bool is_new_ = true;
};

LogDirectory::LogDirectory(UniqueFd root, std::string name)
    : root_(std::move(root)), name_(std::move(name)) {}

LogDirectory::LogDirectory(LogDirectory&&) noexcept = default;
LogDirectory& LogDirectory::operator=(LogDirectory&&) noexcept = default;
LogDirectory::~LogDirectory() = default;

Result<LogDirectory> LogDirectory::open(const std::filesystem::path& path) {
  UniqueFd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) return open_error(path.string(), errno);
  return LogDirectory(std::move(root), path.string());
}

Result<Bytes> LogDirectory::read(const LogPath& path) {
  if (const auto waiting = waiting_.find(path.text()); waiting != waiting_.end())
    return waiting->second->read(path);
  const auto place = find_place(root_.get(), path, Missing::Report);
  auto content = place ? read_file_at(*place, path) : Result<Bytes>(std::unexpected(place.error()));
  if (content || content.error().code != ErrorCode::NotFound) return content;
  return fail(ErrorCode::NotFound, "no file " + path.text());  // and not a part of its name
}

Result<bool> LogDirectory::has(const LogPath& path) {
  if (waiting_.contains(path.text())) return true;
  const auto place = find_place(root_.get(), path, Missing::Report);
  if (!place && place.error().code == ErrorCode::NotFound) return false;
  if (!place) return std::unexpected(place.error());
  struct stat facts{};
  if (::fstatat(place->folder.get(), place->name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISREG(facts.st_mode)) return true;
    return denied(path.text());
  }
  if (errno == ENOENT) return false;
  return open_error(path.text(), errno);
}

Result<std::vector<std::uint64_t>> LogDirectory::saved_checkpoints() {
  std::vector<std::uint64_t> sizes;
  auto folder = open_folder(root_.get(), "checkpoints", Missing::Report);
  if (!folder && folder.error().code == ErrorCode::NotFound) return sizes;
  if (!folder) return std::unexpected(std::move(folder).error());
  bool are_too_many = false;
  for_each_name(*std::move(folder), [&](const std::string& name) {
    const auto path = LogPath::parse("checkpoints/" + name);
    if (path && !are_too_many) sizes.push_back(path->index());
    are_too_many = sizes.size() > kMaxSavedCheckpoints;
  });
  if (are_too_many) return fail(ErrorCode::LimitExceeded, "more than 65536 saved checkpoints");
  std::ranges::sort(sizes);
  return sizes;
}

Result<void> LogDirectory::put(const LogPath& path, ByteView content) {
  RIGHTFUL_CHECK(content.size() <= path.max_size_bytes());
  RIGHTFUL_TRY(Place place, find_place(root_.get(), path, Missing::Create));
  const auto before = compare(read(path), path, content);
  if (before || before.error().code != ErrorCode::NotFound) return before;
  // Each has a name of its own, and their folder stays: nothing else would ever take these away.
  if (path.kind() == LogFileKind::SavedCheckpoint && waiting_.empty())
    drop_new_files(place.folder.get());
  auto file = std::make_unique<NewFile>(std::move(place));
  file->write(content);
  waiting_.emplace(path.text(), std::move(file));
  return waiting_.size() < kMaxWaitingFiles ? Result<void>() : flush();
}

Result<void> LogDirectory::flush() {
  const auto files = std::exchange(waiting_, {});
  for (const auto& [text, file] : files)
    file->sync_content();
  for (const auto& [text, file] : files) {
    if (file->take_free_name()) continue;
    // Another writer was faster.
    RIGHTFUL_TRY(const LogPath path, LogPath::parse(text));
    RIGHTFUL_TRY(const Bytes content, file->read(path));
    RIGHTFUL_TRY(compare(read(path), path, content));
  }
  std::string_view last;
  for (const auto& [text, file] : files) {
    const std::string_view folder = std::string_view(text).substr(0, text.rfind('/'));
    if (folder != std::exchange(last, folder)) file->sync_folder();
  }
  return {};
}

Result<void> LogDirectory::replace(const LogPath& path, ByteView content) {
  RIGHTFUL_CHECK(path.kind() == LogFileKind::Checkpoint || path.kind() == LogFileKind::EntryBundle);
  RIGHTFUL_CHECK(content.size() <= path.max_size_bytes());
  RIGHTFUL_TRY(flush());
  RIGHTFUL_TRY(Place place, find_place(root_.get(), path, Missing::Create));
  const auto existing = open_file(place);
  if (!existing && existing.error().code != ErrorCode::NotFound) {
    return std::unexpected(existing.error());
  }
  NewFile file(std::move(place));
  file.write(content);
  file.sync_content();
  file.take_name();
  file.sync_folder();
  return {};
}

Result<void> LogDirectory::drop_unfinished(const LogPath& path) {
  const auto place = find_place(root_.get(), path, Missing::Report);
  if (!place && place.error().code == ErrorCode::NotFound) return {};
  if (!place) return std::unexpected(place.error());
  if (::unlinkat(place->folder.get(), new_name(place->name).c_str(), 0) != 0 && errno != ENOENT)
    throw_system_failure("unlink of " + new_name(place->name), errno);
  return {};
}

Result<void> LogDirectory::drop_partials(const LogPath& full) {
  RIGHTFUL_CHECK(full.width() == kTileWidth);
  const auto found = find_place(root_.get(), full, Missing::Report);
  if (!found && found.error().code == ErrorCode::NotFound) return {};
  if (!found) return std::unexpected(found.error());
  const Place& place = *found;
  const std::string name = place.name + ".p";
  auto folder = open_folder(place.folder.get(), name, Missing::Report);
  if (!folder && folder.error().code == ErrorCode::NotFound) return {};
  if (!folder) return std::unexpected(folder.error());
  RIGHTFUL_TRY(const bool is_replaced, has(full));
  if (!is_replaced) return {};
  std::vector<std::string> ours;
  for_each_name(*std::move(folder), [&ours](const std::string& file) {
    if (is_partial(file)) ours.push_back(file);
  });
  folder = open_folder(place.folder.get(), name, Missing::Report);
  if (!folder) return std::unexpected(folder.error());
  for (const std::string& file : ours) {
    if (::unlinkat(folder->get(), file.c_str(), 0) != 0 && errno != ENOENT)
      throw_system_failure("unlink of a partial tile", errno);
  }
  // A reader may have put something else there: then the folder stays.
  static_cast<void>(::unlinkat(place.folder.get(), name.c_str(), AT_REMOVEDIR));
  return {};
}

}  // namespace rightful::ledger
