/// @file
/// Where the ledger is measured: a PostgreSQL of its own that syncs, our schema and keys in it, and
/// the tables of the peers.
#pragma once

#include <filesystem>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/store/connection_settings.hpp"
#include "rightful/store/embedded_cluster.hpp"
#include "rightful/store/ledger_writer.hpp"

#include "bench/setup.hpp"

namespace rightful::bench {

inline constexpr const char* kLedgerOrigin = "audit.example.org/bench/1";

/// Owns     the server; it is stopped with the object. Threads  one.
class LedgerBed {
 public:
  /// In `place`: data below `data/`, keys in `data/keys`, as `rightful` itself lays them out.
  /// Errors  Failure, also when PostgreSQL is not installed.
  static LedgerBed build(const std::filesystem::path& place);

  [[nodiscard]] const std::filesystem::path& data() const noexcept { return data_; }

  [[nodiscard]] const crypto::ServerKeys& keys() const noexcept { return keys_; }

  [[nodiscard]] std::string url() const { return cluster_.url(kDatabase); }

  [[nodiscard]] store::ConnectionSettings connection() const;
  /// Of a process of ours that writes leaves.
  [[nodiscard]] store::LedgerWriterSettings writer_settings() const;

  /// Runs SQL through psql, as our role. @return what it printed, without the last newline.
  std::string run_sql(const std::string& text) const;

  SystemClock& clock() noexcept { return clock_; }

  SystemRandom& random() noexcept { return random_; }

 private:
  static constexpr const char* kDatabase = "rightful";

  LedgerBed(std::filesystem::path data, store::EmbeddedCluster cluster, crypto::ServerKeys keys)
      : data_(std::move(data)), cluster_(std::move(cluster)), keys_(std::move(keys)) {}

  std::filesystem::path data_;
  store::EmbeddedCluster cluster_;
  crypto::ServerKeys keys_;
  SystemClock clock_;
  SystemRandom random_;
};

}  // namespace rightful::bench
