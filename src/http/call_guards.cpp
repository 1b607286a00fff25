#include "http/call_guards.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace rightful::http {
namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Splits `name[:port]`; the port without its colon. Nothing is checked yet.
std::pair<std::string_view, std::string_view> split_port(std::string_view host) noexcept {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
    return {host, {}};
  }
  return {host.substr(0, colon), host.substr(colon + 1)};
}

bool is_name(std::string_view name) noexcept {
  const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; };
  return !name.empty() && std::ranges::all_of(name, fits);
}

bool is_bracketed_address(std::string_view name) noexcept {
  const auto fits = [](char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
  };
  return name.size() > 2 && name.front() == '[' && name.back() == ']' &&
         std::ranges::all_of(name.substr(1, name.size() - 2), fits);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(
      result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool changes_something(const HttpRequest& request) noexcept {
  return request.method != "GET" && request.method != "HEAD";
}

/// RFC 6454: scheme, host and port are all of an origin. A page that hides its origin (`null`) is a
/// foreign one.
bool is_own_origin(const HttpRequest& request, std::string_view origin) {
  const std::string scheme = request.scheme == HttpScheme::Https ? "https://" : "http://";
  return lower(origin) == scheme + lower(request.field("host").value_or(""));
}

bool is_json(std::string_view media_type) {
  const std::string_view essence = media_type.substr(0, media_type.find(';'));
  const std::size_t end = essence.find_last_not_of(" \t");
  return end != std::string_view::npos && lower(essence.substr(0, end + 1)) == "application/json";
}

}  // namespace

bool is_host(std::string_view host) noexcept {
  constexpr std::size_t kLongestHost = 261;  // a name of 255 bytes and a port
  constexpr std::size_t kLongestPort = 5;
  if (host.size() > kLongestHost || host.ends_with(':')) return false;
  const auto [name, port] = split_port(host);
  return (is_name(name) || is_bracketed_address(name)) && port.size() <= kLongestPort &&
         std::ranges::all_of(port, is_digit);
}

bool is_loopback_host(std::string_view host) noexcept {
  const std::string_view name = split_port(host).first;
  if (name == "[::1]") return true;
  if (name.size() == 9) {
    constexpr std::string_view kLocalhost = "localhost";
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    };
    if (std::ranges::equal(name, kLocalhost, same)) return true;
  }
  const auto fits = [](char c) { return is_digit(c) || c == '.'; };
  return name.starts_with("127.") && std::ranges::all_of(name, fits);
}

bool is_plain_path(std::string_view target) noexcept {
  if (target == "/") return true;
  if (!target.starts_with('/')) return false;
  while (!target.empty()) {
    target.remove_prefix(1);
    const std::string_view segment = target.substr(0, target.find('/'));
    const auto fits = [](char c) {
      return is_alphanumeric(c) || c == '.' || c == '_' || c == '~' || c == '-';
    };
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (!std::ranges::all_of(segment, fits)) return false;
    target.remove_prefix(segment.size());
  }
  return true;
}

bool is_plain_query(std::string_view path, std::string_view query) noexcept {
  constexpr std::size_t kLongestQuery = 1024;
  const auto fits = [](char c) {
    return is_alphanumeric(c) || std::string_view("._~:%=&-").find(c) != std::string_view::npos;
  };
  return path.starts_with("/v1/ledger/") && !query.empty() && query.size() <= kLongestQuery &&
         std::ranges::all_of(query, fits);
}

Handled<void> check_call(const HttpRequest& request) {
  if (request.scheme == HttpScheme::Http && !is_loopback_host(request.field("host").value_or(""))) {
    return std::unexpected(Problem(ProblemKind::Misdirected));
  }
  if (!changes_something(request)) return {};
  if (request.count("origin") > 0 &&
      !is_own_origin(request, request.field("origin").value_or(""))) {
    return std::unexpected(Problem(ProblemKind::OriginForeign));
  }
  if (request.count("sec-fetch-site") > 0) {
    const std::string_view site = request.field("sec-fetch-site").value_or("");
    if (site != "same-origin" && site != "none") {
      return std::unexpected(Problem(ProblemKind::OriginForeign));
    }
  }
  if (request.method == "POST" && !is_json(request.field("content-type").value_or(""))) {
    return std::unexpected(Problem(ProblemKind::MediaType));
  }
  return {};
}

}  // namespace rightful::http
