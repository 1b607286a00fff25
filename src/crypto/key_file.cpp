#include "rightful/crypto/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <sodium.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/core/unique_fd.hpp"

#include "crypto/sodium.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kBase64Chars = 44;  // of 32 bytes
constexpr std::size_t kMaxFileBytes = 128;
constexpr mode_t kMode = 0400;
constexpr mode_t kForOthers = 0077;

std::string line_start(std::string_view name) {
  return "rightful-key v1 " + std::string(name) + " ";
}

std::unexpected<Error> unusable(ErrorCode code,
                                const std::filesystem::path& path,
                                std::string_view what) {
  return fail(code, "key file " + path.string() + " " + std::string(what));
}

Result<UniqueFd> open_private(const std::filesystem::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return unusable(ErrorCode::NotFound,
                      path,
                      "is missing; restore it from the backup of the keys, or make new keys for a "
                      "new service with `rightful admin keys init`");
    }
    if (errno == EACCES || errno == EPERM) {
      return unusable(ErrorCode::Denied,
                      path,
                      "may not be read by this user: run this as the owner of the keys");
    }
    throw_system_failure("open of a key file", errno);
  }
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) throw_system_failure("fstat of a key file", errno);
  if (!S_ISREG(facts.st_mode)) return unusable(ErrorCode::InvalidArgument, path, "is not a file");
  if ((facts.st_mode & kForOthers) != 0) {
    return unusable(ErrorCode::Denied,
                    path,
                    "is open to other users; make it private with `chmod 0400`, and replace the "
                    "key if somebody may have read it");
  }
  return file;
}

/// At most `to.size()` bytes. @return how many.
std::size_t read_all(const UniqueFd& file, SecretBytes& to) {
  std::size_t size = 0;
  while (size < to.size()) {
    const auto rest = to.expose_mutable().subspan(size);
    const ssize_t got = ::read(file.get(), rest.data(), rest.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_failure("read of a key file", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

/// Strict: canonical base64 of 32 bytes. libsodium decodes in constant time and into our memory.
bool decode(std::string_view base64, SecretBytes& key) {
  std::size_t size = 0;
  const char* end = nullptr;
  const int status = sodium_base642bin(raw(key.expose_mutable()),
                                       key.size(),
                                       base64.data(),
                                       base64.size(),
                                       nullptr,
                                       &size,
                                       &end,
                                       sodium_base64_VARIANT_ORIGINAL);
  return status == 0 && size == key.size() && end == base64.data() + base64.size();
}

}  // namespace

void write_key_file(const std::filesystem::path& directory, std::string_view name, Random& random) {
  ensure_sodium();
  SecretBytes key(kServerKeyBytes);
  random.fill(key.expose_mutable());
  const std::string start = line_start(name);
  SecretBytes line(start.size() + kBase64Chars +
                   1);  // the line feed takes the place of the final zero
  auto* const text = reinterpret_cast<char*>(line.expose_mutable().data());
  start.copy(text, start.size());
  sodium_bin2base64(text + start.size(),
                    kBase64Chars + 1,
                    raw(key.expose()),
                    key.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  line.expose_mutable().back() = std::byte{'\n'};
  write_file_atomically(directory / (std::string(name) + ".key"), line.expose(), kMode);
}

Result<SecretBytes> read_key_file(const std::filesystem::path& path, std::string_view name) {
  ensure_sodium();
  RIGHTFUL_TRY(const auto file, open_private(path));
  SecretBytes content(kMaxFileBytes);
  const std::string_view text = as_text(content.expose().first(read_all(file, content)));
  const std::string start = line_start(name);
  SecretBytes key(kServerKeyBytes);
  if (text.size() != start.size() + kBase64Chars + 1 || !text.starts_with(start) ||
      !text.ends_with('\n') || !decode(text.substr(start.size(), kBase64Chars), key)) {
    return unusable(ErrorCode::InvalidArgument,
                    path,
                    "does not hold the key `" + std::string(name) +
                        "`; restore it from the backup of the keys");
  }
  return key;
}

}  // namespace rightful::crypto
