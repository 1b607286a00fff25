#include "app/signer_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

namespace rightful::app {

namespace {

constexpr int kBacklog = 16;
constexpr int kStreamFlags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

/// An address has room for 107 bytes of a path; through the folder's descriptor any path fits.
class Address {
 public:
  explicit Address(const std::filesystem::path& socket)
      : folder_(::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        error_(folder_.is_open() ? 0 : errno),
        path_("/proc/self/fd/" + std::to_string(folder_.get()) + "/" + socket.filename().string()) {
    address_.sun_family = AF_UNIX;
    RIGHTFUL_CHECK(path_.size() < sizeof(address_.sun_path));
    std::ranges::copy(path_, std::begin(address_.sun_path));
  }

  /// Why the folder cannot be opened; 0 when it is open.
  [[nodiscard]] int error() const noexcept { return error_; }

  [[nodiscard]] const char* path() const noexcept { return path_.c_str(); }

  [[nodiscard]] const sockaddr* get() const noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the interface of sockets
    return reinterpret_cast<const sockaddr*>(&address_);
  }

  [[nodiscard]] static socklen_t size() noexcept { return sizeof(sockaddr_un); }

 private:
  UniqueFd folder_;
  int error_;
  std::string path_;
  sockaddr_un address_{};
};

UniqueFd new_socket() {
  UniqueFd fd(::socket(AF_UNIX, kStreamFlags, 0));
  if (!fd.is_open()) throw_system_failure("socket", errno);
  return fd;
}

std::unexpected<Error> too_late() {
  return fail(ErrorCode::Unavailable, "the other end of the signer's socket was too slow");
}

std::unexpected<Error> gone() {
  return fail(ErrorCode::Unavailable, "the other end of the signer's socket went away");
}

bool wait_until(int fd, short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{.fd = fd, .events = events, .revents = 0};
    const int ready =
        ::poll(&entry, 1, static_cast<int>(std::min<long long>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) throw_system_failure("poll", errno);
  }
}

}  // namespace

UniqueFd listen_at(const std::filesystem::path& socket, mode_t mode) {
  const Address address(socket);
  if (address.error() != 0) throw_system_failure("open the signer's folder", address.error());
  UniqueFd fd = new_socket();
  static_cast<void>(::unlink(address.path()));
  if (::bind(fd.get(), address.get(), Address::size()) != 0) {
    throw_system_failure("bind the signer's socket", errno);
  }
  if (::chmod(address.path(), mode) != 0) throw_system_failure("chmod the signer's socket", errno);
  if (::listen(fd.get(), kBacklog) != 0) throw_system_failure("listen", errno);
  return fd;
}

Result<UniqueFd> connect_to(const std::filesystem::path& socket) {
  const Address address(socket);
  UniqueFd fd = new_socket();
  int error = address.error();
  if (error == 0 && ::connect(fd.get(), address.get(), Address::size()) != 0) error = errno;
  if (error == 0) return fd;
  if (error == EACCES || error == EPERM) {
    return fail(ErrorCode::Denied, socket.string() + " may not be used by this user");
  }
  return fail(ErrorCode::Unavailable,
              "no signer listens at " + socket.string() +
                  "; `rightful work --role signer` is one, and `rightful serve` starts one");
}

UniqueFd accept_within(const UniqueFd& listener, std::chrono::milliseconds limit) {
  if (!wait_until(listener.get(), POLLIN, std::chrono::steady_clock::now() + limit)) return {};
  UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (fd.is_open()) return fd;
  if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return {};
  throw_system_failure("accept", errno);
}

uid_t peer_user(const UniqueFd& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    throw_system_failure("SO_PEERCRED", errno);
  }
  return peer.uid;
}

Result<void> read_exactly(const UniqueFd& connection,
                          std::span<std::byte> into,
                          Deadline deadline) {
  while (!into.empty()) {
    const ssize_t got = ::recv(connection.get(), into.data(), into.size(), 0);
    if (got > 0) {
      into = into.subspan(static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      return gone();
    } else if (!wait_until(connection.get(), POLLIN, deadline)) {
      return too_late();
    }
  }
  return {};
}

Result<void> write_all(const UniqueFd& connection, ByteView bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    } else if (errno != EAGAIN && errno != EINTR) {
      return gone();
    } else if (!wait_until(connection.get(), POLLOUT, deadline)) {
      return too_late();
    }
  }
  return {};
}

}  // namespace rightful::app
