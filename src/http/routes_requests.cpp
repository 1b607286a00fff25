// Asking, looking, withdrawing, disowning. No route here has a field or a path in which a person
// could be named.
#include <nlohmann/json.hpp>
#include <utility>

#include "http/json_answer.hpp"
#include "http/json_body.hpp"
#include "http/router.hpp"

namespace rightful::http {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxWordBytes = 32;

Handled<lifecycle::Submission> read_submission(const HttpRequest& request) {
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(request.body));
  RIGHTFUL_TRY(const RequestId id, body.id<RequestId>("id"));
  RIGHTFUL_TRY(const auto nonce, body.fixed<crypto::Nonce>("nonce"));
  RIGHTFUL_TRY(const Instant time, body.instant("time"));
  RIGHTFUL_TRY(const auto unlock_key, body.fixed<crypto::UnlockPublicKey>("unlock_key"));
  RIGHTFUL_TRY(const auto signature, body.fixed<crypto::Signature>("signature"));
  RIGHTFUL_TRY(std::optional<std::string> language, body.optional_text("language", kMaxWordBytes));
  RIGHTFUL_TRY(body.finish());
  return lifecycle::Submission{.request = id,
                               .nonce = nonce,
                               .stated_at = time,
                               .unlock_key = unlock_key,
                               .signature = signature,
                               .language = std::move(language),
                               .received_at = request.received_at};
}

/// The body of a call that needs none: nothing, or an empty object.
Handled<void> read_nothing(const HttpRequest& request) {
  RIGHTFUL_TRY(const JsonBody body, JsonBody::parse(request.body));
  return body.finish();
}

}  // namespace

Handled<HttpResponse> post_request(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const lifecycle::Submission submission, read_submission(call.request));
  RIGHTFUL_TRY(check_language(call, submission.language));
  RIGHTFUL_TRY(const lifecycle::AccessRequest request,
               call.api.requests.submit(caller.session, submission));
  HttpResponse response = json_response(201, to_json(request));
  response.fields.emplace_back("Location", "/v1/requests/" + request.id.to_string());
  return response;
}

Handled<HttpResponse> get_requests(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  ordered_json list = ordered_json::array();
  for (const lifecycle::AccessRequest& request : call.api.requests.list(caller.session)) {
    list.push_back(to_json(request));
  }
  return json_response(200, {{"requests", std::move(list)}});
}

Handled<HttpResponse> get_request(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const RequestId id, id_of<RequestId>(call));
  RIGHTFUL_TRY(const lifecycle::AccessRequest request, call.api.requests.show(caller.session, id));
  return json_response(200, to_json(request));
}

Handled<HttpResponse> post_withdraw(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const RequestId id, id_of<RequestId>(call));
  RIGHTFUL_TRY(read_nothing(call.request));
  RIGHTFUL_TRY(const lifecycle::AccessRequest request,
               call.api.requests.withdraw(caller.session, id));
  return json_response(200, to_json(request));
}

Handled<HttpResponse> post_not_mine(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const RequestId id, id_of<RequestId>(call));
  RIGHTFUL_TRY(read_nothing(call.request));
  RIGHTFUL_TRY(const lifecycle::Disowned disowned, call.api.requests.disown(caller.session, id));
  return json_response(201,
                       {{"incident", disowned.incident.to_string()},
                        {"due_at", format_rfc3339(disowned.due_at)},
                        {"request", to_json(disowned.request)}});
}

}  // namespace rightful::http
