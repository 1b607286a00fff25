/// @file
/// The company of bench_sources: a PostgreSQL server of its own with one table of searches a size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rightful/store/embedded_cluster.hpp"

#include "bench/export_order.hpp"
#include "bench/setup.hpp"

namespace rightful::bench {

/// The index that leads to the rows of an owner: on the owner alone, or on owner and key, so that
/// rows come out in their order.
enum class OwnerIndex : std::uint8_t { Owner, OwnerAndKey };

/// In a table of n rows one account has every tenth row; `kSmallAccounts` others have
/// `kSmallAccountRows` rows each, whatever n is, spread evenly over the table; the rest belongs to
/// 99,991 customers. There is an index on the owner, and one on the primary key.
///
/// Owns     the server; it is stopped with the object. Threads  one.
class SearchTables {
 public:
  static constexpr const char* kLargeAccount = "anna-schmidt";
  static constexpr int kSmallAccounts = 5;
  static constexpr std::uint64_t kSmallAccountRows = 1000;
  /// Below, small accounts and the large one would not fit into one table.
  static constexpr std::uint64_t kFewestRows = 10'000;

  /// Loads the tables that are not in `place` yet.
  /// @param sizes  rows of each table, multiples of kFewestRows
  /// Errors  Failure, also when PostgreSQL is not installed.
  static SearchTables build(const Setup& setup,
                            const std::filesystem::path& place,
                            const std::vector<std::uint64_t>& sizes);

  /// Makes it unless it is there, and removes the other.
  void set_index(const Setup& setup, std::uint64_t rows, OwnerIndex index) const;

  [[nodiscard]] static std::string table_name(std::uint64_t rows);
  /// @param number  1 to kSmallAccounts
  [[nodiscard]] static std::string small_account(int number);

  /// Read as a role that may do nothing else.
  [[nodiscard]] ExportedData exported(std::uint64_t rows, const std::string& account) const;
  /// Of the same role.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] static std::string server_version();

  /// CPU seconds of all sessions of the server that have ended, after a moment in which the newest
  /// can end.
  [[nodiscard]] double server_cpu_s() const;

  /// Restarts the server, and takes its tables out of the page cache.
  void forget_everything_read();

 private:
  SearchTables(std::filesystem::path directory, store::EmbeddedCluster cluster)
      : directory_(std::move(directory)), cluster_(std::move(cluster)) {}

  void load(const Setup& setup, std::uint64_t rows) const;
  void run(const std::string& script) const;

  std::filesystem::path directory_;
  store::EmbeddedCluster cluster_;
};

}  // namespace rightful::bench
