#include "rightful/archive/read_at.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "rightful/core/failure.hpp"

namespace rightful::archive {

Result<FileReadAt> FileReadAt::open(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR)
      return fail(ErrorCode::NotFound, "there is no file " + path.string());
    if (errno == EACCES || errno == EPERM)
      return fail(ErrorCode::Denied, path.string() + " may not be read by this user");
    throw_system_failure("open a package", errno);
  }
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) throw_system_failure("stat a package", errno);
  if (!S_ISREG(facts.st_mode))
    return fail(ErrorCode::InvalidArgument, path.string() + " is not a regular file");
  return FileReadAt(std::move(fd), static_cast<std::uint64_t>(facts.st_size));
}

void FileReadAt::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw_system_failure("read a package", count < 0 ? errno : EIO);
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace rightful::archive
