#include "archive/output_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

#include "rightful/core/failure.hpp"

#include "archive/package_format.hpp"

namespace rightful::archive {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> refuse_existing(const fs::path& target) {
  return fail(ErrorCode::Conflict,
              target.string() + " exists already; name something new, or remove it");
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
  return fail(ErrorCode::Conflict, "the target is something else than an unlocked package");
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
  std::string name = (plain.parent_path() / ".rightful-XXXXXX").string();
  const bool is_made = form == UnlockForm::Folder
                           ? ::mkdtemp(name.data()) != nullptr
                           : UniqueFd(::mkostemp(name.data(), O_CLOEXEC)).is_open();
  if (!is_made && (errno == ENOENT || errno == ENOTDIR)) {
    return no_folder(plain);
  }
  if (!is_made) throw_system_failure("make a temporary beside the target", errno);
  return OutputPlace(plain, name, form, overwrite);
}

OutputPlace::OutputPlace(OutputPlace&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, fs::path())),
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

UniqueFd OutputPlace::open_entry(std::string_view name) const {
  const fs::path path = temporary_ / fs::path(name);
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/', slash + 1)) {
    const fs::path folder = temporary_ / fs::path(name.substr(0, slash));
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      throw_system_failure("make a folder", errno);
    }
  }
  // O_EXCL: two names that this file system takes for one are an error, not an overwrite.
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) throw_system_failure("make a file", errno);
  return file;
}

Result<void> OutputPlace::commit() {
  RIGHTFUL_TRY(check_target(target_, form_, overwrite_));
  if (form_ == UnlockForm::Folder && overwrite_ == Overwrite::Replace) return replace_folder();
  if (form_ == UnlockForm::InnerZip && overwrite_ == Overwrite::Refuse) {
    // link(2) never replaces; where the file system has no links, the check above has to do.
    if (::link(temporary_.c_str(), target_.c_str()) == 0)
      return {};  // the destructor removes the other name
    if (errno == EEXIST) return refuse_existing(target_);
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) return refuse_existing(target_);
    throw_system_failure("rename to the target", errno);
  }
  temporary_.clear();
  return {};
}

/// Old folder aside, new one into its place, old one away.
Result<void> OutputPlace::replace_folder() {
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

void write_fully(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_failure("write an unlocked file", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace rightful::archive
