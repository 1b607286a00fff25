#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/byte_stream.hpp"
#include "http/io_timer.hpp"

namespace rightful::http {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

class TlsStream final : public ByteStream {
 public:
  TlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context)
      : stream_(std::move(socket), context), timer_(stream_.next_layer()) {}

  [[nodiscard]] HttpScheme scheme() const noexcept override { return HttpScheme::Https; }

  asio::awaitable<IoResult> handshake(std::chrono::milliseconds timeout) override {
    timer_.start(timeout);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
    co_return timer_.finish(error, 0);
  }

  asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer,
                                      std::chrono::milliseconds timeout) override {
    timer_.start(timeout);
    const auto [error, size] = co_await stream_.async_read_some(buffer, kAwait);
    co_return timer_.finish(error, size);
  }

  asio::awaitable<IoResult> write_some(asio::const_buffer buffer,
                                       std::chrono::milliseconds timeout) override {
    timer_.start(timeout);
    const auto [error, size] = co_await stream_.async_write_some(buffer, kAwait);
    co_return timer_.finish(error, size);
  }

  asio::awaitable<void> shutdown(std::chrono::milliseconds timeout) override {
    timer_.start(timeout);
    const auto [error] = co_await stream_.async_shutdown(kAwait);
    static_cast<void>(timer_.finish(error, 0));
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
  IoTimer timer_;
};

}  // namespace

std::unique_ptr<ByteStream> make_tls_stream(asio::ip::tcp::socket socket,
                                            asio::ssl::context& context) {
  return std::make_unique<TlsStream>(std::move(socket), context);
}

}  // namespace rightful::http
