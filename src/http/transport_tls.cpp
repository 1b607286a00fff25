#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "http/byte_stream.hpp"

namespace rightful::http {
namespace {

namespace beast = boost::beast;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

class TlsStream final : public ByteStream {
 public:
  TlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context)
      : stream_(beast::tcp_stream(std::move(socket)), context) {}

  [[nodiscard]] HttpScheme scheme() const noexcept override { return HttpScheme::Https; }

  asio::awaitable<IoResult> handshake(std::chrono::milliseconds timeout) override {
    stream_.next_layer().expires_after(timeout);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
    co_return IoResult{error, 0};
  }

  asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer,
                                      std::chrono::milliseconds timeout) override {
    stream_.next_layer().expires_after(timeout);
    const auto [error, size] = co_await stream_.async_read_some(buffer, kAwait);
    co_return IoResult{error, size};
  }

  asio::awaitable<IoResult> write_some(asio::const_buffer buffer,
                                       std::chrono::milliseconds timeout) override {
    stream_.next_layer().expires_after(timeout);
    const auto [error, size] = co_await stream_.async_write_some(buffer, kAwait);
    co_return IoResult{error, size};
  }

  asio::awaitable<void> shutdown(std::chrono::milliseconds timeout) override {
    stream_.next_layer().expires_after(timeout);
    static_cast<void>(co_await stream_.async_shutdown(kAwait));
  }

  void close() noexcept override { stream_.next_layer().close(); }

 private:
  asio::ssl::stream<beast::tcp_stream> stream_;
};

}  // namespace

std::unique_ptr<ByteStream> make_tls_stream(asio::ip::tcp::socket socket,
                                            asio::ssl::context& context) {
  return std::make_unique<TlsStream>(std::move(socket), context);
}

}  // namespace rightful::http
