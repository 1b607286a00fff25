/// @file
/// From bytes to one checked request: Beast's parser behind the guards that Beast 1.81 lacks
/// (docs/adr/0012). No socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "rightful/http/message.hpp"

#include "http/problem.hpp"

namespace rightful::http {

struct ReaderLimits {
  std::size_t max_header_bytes;
  std::size_t max_body_bytes;  ///< of every body that is not streamed
};

/// Whether the body of such a request is given out as it comes; empty = none is.
using IsStreamed = std::function<bool(std::string_view method, std::string_view path)>;

enum class ReaderState : std::uint8_t {
  Idle,      ///< not one byte of a request
  Header,    ///< in the middle of the header
  Continue,  ///< the client waits for `100 Continue`; reported once
  Body,      ///< in the middle of the body
  Done,      ///< take() gives the request
  Streamed,  ///< take() gives the request without its body, which take_body() gives
  Refused    ///< problem() says why; the connection must be closed
};

/// What the session needs to know of a request beside what a handler sees.
struct ParsedRequest {
  std::string method;
  std::string path;
  std::string query;  ///< without its `?`
  HttpFields fields;
  std::string body;
  bool keep_alive;
  std::uint64_t streamed_bytes = 0;  ///< of a body that is still to come
  bool expects_continue = false;     ///< before a body that is streamed
};

/// Format   RFC 9112. Refused where the RFC lets a server choose: every Transfer-Encoding, any
/// number of Host fields but
///          one, more than one Content-Length, bare CR or LF, folded lines, control characters and
///          bytes above 0x7E in the header, bodies of other methods than POST, PUT and PATCH,
///          targets that need normalisation or carry a query.
///          A streamed request needs a Content-Length; any size is let through, for its handler to
///          judge.
/// Threads  one at a time. Cost  holds at most header limit + body limit + what was fed at once.
class RequestReader {
 public:
  explicit RequestReader(ReaderLimits limits, IsStreamed is_streamed = {});
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  void feed(std::string_view bytes);
  /// Parses what was fed as far as it goes.
  [[nodiscard]] ReaderState advance();
  /// After Done or Streamed: the request; bytes behind it stay for the next.
  [[nodiscard]] ParsedRequest take();
  /// What was fed of the streamed body and not taken yet; empty when none is here, or none is left.
  [[nodiscard]] std::string take_body();
  /// After Refused.
  [[nodiscard]] ProblemKind problem() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::http
