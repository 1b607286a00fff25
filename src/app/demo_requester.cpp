#include "app/demo_requester.hpp"

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/check.hpp"

#include "app/package_opener.hpp"
#include "app/secret_input.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

crypto::SecretBytes secret(std::string_view text) {
  return crypto::SecretBytes::copy_of(as_bytes(text));
}

fs::path file_in(const fs::path& folder, const DemoRole& role, std::string_view extension) {
  return folder / fmt::format("{}.{}", role.file_name, extension);
}

}  // namespace

Result<std::unique_ptr<DemoRequester>> DemoRequester::create(const DemoRole& role,
                                                             std::string_view server,
                                                             Clock& clock,
                                                             Random& random) {
  auto http = make_http_client();
  RIGHTFUL_TRY(auto account, AccountId::parse(role.account_id));
  RIGHTFUL_TRY(auto client, Client::create(*http, clock, random, server));
  return std::unique_ptr<DemoRequester>(
      new DemoRequester(role, std::move(account), std::move(http), std::move(client)));
}

Result<void> DemoRequester::enrol(std::string_view invitation, const fs::path& people) {
  RIGHTFUL_TRY(const auto service, client_.service());
  service_key_ = service.service_key;
  const auto credential = secret(role_.credential);
  RIGHTFUL_TRY(const auto recovery, client_.enrol(account_, secret(invitation), credential, "en"));
  RIGHTFUL_TRY(write_new_secret_file(file_in(people, role_, "credential"), role_.credential));
  RIGHTFUL_TRY(write_new_secret_file(file_in(people, role_, "recovery"), recovery.expose()));
  RIGHTFUL_TRY(client_.sign_in(account_, credential));
  RIGHTFUL_TRY(auto root, client_.unwrap_root());
  root_.emplace(std::move(root));
  return {};
}

Result<void> DemoRequester::ask() {
  RIGHTFUL_TRY(request_, client_.submit(root(), std::nullopt));
  return {};
}

Result<void> DemoRequester::wait_and_fetch(const fs::path& out, const ShowRequest& show) {
  RIGHTFUL_TRY(request_, client_.wait(request().id, show));
  if (!request_->package) {
    return fail(
        ErrorCode::Conflict,
        fmt::format(
            "the export of {} ended as `{}`: {}", role_.name, request_->state, request_->note));
  }
  RIGHTFUL_TRY(client_.step_up());
  return client_.download(*request_,
                          file_in(out, role_, "zip"),
                          archive::Overwrite::Refuse,
                          [](std::uint64_t, std::uint64_t) { return true; });
}

Result<void> DemoRequester::reveal_code(const fs::path& out) {
  RIGHTFUL_TRY(const auto package, open_package_file(file_in(out, role_, "zip")));
  RIGHTFUL_TRY(const auto payload, open_with_root(package, root(), account_, service_key()));
  RIGHTFUL_TRY(check_content(package, payload, service_key()));
  code_ = payload.passphrase.expose();
  return write_new_secret_file(file_in(out, role_, "code"), code_);
}

const crypto::RequesterRoot& DemoRequester::root() const {
  RIGHTFUL_CHECK(root_.has_value());
  return *root_;
}

const RequestView& DemoRequester::request() const {
  RIGHTFUL_CHECK(request_.has_value());
  return *request_;
}

const crypto::SignPublicKey& DemoRequester::service_key() const {
  RIGHTFUL_CHECK(service_key_.has_value());
  return *service_key_;
}

const std::string& DemoRequester::code() const {
  RIGHTFUL_CHECK(!code_.empty());
  return code_;
}

}  // namespace rightful::app
