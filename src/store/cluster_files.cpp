#include "store/cluster_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <sstream>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/core/subprocess.hpp"

namespace rightful::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSocketPathBytes = 100;
constexpr std::size_t kMaxSmallFileBytes = 1U << 20U;
constexpr std::size_t kTailBytes = 1024;
constexpr mode_t kPrivate = 0700;

void make_private_folder(const fs::path& folder, const ServerUser& user) {
  if (::mkdir(folder.c_str(), kPrivate) != 0 && errno != EEXIST) {
    throw_system_failure("make the folder " + folder.string(), errno);
  }
  if (user.is_another && ::chown(folder.c_str(), user.uid, user.gid) != 0) {
    throw_system_failure("change the owner of " + folder.string(), errno);
  }
  if (::chmod(folder.c_str(), kPrivate) != 0)
    throw_system_failure("change the mode of " + folder.string(), errno);
}

/// Ours, so we may open it a crack: others can pass, but not list it.
void let_others_pass(const fs::path& folder) {
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) != 0)
    throw_system_failure("look at " + folder.string(), errno);
  if (facts.st_uid != ::geteuid() || (facts.st_mode & S_IXOTH) != 0) return;
  if (::chmod(folder.c_str(), (facts.st_mode & 07777U) | S_IXGRP | S_IXOTH) != 0) {
    throw_system_failure("change the mode of " + folder.string(), errno);
  }
}

std::string conf_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += c;
    quoted += c;
  }
  return quoted + "'";
}

/// The server's log goes to operators and backups, so it must hold no word of a row: levels below
/// LOG hold no errors of statements, terse drops DETAIL and QUERY, and no statement or parameter is
/// ever logged.
constexpr std::string_view kLogging = R"(
logging_collector = on
log_directory = 'log'
log_filename = 'server-%a.log'
log_file_mode = 0600
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] '
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_duration = off
log_min_duration_statement = -1
log_min_duration_sample = -1
log_transaction_sample_rate = 0
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_autovacuum_min_duration = -1
log_checkpoints = off
log_connections = off
log_disconnections = off
log_lock_waits = off
log_temp_files = -1
)";

std::string configuration(const ClusterPaths& paths, const EmbeddedClusterSettings& settings) {
  const bool is_synced = settings.durability == Durability::Synced;
  std::string text =
      "# Written by rightful at each start. Put your own settings into operator.conf beside this "
      "file.\n"
      "listen_addresses = ''\n"
      "port = 5432\n"
      "unix_socket_permissions = 0700\n"
      "unix_socket_directories = " +
      conf_quoted(paths.run.string()) +
      "\nmax_connections = " + std::to_string(settings.max_connections) +
      "\nshared_buffers = " + (is_synced ? "128MB" : "32MB") +
      "\ndatestyle = 'iso, ymd'\ntimezone = 'UTC'\nlc_messages = 'C'\njit = off\n";
  if (!is_synced) text += "fsync = off\nfull_page_writes = off\n";
  text += kLogging;
  return text + "include_if_exists = 'operator.conf'\n";
}

std::vector<std::string> initdb_arguments(const fs::path& target, Durability durability) {
  std::vector<std::string> arguments{"--pgdata=" + target.string(),
                                     "--username=" + std::string(EmbeddedCluster::kAdminRole),
                                     "--auth=peer",
                                     "--encoding=UTF8",
                                     "--locale=C",
                                     "--data-checksums",
                                     "--no-instructions"};
  if (durability == Durability::Unsynced) arguments.emplace_back("--no-sync");
  return arguments;
}

}  // namespace

Result<ClusterPaths> cluster_paths(const fs::path& directory) {
  const fs::path full = fs::absolute(directory).lexically_normal();
  const fs::path base = full.has_filename() ? full : full.parent_path();
  ClusterPaths paths{.directory = base,
                     .lock = base / "lock",
                     .data = base / "postgres",
                     .run = base / "run",
                     .start_log = base / "postgres-start.log"};
  if ((paths.run / ".s.PGSQL.5432").string().size() > kMaxSocketPathBytes) {
    return fail(ErrorCode::InvalidArgument,
                "the data directory " + base.string() +
                    " is too long: the path of PostgreSQL's socket in it would exceed 100 bytes; "
                    "choose a shorter one");
  }
  return paths;
}

