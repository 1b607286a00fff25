#include "rightful/http/api.hpp"

#include <utility>

#include "http/call_guards.hpp"
#include "http/router.hpp"

namespace rightful::http {

struct Api::Parts {
  ApiSettings settings;
  ApiContext context;

  Parts(lifecycle::SignIn& sign_in,
        lifecycle::AccessRequests& requests,
        exporting::LinkedUploads& uploads,
        lifecycle::StaffAccess& staff,
        lifecycle::LedgerAudit& ledger,
        Clock& clock,
        ApiSettings api_settings)
      : settings(std::move(api_settings)),
        context{sign_in, requests, uploads, staff, ledger, clock, settings} {}

  Handled<HttpResponse> answer(const HttpRequest& request) {
    RIGHTFUL_TRY(check_call(request));
    return dispatch(context, request);
  }

  Handled<std::unique_ptr<HttpUpload>> start(const HttpRequest& request, std::uint64_t size_bytes) {
    RIGHTFUL_TRY(check_call(request));
    const Route* route = find_upload_route(request.method, request.path);
    if (route == nullptr) return std::unexpected(Problem(ProblemKind::NotFound));
    return route->upload({context, request, {}}, size_bytes);
  }
};

Api::Api(lifecycle::SignIn& sign_in,
         lifecycle::AccessRequests& requests,
         exporting::LinkedUploads& uploads,
         lifecycle::StaffAccess& staff,
         lifecycle::LedgerAudit& ledger,
         Clock& clock,
         ApiSettings settings)
    : parts_(std::make_unique<Parts>(
          sign_in, requests, uploads, staff, ledger, clock, std::move(settings))) {}

Api::~Api() = default;

HttpResponse Api::handle(const HttpRequest& request) {
  auto answer = parts_->answer(request);
  if (!answer) {
    return problem_response(
        answer.error(), request.trace, request.field("accept-language").value_or(""));
  }
  return *std::move(answer);
}

bool Api::is_streamed(std::string_view method, std::string_view path) const noexcept {
  return find_upload_route(method, path) != nullptr;
}

UploadStart Api::begin_upload(const HttpRequest& request, std::uint64_t size_bytes) {
  auto started = parts_->start(request, size_bytes);
  if (!started) return problem_response(started.error(), request.trace);
  return *std::move(started);
}

}  // namespace rightful::http
