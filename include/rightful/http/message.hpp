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
#include <variant>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"

namespace rightful::http {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// Whether the bytes travelled under TLS: decides the cookie's name and its Secure attribute.
enum class HttpScheme : std::uint8_t { Http, Https };

/// Complete and checked: one Host, no Transfer-Encoding, a path that needs no normalisation, a
/// query only below `/v1/ledger/`.
struct HttpRequest {
  std::string method;  ///< as sent: `GET`
  std::string path;    ///< begins with `/`, characters `A-Za-z0-9._~-/` only
  HttpFields fields;   ///< names in lower case, in the order sent
  std::string body;
  HttpScheme scheme = HttpScheme::Http;
  TraceId trace;
  Instant received_at;  ///< the complete request had been read
  std::string query{};  ///< `name=value&…` without its `?`, characters `A-Za-z0-9._~:%=&-` only

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
  /// The Content-Security-Policy of an answer that is a page; empty = nothing may run.
  std::string content_policy{};
  /// The Cache-Control of an answer that may be kept; empty = `no-store`.
  std::string cache_control{};
  /// What a HEAD answer announces instead of sending; handlers of GET leave it empty.
  std::optional<std::uint64_t> announced_size{};
};

/// The body of a request that is taken as it comes. Destroyed without finish(): it did not arrive
/// whole.
///
/// Threads  one call at a time, by threads of the handler pool. Errors  as HttpHandler; the
/// connection is closed after the answer.
class HttpUpload {
 public:
  virtual ~HttpUpload() = default;

  virtual void write(std::string_view bytes) = 0;
  /// After the last byte, once.
  [[nodiscard]] virtual HttpResponse finish() = 0;
};

/// The taker of a body, or an answer at once: then the body is not read.
using UploadStart = std::variant<HttpResponse, std::unique_ptr<HttpUpload>>;

/// Threads  called from several threads at once. Errors  an exception becomes 500 with the trace
/// id.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  [[nodiscard]] virtual HttpResponse handle(const HttpRequest& request) = 0;

  /// Whether requests of this method and path come to begin_upload() instead of handle(). Called by
  /// the I/O thread.
  [[nodiscard]] virtual bool is_streamed(std::string_view /*method*/,
                                         std::string_view /*path*/) const noexcept {
    return false;
  }

  /// @param request     without its body. @param size_bytes  of the body, any number.
  [[nodiscard]] virtual UploadStart begin_upload(const HttpRequest& /*request*/,
                                                 std::uint64_t /*size_bytes*/) {
    return HttpResponse{.status = 500};
  }
};

}  // namespace rightful::http
