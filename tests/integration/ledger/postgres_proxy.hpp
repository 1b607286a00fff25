/// @file
/// A relay between a client and the test's PostgreSQL that counts what the client sends, and at one
/// message of its choice breaks things.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rightful::testing {

/// Format   PostgreSQL's protocol 3: a startup message, then a type byte and a length each.
/// Threads  its own; `on_message` is called from one of them.
class PostgresProxy {
 public:
  enum class Fate : std::uint8_t {
    Pass,
    CutBefore,  ///< both sides are closed; the server never sees the message
    CutAfter    ///< the server gets it; the client never gets what it answers
  };

  /// @param text  of a simple query, else empty.
  struct Message {
    std::uint64_t number;  ///< since the proxy began, over all connections, counted from 1
    char type;             ///< `Q`, `P`, `d`, …
    std::string text;
  };

  /// @param url  of the server behind, over a socket of the file system.
  PostgresProxy(const std::string& url, std::function<Fate(const Message&)> on_message);
  PostgresProxy(const PostgresProxy&) = delete;
  PostgresProxy& operator=(const PostgresProxy&) = delete;
  ~PostgresProxy();

  /// For clients: the same database and role, over the proxy.
  [[nodiscard]] const std::string& url() const noexcept { return url_; }

  /// Another server from now on, for connections that begin. @param url  as for the constructor
  void lead_to(const std::string& url);

  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

 private:
  void serve();
  void relay(int client);

  std::string server_socket_;  // guarded by mutex_
  std::string url_;
  std::function<Fate(const Message&)> on_message_;
  int listener_ = -1;
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<bool> is_ending_{false};
  std::mutex mutex_;
  std::vector<std::jthread> relays_;
  std::vector<int> sockets_;
  std::jthread acceptor_;
};

}  // namespace rightful::testing
