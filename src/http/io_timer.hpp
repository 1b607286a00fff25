/// @file
/// A time-out for one socket operation that leaves the socket usable: Beast's tcp_stream closes it,
/// and the client would never see the 408.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/byte_stream.hpp"

namespace rightful::http {

/// Threads  the I/O thread only. @param socket  outlives the timer.
class IoTimer {
 public:
  explicit IoTimer(asio::ip::tcp::socket& socket);
  IoTimer(const IoTimer&) = delete;
  IoTimer& operator=(const IoTimer&) = delete;
  ~IoTimer();

  /// From now on what is under way on the socket is cancelled after `timeout`, until finish().
  void start(std::chrono::milliseconds timeout);
  /// Ends the time-out. @return the result, with asio::error::timed_out as its error when the timer
  /// was faster.
  [[nodiscard]] IoResult finish(boost::system::error_code error, std::size_t size);

 private:
  struct State;

  std::shared_ptr<State> state_;  // shared with a handler that may run after the timer is gone
  asio::steady_timer timer_;
};

}  // namespace rightful::http
