/// @file
/// The files of an embedded cluster: made once by initdb, configured anew at each start.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"
#include "rightful/store/embedded_cluster.hpp"

#include "store/server_user.hpp"

namespace rightful::store {

struct ClusterPaths {
  std::filesystem::path directory;
  std::filesystem::path lock;  ///< `lock`: flock of the owner, holds its process id
  std::filesystem::path data;  ///< `postgres/`
  std::filesystem::path run;   ///< `run/`: the socket
  std::filesystem::path
      start_log;  ///< `postgres-start.log`: what the server said before its own log was open
};

/// @return InvalidArgument: the socket's path would be longer than 100 bytes (the system's limit is
/// 107).
[[nodiscard]] Result<ClusterPaths> cluster_paths(const std::filesystem::path& directory);

/// Makes the folders with the modes and owners that PostgreSQL demands. @return as check_reachable.
[[nodiscard]] Result<void> make_folders(const ClusterPaths& paths, const ServerUser& user);

/// The major version of the cluster, 0 if there is none. @return InvalidArgument when PG_VERSION is
/// unreadable.
[[nodiscard]] Result<int> cluster_major(const ClusterPaths& paths);

/// initdb beside the final place, then a rename: what was begun and not finished is never taken for
/// a cluster.
/// @return Unavailable with initdb's own words.
[[nodiscard]] Result<void> make_cluster(const ClusterPaths& paths,
                                        const std::filesystem::path& bin,
                                        const ServerUser& user,
                                        Durability durability);

/// postgresql.conf and pg_hba.conf.
void write_configuration(const ClusterPaths& paths, const EmbeddedClusterSettings& settings);

/// pg_ident.conf: the server's user and ours may act as each of the roles.
void write_ident_map(const ClusterPaths& paths,
                     const ServerUser& user,
                     const std::set<std::string>& roles);
/// The roles that the file names now.
[[nodiscard]] std::set<std::string> read_ident_map(const ClusterPaths& paths);

/// The last kilobyte of a file, for an error; empty if there is none.
[[nodiscard]] std::string tail_of(const std::filesystem::path& file);

}  // namespace rightful::store
