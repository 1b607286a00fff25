#include "tests/integration/http/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace rightful::testing {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

void set_receive_timeout(int fd, std::chrono::seconds patience) {
  const timeval timeout{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof generic);
  if (::connect(fd_.get(), &generic, sizeof generic) != 0) throw std::runtime_error("connect");
  set_receive_timeout(fd_.get(), std::chrono::seconds(20));
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server hung up: what it said is what the test looks at
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::fill() {
  std::array<char, 65'536> bytes{};
  const ssize_t size = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error("the server did not answer");
  if (size <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

std::string RawClient::receive(bool with_body) {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find(kEndOfHead)) == std::string::npos) {
    if (!fill()) return std::exchange(buffer_, {});
  }
  std::size_t size = end + kEndOfHead.size();
  const std::string length = field_of(buffer_, "Content-Length");
  if (with_body && !length.empty()) size += std::stoul(length);
  while (buffer_.size() < size) {
    if (!fill()) break;
  }
  std::string response = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return response;
}

std::string RawClient::receive_all(std::chrono::seconds patience) {
  set_receive_timeout(fd_.get(), patience);
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string RawClient::receive_some(std::size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) break;
  }
  return buffer_.substr(0, size);
}

void RawClient::finish_sending() {
  ::shutdown(fd_.get(), SHUT_WR);
}

void RawClient::shrink_receive_buffer() {
  const int size = 4096;
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

std::string status_of(std::string_view response) {
  return response.starts_with("HTTP/1.1 ") ? std::string(response.substr(9, 3)) : std::string();
}

std::string field_of(std::string_view response, std::string_view name) {
  const std::string_view head = response.substr(0, response.find(kEndOfHead));
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(wanted);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + wanted.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

std::string body_of(std::string_view response) {
  const std::size_t end = response.find(kEndOfHead);
  return end == std::string_view::npos ? std::string()
                                       : std::string(response.substr(end + kEndOfHead.size()));
}

}  // namespace rightful::testing
