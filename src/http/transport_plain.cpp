#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/byte_stream.hpp"
#include "http/io_timer.hpp"

namespace rightful::http {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(asio::ip::tcp::socket socket)
      : socket_(std::move(socket)), timer_(socket_) {}

  [[nodiscard]] HttpScheme scheme() const noexcept override { return HttpScheme::Http; }

  asio::awaitable<IoResult> handshake(std::chrono::milliseconds /*timeout*/) override {
    co_return IoResult{};
  }

  asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer,
                                      std::chrono::milliseconds timeout) override {
    timer_.start(timeout);
    const auto [error, size] = co_await socket_.async_read_some(buffer, kAwait);
    co_return timer_.finish(error, size);
  }

  asio::awaitable<IoResult> write_some(asio::const_buffer buffer,
                                       std::chrono::milliseconds timeout) override {
    timer_.start(timeout);
    const auto [error, size] = co_await socket_.async_write_some(buffer, kAwait);
    co_return timer_.finish(error, size);
  }

  asio::awaitable<void> shutdown(std::chrono::milliseconds /*timeout*/) override {
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    co_return;
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  asio::ip::tcp::socket socket_;
  IoTimer timer_;
};

}  // namespace

std::unique_ptr<ByteStream> make_plain_stream(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace rightful::http
