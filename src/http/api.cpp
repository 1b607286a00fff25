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
        Clock& clock,
        ApiSettings api_settings)
      : settings(std::move(api_settings)), context{sign_in, requests, clock, settings} {}

  Handled<HttpResponse> answer(const HttpRequest& request) {
    RIGHTFUL_TRY(check_call(request));
    return dispatch(context, request);
  }
};

Api::Api(lifecycle::SignIn& sign_in,
         lifecycle::AccessRequests& requests,
         Clock& clock,
         ApiSettings settings)
    : parts_(std::make_unique<Parts>(sign_in, requests, clock, std::move(settings))) {}

Api::~Api() = default;

HttpResponse Api::handle(const HttpRequest& request) {
  auto answer = parts_->answer(request);
  if (!answer) return problem_response(answer.error(), request.trace);
  return *std::move(answer);
}

}  // namespace rightful::http
