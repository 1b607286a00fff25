/// @file
/// The company whose data are exported end to end: a PostgreSQL server of its own with 50 MB of
/// rows, a folder of recordings, and a catalog that describes both. Of two accounts, so that owners
/// matter.
#pragma once

#include <filesystem>

#include "rightful/store/embedded_cluster.hpp"

#include "bench/export_order.hpp"
#include "bench/setup.hpp"

namespace rightful::bench {

/// Owns     the server; it is stopped with the object. Threads  one.
class Company {
 public:
  /// In `place`. Errors  Failure, also when PostgreSQL is not installed.
  static Company build(const Setup& setup, const std::filesystem::path& place);

  /// Read as a role that may do nothing else.
  [[nodiscard]] ExportedData exported() const;

 private:
  Company(store::EmbeddedCluster cluster, std::filesystem::path recordings)
      : cluster_(std::move(cluster)), recordings_(std::move(recordings)) {}

  store::EmbeddedCluster cluster_;
  std::filesystem::path recordings_;  ///< one folder for each account
};

}  // namespace rightful::bench
