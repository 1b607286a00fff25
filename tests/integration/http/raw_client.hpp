/// @file
/// A socket that sends exactly the bytes it is told: what a well-behaved client library would never
/// send.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/unique_fd.hpp"

namespace rightful::testing {

class RawClient {
 public:
  /// Connects to 127.0.0.1.
  explicit RawClient(std::uint16_t port);

  void send(std::string_view bytes);
  /// One answer: head and as much body as Content-Length says. Empty when the server hung up
  /// without one.
  [[nodiscard]] std::string receive(bool with_body = true);
  /// Everything until the server hangs up. @return what came; fails the test after `patience`.
  [[nodiscard]] std::string receive_all(std::chrono::seconds patience = std::chrono::seconds(20));
  /// At most `size` bytes, then stops reading.
  [[nodiscard]] std::string receive_some(std::size_t size);
  /// Nothing more will be sent.
  void finish_sending();
  void shrink_receive_buffer();

 private:
  [[nodiscard]] bool fill();

  UniqueFd fd_;
  std::string buffer_;
};

/// The three digits of a response, or an empty string.
[[nodiscard]] std::string status_of(std::string_view response);
/// The value of a field, or an empty string.
[[nodiscard]] std::string field_of(std::string_view response, std::string_view name);
[[nodiscard]] std::string body_of(std::string_view response);

}  // namespace rightful::testing
