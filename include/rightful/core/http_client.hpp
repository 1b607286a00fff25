/// @file
/// Outbound HTTP: the command line's client now; S3, HTTP sources and webhooks share it later.
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

struct HttpCall {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::seconds timeout{30};        ///< of the whole call without `on_body`, else of a stall
  std::size_t max_body_bytes = 4U << 20U;  ///< for a body kept in memory
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

  /// @return Unavailable when no answer came (refused, time-out, TLS); any status is a value.
  [[nodiscard]] virtual Result<HttpReply> send(const HttpCall& call) = 0;
};

/// libcurl; no redirects, no proxy, certificates checked. Threads  one at a time.
[[nodiscard]] std::unique_ptr<HttpClient> make_http_client();

}  // namespace rightful
