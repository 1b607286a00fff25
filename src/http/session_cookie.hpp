/// @file
/// The one cookie: which session a call belongs to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rightful/http/message.hpp"
#include "rightful/lifecycle/token.hpp"

namespace rightful::http {

/// `__Host-rightful` under TLS; `rightful` on plain loopback, where browsers refuse the prefix.
[[nodiscard]] std::string_view cookie_name(HttpScheme scheme) noexcept;

/// @return nothing when the cookie is absent, malformed or sent twice.
[[nodiscard]] std::optional<lifecycle::Token> session_token(const HttpRequest& request);

/// The Set-Cookie value: HttpOnly, SameSite=Lax, Path=/, Secure under TLS; ends with the browser's
/// session.
[[nodiscard]] std::string set_cookie(HttpScheme scheme, const lifecycle::Token& token);
/// The Set-Cookie value that makes the client forget.
[[nodiscard]] std::string clear_cookie(HttpScheme scheme);

}  // namespace rightful::http
