/// @file
/// Who runs an embedded PostgreSQL, and with which binaries. PostgreSQL refuses to run as root.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "rightful/core/result.hpp"

namespace rightful::store {

struct ServerUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string our_name;     ///< of the user that this process runs as
  bool is_another = false;  ///< we are root and it is not
};

/// Root: `postgres`, else `nobody`. Anybody else: oneself. @return NotFound with the cure.
[[nodiscard]] Result<ServerUser> choose_server_user();

/// Every folder above `directory` lets the user pass; ACLs are not looked at.
/// @return InvalidArgument, naming the folder that does not.
[[nodiscard]] Result<void> check_reachable(const std::filesystem::path& directory,
                                           const ServerUser& user);

/// The folder with `postgres` and `initdb`: of `pg_config --bindir`, or the newest under
/// /usr/lib/postgresql.
/// @param major  of an existing cluster: only that version can run it. Without: 15 or newer.
/// @return NotFound with the cure.
[[nodiscard]] Result<std::filesystem::path> find_server_binaries(std::optional<int> major);

}  // namespace rightful::store
