#include "app/secret_input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/hash.hpp"

#include "app/terminal.hpp"

namespace rightful::app {

namespace {

constexpr std::size_t kMaxBytes = 1024;

/// Reads at most one byte more than allowed, straight into locked memory.
Result<crypto::SecretBytes> first_line(int fd) {
  crypto::SecretBytes buffer(kMaxBytes + 1);
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got = ::read(fd, buffer.expose_mutable().data() + size, buffer.size() - size);
    if (got < 0) return fail(ErrorCode::Unavailable, "reading the secret failed");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  const auto all = buffer.expose().first(size);
  const auto end = std::ranges::find(all, std::byte{'\n'});
  auto length = static_cast<std::size_t>(end - all.begin());
  if (length > kMaxBytes)
    return fail(ErrorCode::LimitExceeded, "the first line is longer than 1024 bytes");
  if (length > 0 && all[length - 1] == std::byte{'\r'}) --length;
  if (length == 0) return fail(ErrorCode::InvalidArgument, "the first line is empty");
  return crypto::SecretBytes::copy_of(all.first(length));
}

}  // namespace

Result<crypto::SecretBytes> secret_from_file(const std::string& path) {
  if (path == "-") return first_line(STDIN_FILENO);
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return errno == ENOENT ? fail(ErrorCode::NotFound, "there is no file " + path)
                           : fail(ErrorCode::Denied, "this user may not read the file " + path);
  }
  auto line = first_line(file.get());
  if (!line) return fail(line.error().code, path + ": " + line.error().detail);
  return line;
}

Result<crypto::SecretBytes> secret_from(const std::optional<std::string>& file,
                                        std::string_view prompt) {
  return file ? secret_from_file(*file) : read_secret(prompt);
}

Result<crypto::SecretBytes> new_secret_from(const std::optional<std::string>& file,
                                            std::string_view prompt) {
  if (file) return secret_from_file(*file);
  RIGHTFUL_TRY(auto first, read_secret(prompt));
  RIGHTFUL_TRY(const auto second, read_secret("Once more: "));
  if (!crypto::constant_time_equal(first.expose(), second.expose())) {
    return fail(ErrorCode::InvalidArgument,
                "the two do not match; nothing was sent, please start again");
  }
  return first;
}

Result<void> write_new_secret_file(const std::string& path, std::string_view secret) {
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open() && errno == EEXIST)
    return fail(ErrorCode::Conflict, path + " exists already; name a new file");
  if (!file.is_open()) return fail(ErrorCode::Denied, "cannot write the file " + path);
  const bool is_written =
      ::write(file.get(), secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
      ::write(file.get(), "\n", 1) == 1;
  if (!is_written) throw_system_failure("write " + path, errno);
  return {};
}

}  // namespace rightful::app
