#include "tests/support/helper_program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>

#include "rightful/core/subprocess.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::testing {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for a helper program");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Below what the kernel gives to those who connect (ip_local_port_range): the tests beside connect
// often, and would take a port that was free until its server listens.
constexpr std::uint16_t kFirstQuietPort = 20'000;
constexpr std::uint16_t kLastQuietPort = 32'000;

/// Listens on this machine only. @param port  0 = of the kernel's choice. @return descriptor, port.
std::optional<std::pair<int, int>> try_to_listen(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made that way
  const bool is_listening =
      fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      ::listen(fd, 16) == 0 && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  if (is_listening) return std::pair<int, int>(fd, ntohs(address.sin_port));
  if (fd >= 0) ::close(fd);
  return std::nullopt;
}

std::pair<int, int> listen_somewhere() {
  const auto listening = try_to_listen(0);
  if (!listening) throw std::runtime_error("no port for a test");
  return *listening;
}

}  // namespace

struct HelperProgram::Impl {
  UniqueFd to;
  UniqueFd from;
  Subprocess process;
  std::string first_line = {};
  std::string read = {};  ///< of `from`, not given out yet

  std::string line() {
    for (;;) {
      if (const auto end = read.find('\n'); end != std::string::npos) {
        std::string text = read.substr(0, end);
        read.erase(0, end + 1);
        return text;
      }
      char buffer[4096];
      const ssize_t count = ::read(from.get(), buffer, sizeof buffer);
      if (count <= 0) throw std::runtime_error("a helper program of the test ended");
      read.append(buffer, static_cast<std::size_t>(count));
    }
  }
};

HelperProgram::HelperProgram(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment,
                             HelperEnd end) {
  Pipe to = make_pipe();
  Pipe from = make_pipe();
  SubprocessSpec spec;
  spec.program = "/usr/bin/env";
  spec.arguments = arguments;
  spec.environment = environment;
  spec.environment.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
  spec.environment.emplace_back("PYTHONDONTWRITEBYTECODE=1");
  spec.environment.emplace_back("HOME=/nonexistent");
  spec.descriptors = {{to.read.get(), 0}, {from.write.get(), 1}, {2, 2}};
  spec.dies_with_parent = end == HelperEnd::WithUs;
  impl_ = std::make_unique<Impl>(
      Impl{std::move(to.write), std::move(from.read), Subprocess::start(spec)});
  to.read = UniqueFd();
  from.write = UniqueFd();
  impl_->first_line = impl_->line();
}

HelperProgram::HelperProgram(HelperProgram&&) noexcept = default;

HelperProgram& HelperProgram::operator=(HelperProgram&&) noexcept = default;

HelperProgram::~HelperProgram() {
  if (impl_ == nullptr) return;
  // SIGTERM and the end of its input let it take down what it started.
  impl_->to = UniqueFd();
  if (!impl_->process.is_running()) return;
  impl_->process.send_signal(SIGTERM);
  (void)impl_->process.wait_for(std::chrono::seconds{5});
}

const std::string& HelperProgram::first_line() const noexcept {
  return impl_->first_line;
}

std::string HelperProgram::ask(std::string_view order) {
  const std::string line = std::string(order) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = ::write(impl_->to.get(), rest.data(), rest.size());
    if (count <= 0) throw std::runtime_error("a helper program of the test does not listen");
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return impl_->line();
}

void HelperProgram::kill() {
  impl_->process.send_signal(SIGKILL);
  (void)impl_->process.wait();
}

std::string support_file(std::string_view name) {
  return RIGHTFUL_SOURCE_DIR "/tests/support/" + std::string(name);
}

int free_port() {
  std::random_device dice;
  std::uniform_int_distribution<std::uint16_t> ports(kFirstQuietPort, kLastQuietPort);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (const auto found = try_to_listen(ports(dice))) {
      ::close(found->first);
      return found->second;
    }
  }
  throw std::runtime_error("no free port for a test");
}

SilentServer::SilentServer() {
  std::tie(socket_, port_) = listen_somewhere();
}

SilentServer::~SilentServer() {
  ::close(socket_);
}

}  // namespace rightful::testing
