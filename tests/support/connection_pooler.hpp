/// @file
/// A connection pooler of the real world (PgBouncer, transaction pooling) before a test's server.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "rightful/core/subprocess.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::testing {

/// Behind it no session is a client's own: each transaction gets any backend, and a client's
/// connection outlives the server.
///
/// Errors  std::runtime_error with what does not work.
class ConnectionPooler {
 public:
  /// docker/test-packages.txt names it; a test that needs it skips aloud where it is missing.
  [[nodiscard]] static bool is_installed();

  /// @param url  of the server behind, over a socket of the file system. @param backends  how many
  /// sessions of the server all clients share.
  ConnectionPooler(const std::string& url, int backends);
  ConnectionPooler(const ConnectionPooler&) = delete;
  ConnectionPooler& operator=(const ConnectionPooler&) = delete;
  ~ConnectionPooler() = default;

  /// Another server from now on: clients stay connected, transactions that are open go on.
  void lead_to(const std::string& url);

  /// For clients: the database of that name behind it.
  [[nodiscard]] std::string url(const std::string& database) const;

 private:
  void write_settings(const std::string& server_url) const;

  TestFolder folder_;
  const int backends_;
  std::optional<Subprocess> process_;
};

}  // namespace rightful::testing
