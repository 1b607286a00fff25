#include "app/client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stop_token>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/check.hpp"
#include "rightful/crypto/statement.hpp"

#include "app/client_json.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// `127.0.0.1:8480/x` → `127.0.0.1`; `[::1]:8480` → `[::1]`.
std::string_view host_of(std::string_view after_scheme) {
  const std::string_view authority = after_scheme.substr(0, after_scheme.find('/'));
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

/// Of a Set-Cookie field, what goes back: `name=value`.
std::string cookie_of(const HttpReply& reply) {
  const auto found = reply.headers.find("set-cookie");
  if (found == reply.headers.end()) return {};
  return found->second.substr(0, found->second.find(';'));
}

Instant truncated_to_milliseconds(Instant instant) {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(instant);
}

}  // namespace

bool has_ended(const RequestView& request) {
  static constexpr std::array<std::string_view, 4> kRunning = {
      "received", "queued", "running", "verifying"};
  return std::ranges::find(kRunning, request.state) == kRunning.end();
}

Result<void> Client::check_server(std::string_view server) {
  const bool is_https = server.starts_with("https://");
  const bool is_http = server.starts_with("http://");
  const std::string_view host =
      host_of(server.substr(std::min(server.size(), std::size_t{is_https ? 8U : 7U})));
  if ((!is_https && !is_http) || host.empty() ||
      server.find_first_of("?#@ ") != std::string_view::npos) {
    return fail(ErrorCode::InvalidArgument,
                "the server must look like https://rightful.example.org or http://127.0.0.1:8480");
  }
  if (is_http && !is_loopback(host)) {
    return fail(ErrorCode::InvalidArgument,
                "plain http:// is only for a server on this machine; use https://");
  }
  return {};
}

Result<Client> Client::create(HttpClient& http,
                              Clock& clock,
                              Random& random,
                              std::string_view server) {
  while (server.ends_with('/'))
    server.remove_suffix(1);
  RIGHTFUL_TRY(check_server(server));
  return Client(http, clock, random, std::string(server));
}

HttpCall Client::call_to(std::string_view method, std::string_view path) const {
  HttpCall call;
  call.method = method;
  call.url = server_ + std::string(path);
  return call;
}

Result<HttpReply> Client::send(HttpCall call) {
  if (!cookie_.empty()) call.headers.emplace_back("Cookie", cookie_);
  auto reply = http_->send(call);
  if (!reply && reply.error().code == ErrorCode::NotAuthentic) {
    return fail(
        ErrorCode::NotAuthentic,
        fmt::format("the certificate of {} is not trusted on this machine; nothing was sent",
                    server_));
  }
  if (!reply) {
    return fail(ErrorCode::Unavailable,
                fmt::format("{} does not answer ({}); is it running, is the address right?",
                            server_,
                            reply.error().detail));
  }
  if (std::string cookie = cookie_of(*reply); !cookie.empty()) cookie_ = std::move(cookie);
  return reply;
}

Result<std::string> Client::get(std::string_view path) {
  RIGHTFUL_TRY(HttpReply reply, send(call_to("GET", path)));
  if (reply.status != 200) return std::unexpected(error_of(reply));
  return std::move(reply.body);
}

Result<std::string> Client::post(std::string_view path, const std::string& body) {
  HttpCall call = call_to("POST", path);
  call.headers.emplace_back("Content-Type", "application/json");
  call.body = body;
  RIGHTFUL_TRY(HttpReply reply, send(std::move(call)));
  if (reply.status < 200 || reply.status > 299) return std::unexpected(error_of(reply));
  return std::move(reply.body);
}

Result<ServiceFacts> Client::service() {
  RIGHTFUL_TRY(const std::string body, get("/v1/service"));
  return parse_service(body);
}

Result<crypto::CredentialKeys> Client::derive(const AccountId& account,
                                              const crypto::SecretBytes& credential) {
  RIGHTFUL_TRY(const std::string body,
               post("/v1/salt", json_object({{"account", account.expose()}})));
  RIGHTFUL_TRY(const auto salt, parse_salt(body));
  return crypto::derive_credential_keys(account, as_text(credential.expose()), salt);
}

