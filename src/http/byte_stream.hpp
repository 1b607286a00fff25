/// @file
/// A connection as the HTTP session sees it: bytes in and out, each step with a time-out. One
/// implementation a kind of socket, so that each Asio operation is instantiated once.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "rightful/http/message.hpp"

namespace boost::asio::ssl {
class context;
}

namespace rightful::http {

namespace asio = boost::asio;

struct IoResult {
  boost::system::error_code error;
  std::size_t size = 0;
};

/// Threads  the I/O thread only.
/// Errors   as values; a time-out is asio::error::timed_out, and the other direction still works.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  [[nodiscard]] virtual HttpScheme scheme() const noexcept = 0;
  virtual asio::awaitable<IoResult> handshake(std::chrono::milliseconds timeout) = 0;
  virtual asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer,
                                              std::chrono::milliseconds timeout) = 0;
  /// At least one byte, or an error.
  virtual asio::awaitable<IoResult> write_some(asio::const_buffer buffer,
                                               std::chrono::milliseconds timeout) = 0;
  /// Says that nothing follows; the other side may still send.
  virtual asio::awaitable<void> shutdown(std::chrono::milliseconds timeout) = 0;
  /// Ends what is under way with an error.
  virtual void close() noexcept = 0;
};

[[nodiscard]] std::unique_ptr<ByteStream> make_plain_stream(asio::ip::tcp::socket socket);
/// @param context  must outlive the stream.
[[nodiscard]] std::unique_ptr<ByteStream> make_tls_stream(asio::ip::tcp::socket socket,
                                                          asio::ssl::context& context);

}  // namespace rightful::http
