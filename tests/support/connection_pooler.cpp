#include "tests/support/connection_pooler.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/unique_fd.hpp"

#include "store/server_user.hpp"

namespace rightful::testing {

namespace {

using namespace std::chrono_literals;

constexpr const char* kProgram = "/usr/sbin/pgbouncer";

/// `host=` of a URL of a test's server.
std::string socket_folder(const std::string& url) {
  const auto from = url.find("host=") + 5;
  std::string folder = url.substr(from, url.find('&', from) - from);
  for (auto at = folder.find("%2F"); at != std::string::npos; at = folder.find("%2F"))
    folder.replace(at, 3, "/");
  return folder;
}

/// Its name is there before it listens.
bool is_listening(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made that way
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  return fd.is_open() && ::connect(fd.get(), generic, sizeof address) == 0;
}

}  // namespace

bool ConnectionPooler::is_installed() {
  return ::access(kProgram, X_OK) == 0;
}

ConnectionPooler::ConnectionPooler(const std::string& url, int backends) : backends_(backends) {
  const auto user = store::choose_server_user();
  if (!user) throw std::runtime_error(user.error().detail);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  write_settings(url);
  SubprocessSpec spec{.program = kProgram,
                      .arguments = {"-q", (folder_.path() / "pgbouncer.ini").string()},
                      .environment = {"PATH=/usr/bin:/bin"},
                      .directory = {},
                      .descriptors = {{STDERR_FILENO, STDERR_FILENO}},
                      .group = {},
                      .dies_with_parent = true};
  if (::geteuid() == 0) {
    spec.user = user->uid;
    spec.group = user->gid;
  }
  process_.emplace(Subprocess::start(spec));
  SystemClock clock;
  const auto socket = folder_.path() / ".s.PGSQL.6432";
  for (int look = 0; look < 200; ++look) {
    if (is_listening(socket)) return;
    clock.wait_for({}, 50ms);
  }
  throw std::runtime_error("pgbouncer does not start");
}

void ConnectionPooler::write_settings(const std::string& server_url) const {
  std::ofstream(folder_.path() / "pgbouncer.ini", std::ios::trunc) << fmt::format(
      "[databases]\n* = host={} port=5432 user=rightful\n"
      "[pgbouncer]\npool_mode = transaction\nauth_type = any\nlisten_port = 6432\n"
      "unix_socket_dir = {}\ndefault_pool_size = {}\nserver_reset_query =\n"
      "server_login_retry = 1\n",
      socket_folder(server_url),
      folder_.path().string(),
      backends_);
}

void ConnectionPooler::lead_to(const std::string& url) {
  write_settings(url);
  process_->send_signal(SIGHUP);
}

std::string ConnectionPooler::url(const std::string& database) const {
  return fmt::format(
      "dbname={} host={} port=6432 user=rightful", database, folder_.path().string());
}

}  // namespace rightful::testing
