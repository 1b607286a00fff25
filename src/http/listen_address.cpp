#include "http/listen_address.hpp"

#include <charconv>
#include <system_error>

#include <boost/asio/ip/address.hpp>

namespace rightful::http {
namespace {

std::unexpected<Error> not_understood() {
  return fail(ErrorCode::InvalidArgument,
              "listen must be address:port, such as 127.0.0.1:8480, [::1]:8480 or localhost:8480");
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return not_understood();
  std::string name(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return not_understood();

  const bool bracketed = name.starts_with('[') && name.ends_with(']');
  if (bracketed) name = name.substr(1, name.size() - 2);
  if (name == "localhost") name = "127.0.0.1";
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(name, error);
  if (error || address.is_v6() != bracketed) return not_understood();
  return ListenAddress{.address = address.to_string(),
                       .port = port,
                       .is_ipv6 = address.is_v6(),
                       .is_loopback = address.is_loopback()};
}

}  // namespace rightful::http
