/// @file
/// A PostgreSQL that follows another one by streaming, until it is promoted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "rightful/core/subprocess.hpp"
#include "rightful/store/embedded_cluster.hpp"

#include "store/server_user.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::testing {

/// Made from the running `primary` with pg_basebackup, as the user whom PostgreSQL runs as.
/// Errors  std::runtime_error with the tool's own words.
class StandbyServer {
 public:
  /// @param primary_folder  the directory of its EmbeddedClusterSettings.
  StandbyServer(const std::filesystem::path& primary_folder, const store::EmbeddedCluster& primary);
  StandbyServer(const StandbyServer&) = delete;
  StandbyServer& operator=(const StandbyServer&) = delete;
  ~StandbyServer();

  /// Returns when it answers.
  void start();
  void stop();
  /// Returns when it takes writes.
  void promote();

  [[nodiscard]] std::string url(std::string_view database,
                                std::string_view role = store::EmbeddedCluster::kRole) const;

 private:
  [[nodiscard]] SubprocessSpec tool(std::string_view name) const;
  void make_folder(const std::filesystem::path& folder) const;
  void copy(const std::filesystem::path& primary_run) const;

  TestFolder folder_;
  const std::filesystem::path data_ = folder_.path() / "data";
  const std::filesystem::path run_ = folder_.path() / "run";
  store::ServerUser user_;
  std::filesystem::path bin_;
  std::optional<Subprocess> server_;
};

}  // namespace rightful::testing
