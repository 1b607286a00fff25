#include "http/router.hpp"

#include <algorithm>
#include <array>

#include "http/session_cookie.hpp"

namespace rightful::http {
namespace {

constexpr std::array<Route, 23> kRoutes{{
    {"GET", "/livez", get_livez},
    {"GET", "/readyz", get_readyz},
    {"GET", "/v1/service", get_service},
    {"POST", "/v1/salt", post_salt},
    {"POST", "/v1/enrolment", post_enrolment},
    {"POST", "/v1/session", post_session},
    {"GET", "/v1/session", get_session},
    {"DELETE", "/v1/session", delete_session},
    {"POST", "/v1/session/step-up", post_step_up},
    {"GET", "/v1/sessions", get_sessions},
    {"DELETE", "/v1/sessions/{id}", delete_other_session},
    {"POST", "/v1/unwrap", post_unwrap},
    {"GET", "/v1/account", get_account},
    {"POST", "/v1/requests", post_request},
    {"GET", "/v1/requests", get_requests},
    {"GET", "/v1/requests/{id}", get_request},
    {"POST", "/v1/requests/{id}/withdraw", post_withdraw},
    {"POST", "/v1/requests/{id}/not-mine", post_not_mine},
    {"GET", "/v1/requests/{id}/package", get_package},
    {"GET", "/v1/requests/{id}/envelope", get_envelope},
    {"GET", "/upload", get_upload_page},
    {"GET", "/v1/upload", get_upload},
    {"PUT", "/v1/upload", nullptr, put_upload},
}};

void add_method(std::string& allow, std::string_view method) {
  if (!allow.empty()) allow += ", ";
  allow += method;
  if (method == "GET") allow += ", HEAD";
}

}  // namespace

std::span<const Route> all_routes() {
  return kRoutes;
}

std::optional<std::string_view> match_path(std::string_view pattern,
                                           std::string_view path) noexcept {
  constexpr std::string_view kId = "{id}";
  const std::size_t at = pattern.find(kId);
  if (at == std::string_view::npos) {
    return pattern == path ? std::optional(std::string_view()) : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + kId.size());
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  const std::string_view id =
      path.substr(before.size(), path.size() - before.size() - after.size());
  return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

Handled<HttpResponse> dispatch(ApiContext& api, const HttpRequest& request) {
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::string allow;
  for (const Route& route : kRoutes) {
    const auto id = match_path(route.pattern, request.path);
    if (!id) continue;
    if (route.method == method && route.function != nullptr)
      return route.function({api, request, *id});
    add_method(allow, route.method);
  }
  if (allow.empty()) return std::unexpected(Problem(ProblemKind::NotFound));
  Problem problem(ProblemKind::MethodNotAllowed);
  problem.allow = allow;
  return std::unexpected(std::move(problem));
}

const Route* find_upload_route(std::string_view method, std::string_view path) noexcept {
  const auto found = std::ranges::find_if(kRoutes, [&](const Route& route) {
    return route.upload != nullptr && route.method == method && match_path(route.pattern, path);
  });
  return found == kRoutes.end() ? nullptr : &*found;
}

Handled<void> check_language(const Call& call, const std::optional<std::string>& language) {
  const auto& offered = call.api.settings.languages;
  if (!language || std::ranges::find(offered, *language) != offered.end()) return {};
  return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, "language"));
}

Handled<Caller> signed_in(const Call& call) {
  auto token = session_token(call.request);
  if (!token) return std::unexpected(Problem(ProblemKind::SignInNeeded));
  RIGHTFUL_TRY(lifecycle::Session session, call.api.sign_in.resume(*token));
  return Caller{.token = *std::move(token), .session = std::move(session)};
}

}  // namespace rightful::http
