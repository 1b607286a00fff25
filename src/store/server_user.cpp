#include "store/server_user.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "rightful/core/subprocess.hpp"

namespace rightful::store {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestMajor = 15;

struct PasswdEntry {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

template <class Lookup>
std::optional<PasswdEntry> find_passwd(Lookup lookup) {
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  if (lookup(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return PasswdEntry{.name = entry.pw_name, .uid = entry.pw_uid, .gid = entry.pw_gid};
}

std::optional<PasswdEntry> find_by_name(const char* name) {
  return find_passwd([name](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwnam_r(name, entry, buffer, size, found);
  });
}

std::optional<PasswdEntry> find_by_uid(uid_t uid) {
  return find_passwd([uid](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwuid_r(uid, entry, buffer, size, found);
  });
}

bool may_pass(const struct stat& facts, const ServerUser& user) {
  if (facts.st_uid == user.uid) return (facts.st_mode & S_IXUSR) != 0;
  if (facts.st_gid == user.gid) return (facts.st_mode & S_IXGRP) != 0;
  return (facts.st_mode & S_IXOTH) != 0;
}

CapturedRun run_tool(const fs::path& program, std::string argument) {
  SubprocessSpec spec;
  spec.program = program;
  spec.arguments = {std::move(argument)};
  spec.environment = {"LC_ALL=C", "PATH=/usr/bin:/bin"};
  return run_captured(std::move(spec));
}

/// Of `postgres (PostgreSQL) 15.20 (Debian …)`.
std::optional<int> major_of(const fs::path& bin) {
  const fs::path server = bin / "postgres";
  std::error_code ignored;
  if (!fs::exists(server, ignored) || !fs::exists(bin / "initdb", ignored)) return std::nullopt;
  const CapturedRun run = run_tool(server, "--version");
  static constexpr std::string_view kPrefix = "(PostgreSQL) ";
  const auto at = run.output.find(kPrefix);
  if (!run.status.is_success() || at == std::string::npos) return std::nullopt;
  int major = 0;
  const char* begin = run.output.data() + at + kPrefix.size();
  const auto [end, error] = std::from_chars(begin, run.output.data() + run.output.size(), major);
  return error == std::errc() ? std::optional(major) : std::nullopt;
}

std::optional<fs::path> pg_config_bin() {
  for (const char* program :
       {"/usr/bin/pg_config", "/usr/local/bin/pg_config", "/usr/local/pgsql/bin/pg_config"}) {
    std::error_code ignored;
    if (!fs::exists(program, ignored)) continue;
    const CapturedRun run = run_tool(program, "--bindir");
    if (run.status.is_success()) return run.output.substr(0, run.output.find('\n'));
  }
  return std::nullopt;
}

std::vector<fs::path> candidates() {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    found.push_back(version.path() / "bin");
  }
  std::ranges::sort(found, std::ranges::greater());
  if (const auto bin = pg_config_bin()) found.push_back(*bin);
  return found;
}

}  // namespace

Result<ServerUser> choose_server_user() {
  const auto self = find_by_uid(::geteuid());
  if (!self)
    return fail(ErrorCode::NotFound, "the user that runs this program has no entry in /etc/passwd");
  if (self->uid != 0)
    return ServerUser{
        .name = self->name, .uid = self->uid, .gid = self->gid, .our_name = self->name};
  for (const char* name : {"postgres", "nobody"}) {
    const auto other = find_by_name(name);
    if (other && other->uid != 0) {
      return ServerUser{.name = other->name,
                        .uid = other->uid,
                        .gid = other->gid,
                        .our_name = self->name,
                        .is_another = true};
    }
  }
  return fail(ErrorCode::NotFound,
              "PostgreSQL does not run as root, and there is no user postgres or nobody to run it: "
              "add one, or start "
              "this program as another user");
}

Result<void> check_reachable(const fs::path& directory, const ServerUser& user) {
  fs::path folder;
  for (const fs::path& part : directory) {
    folder /= part;
    struct stat facts{};
    if (::stat(folder.c_str(), &facts) != 0) {
      return fail(ErrorCode::InvalidArgument, folder.string() + " cannot be looked at");
    }
    if (!may_pass(facts, user)) {
      return fail(ErrorCode::InvalidArgument,
                  "PostgreSQL runs as user " + user.name + ", who may not enter " +
                      folder.string() +
                      ": choose another data directory, such as /var/lib/rightful");
    }
  }
  return {};
}

Result<fs::path> find_server_binaries(std::optional<int> major) {
  for (const fs::path& bin : candidates()) {
    const auto found = major_of(bin);
    if (found && (major ? *found == *major : *found >= kOldestMajor)) return bin;
  }
  return fail(ErrorCode::NotFound,
              "PostgreSQL " +
                  (major ? std::to_string(*major) : std::to_string(kOldestMajor) + " or newer") +
                  " is not installed: apt-get install postgresql");
}

}  // namespace rightful::store
