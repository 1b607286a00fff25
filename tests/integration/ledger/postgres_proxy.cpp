#include "tests/integration/ledger/postgres_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include <libpq-fe.h>

namespace rightful::testing {

namespace {

/// The value of a keyword in a connection string.
std::string keyword(const std::string& url, std::string_view name) {
  char* error = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &error);
  if (options == nullptr) throw std::runtime_error("the test's URL is none");
  std::string value;
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->keyword == name && option->val != nullptr) value = option->val;
  }
  PQconninfoFree(options);
  return value;
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("socket path too long");
  std::memcpy(static_cast<char*>(address.sun_path), path.c_str(), path.size() + 1);
  return address;
}

bool read_all(int from, char* to, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = ::recv(from, to + done, size - done, 0);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int to, const char* from, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = ::send(to, from + done, size - done, MSG_NOSIGNAL);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

std::uint32_t length_in(const char* bytes) {
  std::uint32_t length = 0;
  for (int i = 0; i < 4; ++i)
    length = length << 8U | static_cast<unsigned char>(bytes[i]);
  return length;
}

/// One message of the client. @param with_type  the startup message has no type.
std::optional<std::string> read_message(int client, bool with_type) {
  const std::size_t head = with_type ? 5 : 4;
  std::string message(head, '\0');
  if (!read_all(client, message.data(), head)) return std::nullopt;
  const std::uint32_t length = length_in(message.data() + head - 4);
  if (length < 4 || length > (1U << 28U)) return std::nullopt;
  message.resize(head + length - 4);
  if (!read_all(client, message.data() + head, length - 4)) return std::nullopt;
  return message;
}

std::string port_of(const std::string& url) {
  const std::string port = keyword(url, "port");
  return port.empty() ? "5432" : port;
}

std::string socket_of(const std::string& url) {
  return keyword(url, "host") + "/.s.PGSQL." + port_of(url);
}

void close_both(int a, int b) {
  ::shutdown(a, SHUT_RDWR);
  ::shutdown(b, SHUT_RDWR);
}

}  // namespace

PostgresProxy::PostgresProxy(const std::string& url, std::function<Fate(const Message&)> on_message)
    : server_socket_(socket_of(url)), on_message_(std::move(on_message)) {
  const std::string port = port_of(url);
  std::string folder = (std::filesystem::temp_directory_path() / "rightful-proxy-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for the proxy");
  const sockaddr_un address = address_of(folder + "/.s.PGSQL." + port);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-cstyle-cast): how sockets take addresses
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  url_ = "host='" + folder + "' port='" + port + "' dbname='" + keyword(url, "dbname") +
         "' user='" + keyword(url, "user") + "' sslmode=disable gssencmode=disable";
  acceptor_ = std::jthread([this] { serve(); });
}

PostgresProxy::~PostgresProxy() {
  is_ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_)
      ::shutdown(socket, SHUT_RDWR);
  }
  relays_.clear();
  for (const int socket : sockets_)
    ::close(socket);
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(keyword(url_, "host"), ignored);
}

void PostgresProxy::lead_to(const std::string& url) {
  const std::lock_guard lock(mutex_);
  server_socket_ = socket_of(url);
}

void PostgresProxy::serve() {
  while (!is_ending_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const std::lock_guard lock(mutex_);
    relays_.emplace_back([this, client] { relay(client); });
  }
}

void PostgresProxy::relay(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(client);
    sockets_.push_back(server);
    address = address_of(server_socket_);
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-cstyle-cast): how sockets take addresses
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close_both(client, server);
    return;
  }
  std::atomic<bool> is_mute{false};
  std::jthread answers([&] {
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t count = ::recv(server, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      if (!is_mute && !write_all(client, buffer.data(), static_cast<std::size_t>(count))) break;
    }
    ::shutdown(client, SHUT_RDWR);
  });
  const auto startup = read_message(client, false);
  if (!startup || !write_all(server, startup->data(), startup->size())) {
    close_both(client, server);
    return;
  }
  while (const auto message = read_message(client, true)) {
    Message seen{.number = ++messages_, .type = message->front(), .text = {}};
    if (seen.type == 'Q') seen.text = message->substr(5, message->size() - 6);
    const Fate fate = on_message_(seen);
    if (fate == Fate::CutBefore) break;
    if (fate == Fate::CutAfter) is_mute = true;
    if (!write_all(server, message->data(), message->size())) break;
    if (fate != Fate::CutAfter) continue;
    // The server works on; only the client hears nothing of it.
    ::shutdown(client, SHUT_RDWR);
    ::shutdown(server, SHUT_WR);
    return;
  }
  close_both(client, server);
}

}  // namespace rightful::testing
