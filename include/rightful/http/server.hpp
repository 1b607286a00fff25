/// @file
/// The HTTP server: sockets, TLS, limits and time-outs. What is answered is the handler's matter
/// (api.hpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/http/message.hpp"

namespace rightful::http {

struct HttpServerSettings {
  std::string listen = "127.0.0.1:8480";  ///< address:port, IPv6 in brackets; port 0 = any free one
  std::filesystem::path tls_certificate{};  ///< PEM chain; both or neither
  std::filesystem::path tls_key{};
  std::size_t handler_threads = 8;
  std::size_t max_connections = 1024;
  std::size_t max_header_bytes = std::size_t{16} << 10U;
  std::size_t max_body_bytes = std::size_t{64} << 10U;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{
      10'000};  ///< from the first byte to the last of the header
  std::chrono::milliseconds body_timeout{
      20'000};  ///< of a whole body; of each 64 KiB of a streamed one
  std::chrono::milliseconds upload_timeout{3'600'000};  ///< of a whole body that is streamed
  std::chrono::milliseconds idle_timeout{60'000};       ///< between two requests of one connection
  std::chrono::milliseconds write_timeout{60'000};      ///< of one stalled write of at most 256 KiB
  std::chrono::milliseconds stop_timeout{10'000};  ///< how long stop() lets running requests finish
};

/// What can be known of the settings before anything is opened: the address is understood, plain
/// HTTP stays on loopback, certificate and key are given both or neither.
/// @return InvalidArgument
[[nodiscard]] Result<void> check_settings(const HttpServerSettings& settings);

/// Owns     its threads and sockets; handler, clock and random must outlive it.
/// Threads  start() and stop() by one thread. One thread does I/O, `handler_threads` run handlers.
/// Cost     memory does not grow with the size of a download; at most max_connections × (header +
/// body) for requests.
class HttpServer {
 public:
  /// Checks the settings, reads the certificate and binds the address.
  /// @return InvalidArgument: address not understood, plain HTTP on an address that is not
  ///         loopback, only one of certificate and key, unreadable or unfitting certificate;
  ///         Conflict: the address is in use.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> create(HttpServerSettings settings,
                                                                  HttpHandler& handler,
                                                                  Clock& clock,
                                                                  Random& random);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void start();
  /// No new connections, idle ones closed, running requests finished within stop_timeout, then cut.
  /// Synchronous, idempotent, legal before start().
  void stop();

  /// The bound port.
  [[nodiscard]] std::uint16_t port() const;
  /// `http://127.0.0.1:8480` or `https://…`.
  [[nodiscard]] std::string url() const;

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::http
