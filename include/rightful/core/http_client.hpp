/// @file
/// Outbound HTTP: of the command line's client, and of sources of kind s3 and http.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful {

struct HttpReply;

struct HttpCall {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::seconds timeout{30};        ///< of the whole call without `on_body`, else of a stall
  std::size_t max_body_bytes = 4U << 20U;  ///< for a body kept in memory
  /// `host:port:address[,address…]`: where that host is, without asking the system; else empty.
  std::string host_addresses;
  /// Certificates (PEM) of the authorities that are trusted instead of the system's; else empty.
  std::string authorities;
  /// Called once, with status and headers, before the first part of a 2xx body goes to `on_body`;
  /// false stops the transfer.
  std::function<bool(const HttpReply&)> on_head;
  /// Called with each part of a 2xx body instead of keeping it; false stops the transfer.
  std::function<bool(ByteView)> on_body;
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; of repeated ones the last
  std::string body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// @return Unavailable when no answer came or it broke off, Expired when it took too long,
  ///         NotAuthentic when the server's certificate is not trusted; any status is a value.
  [[nodiscard]] virtual Result<HttpReply> send(const HttpCall& call) = 0;
};

/// libcurl; no redirects, no proxy, certificates checked, paths sent as they are written. Threads
/// one at a time.
[[nodiscard]] std::unique_ptr<HttpClient> make_http_client();

/// Looks up the addresses of a URL's host, for HttpCall::host_addresses; empty where none are
/// needed.
/// @param url  `http://` or `https://`, with or without a port.
/// @return InvalidArgument for a URL that is none, Unavailable when the name has no address now.
[[nodiscard]] Result<std::string> look_up_host(std::string_view url);

/// The system's own authorities as PEM, for a process that will lose sight of their file.
/// @return NotFound when the system has none.
[[nodiscard]] Result<std::string> system_authorities();

/// A URL's port: the written one, else 443 or 80. @return InvalidArgument
[[nodiscard]] Result<std::uint16_t> port_of(std::string_view url);

}  // namespace rightful