Result<crypto::RecoveryCode> Client::enrol(const AccountId& account,
                                           const crypto::SecretBytes& invitation,
                                           const crypto::SecretBytes& credential,
                                           const std::optional<std::string>& language) {
  RIGHTFUL_TRY(const auto keys, derive(account, credential));
  const auto root = crypto::RequesterRoot::generate(*random_);
  auto code = crypto::RecoveryCode::generate(*random_);
  const Bytes by_password = root.wrap(keys.wrap, crypto::WrapKind::Password, account, *random_);
  const Bytes by_code =
      root.wrap(code.wrap_key(account), crypto::WrapKind::Recovery, account, *random_);
  const std::string body =
      enrolment_json({.invitation = std::string(as_text(invitation.expose())),
                      .account = account.expose(),
                      .login = to_base64(keys.login.expose()),
                      .unlock_key = to_base64(root.unlock_keys().public_key().bytes()),
                      .sign_key = to_base64(root.sign_key().public_key().bytes()),
                      .language = language,
                      .password_wrap = to_base64(by_password),
                      .recovery_wrap = to_base64(by_code)});
  RIGHTFUL_TRY(post("/v1/enrolment", body));
  return code;
}

Result<void> Client::sign_in(const AccountId& account, const crypto::SecretBytes& credential) {
  RIGHTFUL_TRY(auto keys, derive(account, credential));
  RIGHTFUL_TRY(post(
      "/v1/session",
      json_object({{"account", account.expose()}, {"login", to_base64(keys.login.expose())}})));
  signed_in_.emplace(account, std::move(keys));
  return {};
}

Result<void> Client::step_up() {
  RIGHTFUL_CHECK(signed_in_.has_value());
  RIGHTFUL_TRY(post("/v1/session/step-up",
                    json_object({{"login", to_base64(signed_in_->keys.login.expose())}})));
  return {};
}

void Client::sign_out() {
  if (!signed_in_) return;
  // An unanswered sign-out changes nothing for the person: the session ends by itself.
  HttpCall call = call_to("DELETE", "/v1/session");
  call.headers.emplace_back("Content-Type", "application/json");
  [[maybe_unused]] const auto unheard = send(std::move(call));
  signed_in_.reset();
  cookie_.clear();
}

Result<crypto::RequesterRoot> Client::unwrap_root() {
  RIGHTFUL_CHECK(signed_in_.has_value());
  RIGHTFUL_TRY(const std::string account_body, get("/v1/account"));
  RIGHTFUL_TRY(const AccountKeys keys, parse_account_keys(account_body));
  RIGHTFUL_TRY(const std::string body,
               post("/v1/unwrap",
                    json_object({{"kind", "password"},
                                 {"login", to_base64(signed_in_->keys.login.expose())}})));
  RIGHTFUL_TRY(const Bytes wrapped, parse_wrapped(body));
  return crypto::RequesterRoot::unwrap(wrapped,
                                       signed_in_->keys.wrap,
                                       crypto::WrapKind::Password,
                                       signed_in_->account,
                                       keys.unlock_key,
                                       keys.sign_key);
}

Result<RequestView> Client::submit(const crypto::RequesterRoot& root,
                                   const std::optional<std::string>& language) {
  RIGHTFUL_CHECK(signed_in_.has_value());
  std::array<std::byte, crypto::Nonce::kSizeBytes> nonce{};
  random_->fill(nonce);
  const crypto::RequestStatement statement{.request = RequestId::random(*random_),
                                           .account = signed_in_->account,
                                           .unlock_key = root.unlock_keys().public_key(),
                                           .nonce = crypto::Nonce::from(nonce),
                                           .time = truncated_to_milliseconds(clock_->now())};
  const crypto::Signature signature = crypto::sign_statement(statement, root.sign_key());
  const std::string id = statement.request.to_string();
  const std::string time = format_rfc3339(statement.time);
  const std::string nonce_text = to_base64(statement.nonce.bytes());
  const std::string key_text = to_base64(statement.unlock_key.bytes());
  const std::string signature_text = to_base64(signature.bytes());
  const std::string body = language ? json_object({{"id", id},
                                                   {"nonce", nonce_text},
                                                   {"time", time},
                                                   {"unlock_key", key_text},
                                                   {"signature", signature_text},
                                                   {"language", *language}})
                                    : json_object({{"id", id},
                                                   {"nonce", nonce_text},
                                                   {"time", time},
                                                   {"unlock_key", key_text},
                                                   {"signature", signature_text}});
  RIGHTFUL_TRY(const std::string answer, post("/v1/requests", body));
  return parse_request(answer);
}

