/// @file
/// The setting `listen`: where the server waits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful::http {

struct ListenAddress {
  std::string address;  ///< numeric, without brackets
  std::uint16_t port;
  bool is_ipv6;
  bool is_loopback;
};

/// `127.0.0.1:8480`, `[::1]:8480`, `localhost:8480` (= 127.0.0.1), `0.0.0.0:443`. Other names are
/// not resolved: where a server listens must not depend on a name server.
/// @return InvalidArgument
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace rightful::http
