/// @file
/// One connection from handshake to hang-up: reads requests, has them answered by the pool, writes
/// the answers.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/http/message.hpp"
#include "rightful/http/server.hpp"

#include "http/byte_stream.hpp"
#include "http/request_reader.hpp"
#include "http/response_head.hpp"

namespace rightful::http {

/// What all sessions of a server share; outlives them.
struct SessionContext {
  const HttpServerSettings& settings;
  HttpHandler& handler;
  Clock& clock;
  Random& random;
  asio::thread_pool& pool;
  bool stopping = false;  ///< I/O thread only
};

/// What became of a streamed body.
enum class Received : std::uint8_t {
  Whole,
  Late,   ///< its time was over
  Gone,   ///< so is the client
  Failed  ///< it could not be taken
};

/// Threads  the I/O thread; handlers and bodies are called in the pool.
/// Errors   none leave: this is one of the three places where exceptions end (500 and the trace
/// id).
class HttpSession {
 public:
  HttpSession(std::unique_ptr<ByteStream> stream, SessionContext& context);

  asio::awaitable<void> run();
  /// Ends at once while it waits for a request, else after the answer under way.
  void stop();

  /// Ends now.
  void cut() noexcept { stream_->close(); }

 private:
  asio::awaitable<bool> serve_one();
  asio::awaitable<bool> answer_whole(ParsedRequest& parsed);
  asio::awaitable<bool> answer_streamed(ParsedRequest& parsed);
  [[nodiscard]] HttpRequest request_of(ParsedRequest& parsed) const;
  asio::awaitable<bool> reply(HttpResponse& response, const HttpRequest& request, bool keep_alive);
  asio::awaitable<Received> receive(HttpUpload& upload, std::uint64_t size, const TraceId& trace);
  asio::awaitable<ReaderState> read_request();
  asio::awaitable<void> refuse(ProblemKind kind);
  asio::awaitable<bool> send(HttpResponse& response, const ResponseFacts& facts, bool head_only);
  asio::awaitable<std::uint64_t> send_stream(HttpBody& body, const TraceId& trace);
  asio::awaitable<bool> write(std::string_view bytes);
  asio::awaitable<void> in_pool(std::function<void()>& work);
  asio::awaitable<void> hang_up();

  std::unique_ptr<ByteStream> stream_;
  SessionContext& context_;
  RequestReader reader_;
  bool waiting_ = false;  ///< for the first byte of a request
};

}  // namespace rightful::http
