/// @file
/// One HTTP call as handlers see it: a request that passed the guards, and the answer. No sockets,
/// no Boost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"

namespace rightful::http {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// Whether the bytes travelled under TLS: decides the cookie's name and its Secure attribute.
enum class HttpScheme : std::uint8_t { Http, Https };

/// Complete and checked: one Host, no Transfer-Encoding, a path that needs no normalisation, no
/// query.
struct HttpRequest {
  std::string method;  ///< as sent: `GET`
  std::string path;    ///< begins with `/`, characters `A-Za-z0-9._~-/` only
  HttpFields fields;   ///< names in lower case, in the order sent
  std::string body;
  HttpScheme scheme = HttpScheme::Http;
  TraceId trace;
  Instant received_at;  ///< the complete request had been read

  /// The value of the only field of that name (lower case). @return nothing when absent or sent
  /// more than once.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
};

/// A body that is read while it is sent. Threads  one call at a time, by threads of the handler
/// pool.
class HttpBody {
 public:
  virtual ~HttpBody() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// The next bytes. @return 0 only at the end. Errors  Failure: the connection is cut, so that the
  /// client sees it.
  [[nodiscard]] virtual std::size_t read(std::span<std::byte> out) = 0;
  /// Called exactly once, after the last byte left or the connection broke. @param sent  bytes
  /// handed to the network.
  virtual void finish(std::uint64_t sent) = 0;
};

struct HttpResponse {
  int status = 200;
  HttpFields fields{};  ///< Content-Length, Date, Connection and the security headers are added by
                        ///< the server
  std::string body{};
  std::unique_ptr<HttpBody> stream{};  ///< instead of `body`
  /// What a HEAD answer announces instead of sending; handlers of GET leave it empty.
  std::optional<std::uint64_t> announced_size{};
};

/// Threads  called from several threads at once. Errors  an exception becomes 500 with the trace
/// id.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  [[nodiscard]] virtual HttpResponse handle(const HttpRequest& request) = 0;
};

}  // namespace rightful::http
