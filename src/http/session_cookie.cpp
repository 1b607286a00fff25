#include "http/session_cookie.hpp"

#include <algorithm>

namespace rightful::http {
namespace {

std::string attributes(HttpScheme scheme) {
  std::string text = "; Path=/; HttpOnly; SameSite=Lax";
  if (scheme == HttpScheme::Https) text += "; Secure";
  return text;
}

}  // namespace

std::string_view cookie_name(HttpScheme scheme) noexcept {
  return scheme == HttpScheme::Https ? "__Host-rightful" : "rightful";
}

std::optional<lifecycle::Token> session_token(const HttpRequest& request) {
  const auto field = request.field("cookie");
  if (!field) return std::nullopt;
  const std::string wanted = std::string(cookie_name(request.scheme)) + "=";
  std::optional<std::string_view> value;
  std::string_view rest = *field;
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (!pair.starts_with(wanted)) continue;
    if (value) return std::nullopt;
    value = pair.substr(wanted.size());
  }
  if (!value) return std::nullopt;
  auto token = lifecycle::Token::parse(*value);
  if (!token) return std::nullopt;
  return *std::move(token);
}

std::string set_cookie(HttpScheme scheme, const lifecycle::Token& token) {
  return std::string(cookie_name(scheme)) + "=" + token.expose() + attributes(scheme);
}

std::string clear_cookie(HttpScheme scheme) {
  return std::string(cookie_name(scheme)) + "=; Max-Age=0" + attributes(scheme);
}

}  // namespace rightful::http
