#include "http/router.hpp"

#include <algorithm>
#include <array>

#include "http/session_cookie.hpp"

namespace rightful::http {
namespace {

constexpr std::array<Route, 31> kRoutes{{
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
    {"GET", "/v1/ledger/{id}/checkpoint", get_ledger_checkpoint},
    {"GET", "/v1/ledger/{id}/checkpoints/{path}", get_ledger_saved_checkpoint},
    {"GET", "/v1/ledger/{id}/tile/{path}", get_ledger_tile},
    {"GET", "/v1/ledger/{id}/entries", get_ledger_entries},
    {"GET", "/v1/ledger/{id}/proof/inclusion", get_ledger_inclusion},
    {"GET", "/v1/ledger/{id}/proof/consistency", get_ledger_consistency},
    {"POST", "/v1/ledger/{id}/pseudonym", post_ledger_pseudonym},
    {"GET", "/v1/ledger/{id}/health", get_ledger_health},
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

std::optional<PathMatch> match_path(std::string_view pattern, std::string_view path) noexcept {
  constexpr std::string_view kId = "{id}";
  constexpr std::string_view kRest = "{path}";
  PathMatch match;
  if (const std::size_t at = pattern.find(kId); at != std::string_view::npos) {
    if (!path.starts_with(pattern.substr(0, at))) return std::nullopt;
    path.remove_prefix(at);
    pattern.remove_prefix(at + kId.size());
    match.id = path.substr(0, path.find('/'));
    if (match.id.empty()) return std::nullopt;
    path.remove_prefix(match.id.size());
  }
  if (!pattern.ends_with(kRest)) return pattern == path ? std::optional(match) : std::nullopt;
  pattern.remove_suffix(kRest.size());
  if (!path.starts_with(pattern) || path.size() == pattern.size()) return std::nullopt;
  match.rest = path.substr(pattern.size());
  return match;
}

Handled<HttpResponse> dispatch(ApiContext& api, const HttpRequest& request) {
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::string allow;
  for (const Route& route : kRoutes) {
    const auto match = match_path(route.pattern, request.path);
    if (!match) continue;
    if (route.method == method && route.function != nullptr)
      return route.function({api, request, match->id, match->rest});
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
