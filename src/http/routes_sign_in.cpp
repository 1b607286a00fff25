// Salt, enrolment, sign-in, step-up, sessions, unwrap, the own account.
#include <nlohmann/json.hpp>
#include <utility>

#include "rightful/core/bytes.hpp"

#include "http/json_answer.hpp"
#include "http/json_body.hpp"
#include "http/router.hpp"
#include "http/session_cookie.hpp"

namespace rightful::http {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kLoginSizeBytes = 32;
constexpr std::size_t kMaxTypedBytes = 1024;
constexpr std::size_t kMaxWordBytes = 32;
constexpr std::size_t kMaxWrapBytes = 256;
constexpr std::size_t kMaxWraps = 4;
constexpr std::size_t kTokenChars = 43;

Handled<std::vector<lifecycle::Wrap>> read_wraps(JsonBody& body) {
  RIGHTFUL_TRY(std::vector<JsonBody> items, body.objects("wraps", kMaxWraps));
  std::vector<lifecycle::Wrap> wraps;
  for (JsonBody& item : items) {
    RIGHTFUL_TRY(std::string kind, item.text("kind", kMaxWordBytes));
    RIGHTFUL_TRY(Bytes data, item.bytes("data", kMaxWrapBytes));
    RIGHTFUL_TRY(item.finish());
    wraps.push_back({.kind = std::move(kind), .data = std::move(data)});
  }
  return wraps;
}

Handled<AccountId> read_account(JsonBody& body) {
  RIGHTFUL_TRY(const std::string typed, body.text("account", AccountId::kMaxSizeBytes));
  auto account = AccountId::parse(typed);
  if (!account) return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, "account"));
  return *std::move(account);
}

Handled<lifecycle::Enrolment> read_enrolment(std::string_view text) {
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(text));
  RIGHTFUL_TRY(const std::string invitation, body.text("invitation", kTokenChars));
  RIGHTFUL_TRY(AccountId account, read_account(body));
  RIGHTFUL_TRY(crypto::SecretBytes login, body.secret("login", kLoginSizeBytes));
  RIGHTFUL_TRY(const auto unlock_key, body.fixed<crypto::UnlockPublicKey>("unlock_key"));
  RIGHTFUL_TRY(const auto sign_key, body.fixed<crypto::SignPublicKey>("sign_key"));
  RIGHTFUL_TRY(std::optional<std::string> language, body.optional_text("language", kMaxWordBytes));
  RIGHTFUL_TRY(std::vector<lifecycle::Wrap> wraps, read_wraps(body));
  RIGHTFUL_TRY(body.finish());
  auto token = lifecycle::Token::parse(invitation);
  if (!token) return std::unexpected(Problem(ProblemKind::InvitationInvalid));
  return lifecycle::Enrolment{.invitation = *std::move(token),
                              .account = std::move(account),
                              .login = std::move(login),
                              .unlock_key = unlock_key,
                              .sign_key = sign_key,
                              .language = std::move(language),
                              .wraps = std::move(wraps)};
}

HttpResponse session_response(const Call& call, int status, const lifecycle::SignedIn& signed_in) {
  HttpResponse response = json_response(status, {{"session", to_json(signed_in.session)}});
  response.fields.emplace_back("Set-Cookie", set_cookie(call.request.scheme, signed_in.token));
  return response;
}

}  // namespace

Handled<HttpResponse> post_salt(const Call& call) {
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(call.request.body));
  RIGHTFUL_TRY(const std::string typed, body.text("account", kMaxTypedBytes));
  RIGHTFUL_TRY(body.finish());
  const crypto::Salt salt = call.api.sign_in.salt_for(typed);
  return json_response(200, {{"salt", to_base64(salt.bytes())}, {"kdf", kdf_json()}});
}

Handled<HttpResponse> post_enrolment(const Call& call) {
  RIGHTFUL_TRY(const lifecycle::Enrolment enrolment, read_enrolment(call.request.body));
  RIGHTFUL_TRY(check_language(call, enrolment.language));
  RIGHTFUL_TRY(call.api.sign_in.enrol(enrolment));
  return json_response(201, {{"enrolled", true}});
}

Handled<HttpResponse> post_session(const Call& call) {
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(call.request.body));
  RIGHTFUL_TRY(const std::string typed, body.text("account", kMaxTypedBytes));
  RIGHTFUL_TRY(const crypto::SecretBytes login, body.secret("login", kLoginSizeBytes));
  RIGHTFUL_TRY(body.finish());
  RIGHTFUL_TRY(const lifecycle::SignedIn signed_in, call.api.sign_in.sign_in(typed, login));
  if (const auto old = session_token(call.request)) call.api.sign_in.replace(*old);
  return session_response(call, 201, signed_in);
}

Handled<HttpResponse> get_session(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  return json_response(200, {{"session", to_json(caller.session)}});
}

Handled<HttpResponse> delete_session(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(call.api.sign_in.sign_out(caller.session));
  return HttpResponse{.status = 204, .fields = {{"Set-Cookie", clear_cookie(call.request.scheme)}}};
}

Handled<HttpResponse> post_step_up(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(call.request.body));
  RIGHTFUL_TRY(const crypto::SecretBytes login, body.secret("login", kLoginSizeBytes));
  RIGHTFUL_TRY(body.finish());
  RIGHTFUL_TRY(const lifecycle::SignedIn signed_in, call.api.sign_in.step_up(caller.token, login));
  return session_response(call, 200, signed_in);
}

Handled<HttpResponse> get_sessions(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  ordered_json list = ordered_json::array();
  for (const lifecycle::Session& session : call.api.sign_in.sessions(caller.session)) {
    ordered_json item = to_json(session);
    item["current"] = session.id == caller.session.id;
    list.push_back(std::move(item));
  }
  return json_response(200, {{"sessions", std::move(list)}});
}

Handled<HttpResponse> delete_other_session(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const SessionId other, id_of<SessionId>(call));
  RIGHTFUL_TRY(call.api.sign_in.revoke(caller.session, other));
  return HttpResponse{.status = 204};
}

Handled<HttpResponse> post_unwrap(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(JsonBody body, JsonBody::parse(call.request.body));
  RIGHTFUL_TRY(const std::string kind, body.text("kind", kMaxWordBytes));
  RIGHTFUL_TRY(const crypto::SecretBytes login, body.secret("login", kLoginSizeBytes));
  RIGHTFUL_TRY(body.finish());
  RIGHTFUL_TRY(const Bytes wrapped, call.api.sign_in.unwrap(caller.session, kind, login));
  return json_response(200, {{"kind", kind}, {"wrapped", to_base64(wrapped)}});
}

Handled<HttpResponse> get_account(const Call& call) {
  RIGHTFUL_TRY(const Caller caller, signed_in(call));
  RIGHTFUL_TRY(const lifecycle::AccountView account, call.api.sign_in.account(caller.session));
  return json_response(200,
                       {{"account", account.account.expose()},
                        {"language", account.language},
                        {"enrolled_at", format_rfc3339(account.enrolled_at)},
                        {"key_version", account.key_version},
                        {"unlock_key", to_base64(account.unlock_key.bytes())},
                        {"sign_key", to_base64(account.sign_key.bytes())},
                        {"wraps", account.wrap_kinds}});
}

}  // namespace rightful::http
