/// @file
/// What is checked of every call before a route sees it: pure functions on a parsed request.
#pragma once

#include <string_view>

#include "rightful/http/message.hpp"

#include "http/problem.hpp"

namespace rightful::http {

/// `host`, `host:port` or `[v6]:port` of characters that names and addresses have.
[[nodiscard]] bool is_host(std::string_view host) noexcept;
/// Without TLS the Host must name the loopback, so that a foreign name that resolves to it (DNS
/// rebinding) gets nothing.
[[nodiscard]] bool is_loopback_host(std::string_view host) noexcept;
/// A path that is its own normal form: `/`, or segments of `A-Za-z0-9._~-` that are neither empty
/// nor dots only.
[[nodiscard]] bool is_plain_path(std::string_view target) noexcept;

/// The query of a target that may have one: below `/v1/ledger/`, where machines ask with filters.
/// `name=value` joined by `&`, at most 1,024 bytes of `A-Za-z0-9._~:%-`. Nothing personal stands in
/// one.
[[nodiscard]] bool is_plain_query(std::string_view path, std::string_view query) noexcept;

/// Host fits the scheme; a call that changes something is JSON and comes from this site, if it says
/// from where.
[[nodiscard]] Handled<void> check_call(const HttpRequest& request);

}  // namespace rightful::http