Result<void> make_folders(const ClusterPaths& paths, const ServerUser& user) {
  std::error_code error;
  fs::create_directories(paths.directory, error);
  if (error) throw_system_failure("make the folder " + paths.directory.string(), error.value());
  if (user.is_another) {
    let_others_pass(paths.directory);
    RIGHTFUL_TRY(check_reachable(paths.directory, user));
  }
  make_private_folder(paths.run, user);
  return {};
}

Result<int> cluster_major(const ClusterPaths& paths) {
  const auto text = read_file(paths.data / "PG_VERSION", kMaxSmallFileBytes);
  if (!text && text.error().code == ErrorCode::NotFound) return 0;
  int major = 0;
  if (text) {
    const std::string_view digits = as_text(*text);
    std::from_chars(digits.data(), digits.data() + digits.size(), major);
  }
  if (major <= 0) {
    return fail(ErrorCode::InvalidArgument,
                (paths.data / "PG_VERSION").string() + " does not name a version");
  }
  return major;
}

Result<void> make_cluster(const ClusterPaths& paths,
                          const fs::path& bin,
                          const ServerUser& user,
                          Durability durability) {
  const fs::path target = paths.data.string() + ".new";
  std::error_code error;
  fs::remove_all(target, error);
  if (error) throw_system_failure("remove " + target.string(), error.value());
  make_private_folder(target, user);
  SubprocessSpec spec;
  spec.program = bin / "initdb";
  spec.arguments = initdb_arguments(target, durability);
  // PostgreSQL looks itself up in PATH.
  spec.environment = {"LC_ALL=C", "PATH=" + bin.string() + ":/usr/bin:/bin", "TZ=UTC"};
  spec.directory = "/";
  if (user.is_another) {
    spec.user = user.uid;
    spec.group = user.gid;
  }
  const CapturedRun run = run_captured(std::move(spec));
  if (!run.status.is_success()) {
    return fail(ErrorCode::Unavailable,
                "initdb failed: " +
                    run.output.substr(run.output.size() - std::min(run.output.size(), kTailBytes)));
  }
  fs::rename(target, paths.data, error);
  if (error) throw_system_failure("rename " + target.string(), error.value());
  return {};
}

void write_configuration(const ClusterPaths& paths, const EmbeddedClusterSettings& settings) {
  static constexpr std::string_view kHba =
      "# Written by rightful at each start.\nlocal all all peer map=rightful\n";
  write_file_atomically(
      paths.data / "postgresql.conf", as_bytes(configuration(paths, settings)), 0644);
  write_file_atomically(paths.data / "pg_hba.conf", as_bytes(kHba), 0644);
}

void write_ident_map(const ClusterPaths& paths,
                     const ServerUser& user,
                     const std::set<std::string>& roles) {
  std::string text = "# Written by rightful: who may act as whom.\n";
  for (const std::string& system_name : std::set<std::string>{user.name, user.our_name}) {
    for (const std::string& role : roles) {
      text.append("rightful ").append(system_name).append(" ").append(role).append("\n");
    }
  }
  write_file_atomically(paths.data / "pg_ident.conf", as_bytes(text), 0644);
}

std::set<std::string> read_ident_map(const ClusterPaths& paths) {
  std::set<std::string> roles;
  const auto text = read_file(paths.data / "pg_ident.conf", kMaxSmallFileBytes);
  if (!text) return roles;
  std::istringstream lines{std::string(as_text(*text))};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string map;
    std::string system_name;
    std::string role;
    if (words >> map >> system_name >> role && map == "rightful") roles.insert(role);
  }
  return roles;
}

std::string tail_of(const fs::path& file) {
  const auto content = read_file(file, 64 * kMaxSmallFileBytes);
  if (!content) return {};
  const std::string_view text = as_text(*content);
  return std::string(text.substr(text.size() - std::min(text.size(), kTailBytes)));
}

}  // namespace rightful::store
