#include "archive/output_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"

#include "archive/package_format.hpp"

namespace rightful::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".rightful-";
constexpr std::string_view kPattern = ".rightful-XXXXXX";

std::unexpected<Error> refuse_existing(const fs::path& target) {
  return fail(ErrorCode::Conflict,
              target.string() + " exists already; name something new, or allow it to be replaced");
}

std::unexpected<Error> no_folder(const fs::path& target) {
  return fail(ErrorCode::NotFound, "there is no folder " + target.parent_path().string());
}

/// Only what we have unpacked ourselves may be replaced: a slip of the keyboard must not empty a
/// home directory.
bool is_unpacked_package(const fs::path& folder) {
  std::error_code error;
  if (fs::is_empty(folder, error) && !error) return true;
  return fs::is_regular_file(folder / format::kSumsName, error) &&
         fs::is_regular_file(folder / format::kSignatureName, error);
}

Result<void> check_target(const fs::path& target, UnlockForm form, Overwrite overwrite) {
  struct stat facts{};
  if (::lstat(target.c_str(), &facts) != 0) {
    if (errno == ENOENT) return {};
    if (errno == ENOTDIR) return no_folder(target);
    throw_system_failure("look at the target", errno);
  }
  if (overwrite == Overwrite::Refuse) return refuse_existing(target);
  if (form == UnlockForm::InnerZip && S_ISREG(facts.st_mode)) return {};
  if (form == UnlockForm::Folder && S_ISDIR(facts.st_mode) && is_unpacked_package(target))
    return {};
  return fail(ErrorCode::Conflict,
              target.string() + " is something else than an unlocked package; it stays");
}

bool is_full(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

/// LimitExceeded where the disk is full or a limit is reached. Errors  Failure for all else.
std::unexpected<Error> refuse_full(const fs::path& temporary,
                                   const std::string& what,
                                   int error_number) {
  if (!is_full(error_number)) throw_system_failure(what, error_number);
  return fail(ErrorCode::LimitExceeded,
              "there is no room left in " + temporary.parent_path().string() + " (" +
                  ::strerrordesc_np(error_number) + "); what had been written was removed");
}

/// Held while a temporary is made or leftovers are looked for, so that nobody takes a temporary
/// that is not locked yet for one that was left.
UniqueFd lock_folder(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open() || ::flock(fd.get(), LOCK_EX) != 0) return {};
  return fd;
}

UniqueFd open_locked(const fs::path& temporary) {
  UniqueFd fd(::open(temporary.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.is_open() || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return {};
  return fd;
}

bool is_ours(int fd) {
  struct stat facts{};
  return ::fstat(fd, &facts) == 0 && facts.st_uid == ::geteuid() &&
         (S_ISDIR(facts.st_mode) || S_ISREG(facts.st_mode));
}

/// Removes what a killed run has left in `folder`: our temporaries that nobody holds any more.
void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    if (name.size() == kPattern.size() && name.starts_with(kPrefix)) found.push_back(entry.path());
  }
  for (const fs::path& leftover : found) {
    const UniqueFd lock = open_locked(leftover);
    if (lock.is_open() && is_ours(lock.get())) fs::remove_all(leftover, error);
  }
}

/// `target/` and `target` are the same; `.` and `..` are no names that something could get.
Result<fs::path> plain_target(fs::path target) {
  if (!target.has_filename()) target = target.parent_path();
  const fs::path name = target.filename();
  if (name.empty() || name == "." || name == "..") {
    return fail(ErrorCode::Conflict, "the target has no name of its own");
  }
  return fs::absolute(target);
}

}  // namespace

Result<OutputPlace> OutputPlace::prepare(const fs::path& target,
                                         UnlockForm form,
                                         Overwrite overwrite) {
  RIGHTFUL_TRY(const fs::path plain, plain_target(target));
  RIGHTFUL_TRY(check_target(plain, form, overwrite));
  const UniqueFd folder_lock = lock_folder(plain.parent_path());
  if (folder_lock.is_open()) remove_leftovers(plain.parent_path());
  std::string name = (plain.parent_path() / kPattern).string();
  const bool is_made = form == UnlockForm::Folder
                           ? ::mkdtemp(name.data()) != nullptr
                           : UniqueFd(::mkostemp(name.data(), O_CLOEXEC)).is_open();
  if (!is_made && (errno == ENOENT || errno == ENOTDIR)) {
    return no_folder(plain);
  }
  if (!is_made && (errno == EACCES || errno == EPERM || errno == EROFS)) {
    return fail(
        ErrorCode::Denied,
        "this user may not write into " + plain.parent_path().string() + "; name another place");
  }
  if (!is_made) return refuse_full(name, "make a temporary beside the target", errno);
  return OutputPlace(plain, name, form, overwrite);
}

OutputPlace::OutputPlace(fs::path target, fs::path temporary, UnlockForm form, Overwrite overwrite)
    : target_(std::move(target)),
      temporary_(std::move(temporary)),
      lock_(open_locked(temporary_)),
      form_(form),
      overwrite_(overwrite) {}

OutputPlace::OutputPlace(OutputPlace&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, fs::path())),
      lock_(std::move(other.lock_)),
      form_(other.form_),
      overwrite_(other.overwrite_) {}

OutputPlace::~OutputPlace() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

UniqueFd OutputPlace::open_file() const {
  UniqueFd file(::open(temporary_.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open()) throw_system_failure("open the temporary", errno);
  return file;
}

Result<UniqueFd> OutputPlace::open_entry(std::string_view name) const {
  const fs::path path = temporary_ / fs::path(name);
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/', slash + 1)) {
    const fs::path folder = temporary_ / fs::path(name.substr(0, slash));
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return refuse_full(temporary_, "make a folder", errno);
    }
  }
  // O_EXCL: two names that this file system takes for one are an error, not an overwrite.
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return refuse_full(temporary_, "make a file", errno);
  return file;
}

Result<void> OutputPlace::write(const UniqueFd& file, ByteView bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse_full(temporary_, "write an unlocked file", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> OutputPlace::commit() {
  RIGHTFUL_TRY(check_target(target_, form_, overwrite_));
  if (overwrite_ == Overwrite::Refuse) {
    if (!rename_without_replacing(temporary_, target_)) return refuse_existing(target_);
  } else if (form_ == UnlockForm::Folder) {
    return replace_folder();
  } else if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw_system_failure("rename to the target", errno);
  }
  temporary_.clear();
  return {};
}

/// The two change places in one step, and the old one goes; where a file system cannot do that, old
/// folder aside, new one into its place, old one away.
Result<void> OutputPlace::replace_folder() {
  if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) {
    return {};  // the destructor removes what is the temporary now
  }
  const fs::path aside = temporary_.string() + ".old";
  const bool had_one = ::rename(target_.c_str(), aside.c_str()) == 0;
  if (!had_one && errno != ENOENT) throw_system_failure("move the old folder aside", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    if (had_one) static_cast<void>(::rename(aside.c_str(), target_.c_str()));
    throw_system_failure("rename to the target", error);
  }
  temporary_.clear();
  std::error_code ignored;
  if (had_one) fs::remove_all(aside, ignored);
  return {};
}

}  // namespace rightful::archive
