/// @file
/// The demo company's database: a PostgreSQL cluster apart from Rightful's, so that the latter can
/// be searched byte by byte for what must not be in it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "rightful/core/result.hpp"
#include "rightful/store/embedded_cluster.hpp"

namespace rightful::app {

/// Owns     the running cluster. Threads  one.
class DemoShop {
 public:
  /// What Rightful may read as: SELECT only, held by row-level security.
  static constexpr std::string_view kReader = "rightful_reader";

  /// Starts a cluster in `directory`, makes schema, data (from `<directory>/load`, removed
  /// afterwards) and policies.
  /// @return as store::EmbeddedCluster::start_or_adopt; Unavailable with the words of psql when a
  /// step fails.
  [[nodiscard]] static Result<DemoShop> build(const std::filesystem::path& directory);

  /// As the reading role.
  [[nodiscard]] std::string reader_url() const { return cluster_.url("shop", kReader); }

  /// As the owner of the tables.
  [[nodiscard]] std::string owner_url() const { return cluster_.url("shop"); }

  void stop() { cluster_.stop(); }

 private:
  explicit DemoShop(store::EmbeddedCluster cluster) : cluster_(std::move(cluster)) {}

  store::EmbeddedCluster cluster_;
};

/// A program of PostgreSQL's client package (`psql`, `pg_dump`): the newest version installed.
/// @return NotFound, naming the package.
[[nodiscard]] Result<std::filesystem::path> find_postgresql_program(std::string_view name);

/// Runs `script` with psql in `directory`, stopping at the first error. @return Unavailable with
/// psql's words.
[[nodiscard]] Result<void> run_psql(const std::string& url,
                                    std::string_view script,
                                    const std::filesystem::path& directory);

}  // namespace rightful::app
