/// @file
/// A PostgreSQL cluster of our own, in a directory: for `database: embedded`, for the demo's
/// company, for tests. Reached by a Unix socket only, with peer authentication; there is no
/// password and no port.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful::store {

/// Unsynced is for tests: a crash of the machine may destroy the cluster (a crash of PostgreSQL
/// does not).
enum class Durability : std::uint8_t { Synced, Unsynced };

struct EmbeddedClusterSettings {
  /// Holds `lock`, `postgres/` (the cluster), `run/` (the socket). Made if missing; absolute or
  /// relative.
  std::filesystem::path directory;
  Durability durability = Durability::Synced;
  int max_connections = 100;
};

/// Started as root, PostgreSQL runs as user `postgres`, else `nobody`; started by anybody else, as
/// that user.
///
/// Owns     the lock file and the running server; an attached one owns nothing.
/// Threads  any; one mutex guards the state of the server.
/// Errors   Failure when the machine does not let us (no fork, no disk); what the operator can cure
///          is an Error with the cure in its text.
/// Secrets  the server's log (`postgres/log/`) holds life events only: no statement, no parameter,
/// no error text.
class EmbeddedCluster {
 public:
  /// The role of the program in every database that it owns: LOGIN and CREATEROLE, no superuser.
  static constexpr std::string_view kRole = "rightful";
  /// The superuser of the cluster.
  static constexpr std::string_view kAdminRole = "postgres";

  /// Takes the lock, then starts the server, or adopts one that an earlier owner left behind when
  /// it was killed. Makes the cluster (initdb) if there is none.
  /// @return Conflict: another process owns the directory (its id is in the text). InvalidArgument:
  ///         the path is too long for a socket, or PostgreSQL's user cannot enter it. NotFound:
  ///         PostgreSQL is not installed, or no user to run it. Unavailable: it does not start; the
  ///         text ends with its own last words.
  [[nodiscard]] static Result<EmbeddedCluster> start_or_adopt(
      const EmbeddedClusterSettings& settings);

  /// For `work`, `migrate`, `admin`: uses the running server of another process; becomes its owner
  /// if nobody runs one.
  /// @return as above, but Unavailable instead of Conflict: somebody holds the lock and no server
  /// answers in time.
  [[nodiscard]] static Result<EmbeddedCluster> attach(const EmbeddedClusterSettings& settings);

  EmbeddedCluster(EmbeddedCluster&&) noexcept;
  EmbeddedCluster& operator=(EmbeddedCluster&&) noexcept;
  EmbeddedCluster(const EmbeddedCluster&) = delete;
  EmbeddedCluster& operator=(const EmbeddedCluster&) = delete;
  /// stop()
  ~EmbeddedCluster();

  [[nodiscard]] bool is_owner() const noexcept;
  /// Of the postmaster, 0 when none runs.
  [[nodiscard]] int pid() const noexcept;

  /// What libpq takes; holds no secret.
  [[nodiscard]] std::string url(std::string_view database, std::string_view role = kRole) const;

  /// Does nothing when it exists. @param name, owner  `[a-z_][a-z0-9_]{0,62}`.
  [[nodiscard]] Result<void> create_database(std::string_view name, std::string_view owner = kRole);
  /// A copy of a database that nobody is connected to. @return Conflict when `name` exists.
  [[nodiscard]] Result<void> clone_database(std::string_view name, std::string_view model);
  /// Throws its clients out. Does nothing when it does not exist.
  [[nodiscard]] Result<void> drop_database(std::string_view name);
  /// LOGIN and nothing else, and url(database, name) works for the same people as for kRole. Does
  /// nothing when it exists.
  [[nodiscard]] Result<void> create_role(std::string_view name);

  /// Starts the server again if it died. Call it every few seconds, or after `database_lost`.
  /// @return true = it was restarted now. An attached cluster only looks: Unavailable when nothing
  /// answers.
  [[nodiscard]] Result<bool> ensure_running();

  /// Owner: smart, then fast, then immediate shutdown, waits for the end, gives the lock back.
  /// Idempotent; an attached one lets go.
  void stop() noexcept;

 private:
  struct Impl;

  explicit EmbeddedCluster(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::store
