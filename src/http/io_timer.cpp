#include "http/io_timer.hpp"

#include <cstdint>

namespace rightful::http {

struct IoTimer::State {
  asio::ip::tcp::socket* socket;
  std::uint64_t operation = 0;  ///< which start() the timer belongs to
  bool fired = false;
};

IoTimer::IoTimer(asio::ip::tcp::socket& socket)
    : state_(std::make_shared<State>(State{.socket = &socket})), timer_(socket.get_executor()) {}

IoTimer::~IoTimer() {
  state_->socket = nullptr;
}

void IoTimer::start(std::chrono::milliseconds timeout) {
  state_->fired = false;
  const std::uint64_t operation = ++state_->operation;
  timer_.expires_after(timeout);
  timer_.async_wait([state = state_, operation](const boost::system::error_code& error) {
    if (error || state->socket == nullptr || state->operation != operation) return;
    state->fired = true;
    boost::system::error_code ignored;
    state->socket->cancel(ignored);
  });
}

IoResult IoTimer::finish(boost::system::error_code error, std::size_t size) {
  ++state_->operation;
  timer_.cancel();
  if (error && state_->fired) return {asio::error::timed_out, size};
  return {error, size};
}

}  // namespace rightful::http