Result<RequestView> Client::show(const RequestId& request) {
  RIGHTFUL_TRY(const std::string body, get("/v1/requests/" + request.to_string()));
  return parse_request(body);
}

Result<std::vector<RequestView>> Client::list() {
  RIGHTFUL_TRY(const std::string body, get("/v1/requests"));
  return parse_requests(body);
}

Result<RequestView> Client::wait(const RequestId& request, const ShowRequest& show_request) {
  auto pause = 100ms;
  for (;;) {
    RIGHTFUL_TRY(auto view, show(request));
    if (!show_request(view) || has_ended(view)) return view;
    clock_->wait_for(std::stop_token(), pause);
    pause = std::min<std::chrono::milliseconds>(pause + pause / 8, 2s);
  }
}

Result<std::string> Client::envelope(const RequestId& request) {
  return get("/v1/requests/" + request.to_string() + "/envelope");
}

Result<void> Client::fetch(const RequestId& request,
                           const ReleasedPackage& package,
                           PartialDownload& part,
                           const ShowBytes& show) {
  if (part.is_whole()) return {};
  const std::string etag = '"' + to_hex(package.sha256.bytes()) + '"';
  HttpCall call = call_to("GET", "/v1/requests/" + request.to_string() + "/package");
  call.headers.emplace_back("Range", fmt::format("bytes={}-", part.size()));
  call.headers.emplace_back("If-Range", etag);
  Result<void> taken;
  call.on_head = [&](const HttpReply& head) {
    const auto named = head.headers.find("etag");
    if (named != head.headers.end() && named->second != etag) {
      taken =
          fail(ErrorCode::Unavailable,
               "the server has another package now; run the same command again, it begins anew");
    } else if (head.status != 206 && part.size() > 0) {
      taken = part.restart();
    }
    return taken.has_value();
  };
  call.on_body = [&](ByteView bytes) {
    taken = part.append(bytes);
    if (taken && !show(part.size(), part.wanted_size()))
      taken = fail(ErrorCode::Conflict, "the download was stopped");
    return taken.has_value();
  };
  const std::uint64_t before = part.size();
  const auto reply = send(std::move(call));
  if (!taken && taken.error().code == ErrorCode::NotAuthentic) part.discard();
  RIGHTFUL_TRY(taken);
  if (!reply && part.size() == before) return std::unexpected(reply.error());
  if (reply && reply->status != 206 && reply->status != 200)
    return std::unexpected(error_of(*reply));
  if (part.is_whole()) return {};
  return fail(ErrorCode::Unavailable,
              fmt::format("the download broke off after {} of {}; run the same command again, it "
                          "goes on where it stopped",
                          human_size(part.size()),
                          human_size(part.wanted_size())));
}

Result<void> Client::download(const RequestView& request,
                              const fs::path& target,
                              archive::Overwrite overwrite,
                              const ShowBytes& show_bytes) {
  if (!request.package) {
    return fail(ErrorCode::Conflict,
                fmt::format("there is no package to download yet: the request is `{}`; `rightful "
                            "status` shows how it goes",
                            request.state));
  }
  const ReleasedPackage& package = *request.package;
  RIGHTFUL_TRY(auto part,
               PartialDownload::open(target, package.sha256, package.size_bytes, overwrite));
  RIGHTFUL_TRY(fetch(request.id, package, part, show_bytes));
  return part.finish();
}

}  // namespace rightful::app
