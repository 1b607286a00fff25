/// @file
/// The table of routes and the way from a request to its function.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/export/linked_uploads.hpp"
#include "rightful/http/api.hpp"
#include "rightful/http/message.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/ledger_audit.hpp"
#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/lifecycle/staff.hpp"

#include "http/problem.hpp"

namespace rightful::http {

/// What routes work with; outlives them.
struct ApiContext {
  lifecycle::SignIn& sign_in;
  lifecycle::AccessRequests& requests;
  exporting::LinkedUploads& uploads;
  lifecycle::StaffAccess& staff;
  lifecycle::LedgerAudit& ledger;
  Clock& clock;
  const ApiSettings& settings;
};

/// One call on its way through a route.
struct Call {
  ApiContext& api;
  const HttpRequest& request;
  std::string_view id;      ///< what stood for `{id}`
  std::string_view rest{};  ///< what stood for `{path}`
};

using RouteFunction = Handled<HttpResponse> (*)(const Call& call);
/// Of a body that is taken as it comes.
using UploadFunction = Handled<std::unique_ptr<HttpUpload>> (*)(const Call& call,
                                                                std::uint64_t size_bytes);

/// One of both functions.
struct Route {
  std::string_view method;
  /// `/v1/requests/{id}/withdraw`: at most one `{id}`, and `{path}` at the end for all that follows
  std::string_view pattern;
  RouteFunction function;
  UploadFunction upload = nullptr;
};

/// All routes of docs/api.md.
[[nodiscard]] std::span<const Route> all_routes();

/// What the names of a pattern stand for; empty for a pattern without them.
struct PathMatch {
  std::string_view id{};    ///< one segment
  std::string_view rest{};  ///< one segment or more
};

/// @return nothing when the path does not fit the pattern.
[[nodiscard]] std::optional<PathMatch> match_path(std::string_view pattern,
                                                  std::string_view path) noexcept;

/// HEAD finds the route of GET. @return NotFound; MethodNotAllowed with the methods that the path
/// takes.
[[nodiscard]] Handled<HttpResponse> dispatch(ApiContext& api, const HttpRequest& request);

/// The route whose body is taken as it comes; nothing when this is no such call.
[[nodiscard]] const Route* find_upload_route(std::string_view method,
                                             std::string_view path) noexcept;

/// The session of a call and the token it came with. @return SignInNeeded.
struct Caller {
  lifecycle::Token token;
  lifecycle::Session session;
};

[[nodiscard]] Handled<Caller> signed_in(const Call& call);

/// A language that is asked for is one of those that the controller offers. @return FieldInvalid.
[[nodiscard]] Handled<void> check_language(const Call& call,
                                           const std::optional<std::string>& language);

/// The `{id}` of a call. @return NotFound: what is no id names nothing.
template <class I>
[[nodiscard]] Handled<I> id_of(const Call& call) {
  auto id = I::parse(call.id);
  if (!id) return std::unexpected(Problem(ProblemKind::NotFound));
  return *id;
}

// The functions of the table, in files by subject.
Handled<HttpResponse> get_livez(const Call& call);
Handled<HttpResponse> get_readyz(const Call& call);
Handled<HttpResponse> get_service(const Call& call);
Handled<HttpResponse> post_salt(const Call& call);
Handled<HttpResponse> post_enrolment(const Call& call);
Handled<HttpResponse> post_session(const Call& call);
Handled<HttpResponse> get_session(const Call& call);
Handled<HttpResponse> delete_session(const Call& call);
Handled<HttpResponse> post_step_up(const Call& call);
Handled<HttpResponse> get_sessions(const Call& call);
Handled<HttpResponse> delete_other_session(const Call& call);
Handled<HttpResponse> post_unwrap(const Call& call);
Handled<HttpResponse> get_account(const Call& call);
Handled<HttpResponse> post_request(const Call& call);
Handled<HttpResponse> get_requests(const Call& call);
Handled<HttpResponse> get_request(const Call& call);
Handled<HttpResponse> post_withdraw(const Call& call);
Handled<HttpResponse> post_not_mine(const Call& call);
Handled<HttpResponse> get_package(const Call& call);
Handled<HttpResponse> get_envelope(const Call& call);
Handled<HttpResponse> get_upload_page(const Call& call);
Handled<HttpResponse> get_upload(const Call& call);
Handled<HttpResponse> get_ledger_checkpoint(const Call& call);
Handled<HttpResponse> get_ledger_saved_checkpoint(const Call& call);
Handled<HttpResponse> get_ledger_tile(const Call& call);
Handled<HttpResponse> get_ledger_entries(const Call& call);
Handled<HttpResponse> get_ledger_inclusion(const Call& call);
Handled<HttpResponse> get_ledger_consistency(const Call& call);
Handled<HttpResponse> post_ledger_pseudonym(const Call& call);
Handled<HttpResponse> get_ledger_health(const Call& call);
Handled<std::unique_ptr<HttpUpload>> put_upload(const Call& call, std::uint64_t size_bytes);

}  // namespace rightful::http
