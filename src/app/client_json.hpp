/// @file
/// The JSON of the HTTP API, as the client writes and reads it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/http_client.hpp"
#include "rightful/core/result.hpp"

#include "app/client.hpp"

namespace rightful::app {

/// `{"name": "value", …}`; every value a string.
[[nodiscard]] std::string json_object(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members);

/// Everything but the two secrets is base64 already.
struct EnrolmentText {
  std::string invitation;
  std::string account;
  std::string login;
  std::string unlock_key;
  std::string sign_key;
  std::optional<std::string> language;
  std::string password_wrap;
  std::string recovery_wrap;
};

[[nodiscard]] std::string enrolment_json(const EnrolmentText& enrolment);

/// The salt, after the parameters beside it were found to be exactly protocol v1's.
/// @return NotAuthentic when the server asks for other parameters: weaker ones would let it guess
/// the credential.
[[nodiscard]] Result<crypto::Salt> parse_salt(std::string_view body);

[[nodiscard]] Result<ServiceFacts> parse_service(std::string_view body);

struct AccountKeys {
  crypto::UnlockPublicKey unlock_key;
  crypto::SignPublicKey sign_key;
};

[[nodiscard]] Result<AccountKeys> parse_account_keys(std::string_view body);

/// The member `wrapped`, decoded.
[[nodiscard]] Result<Bytes> parse_wrapped(std::string_view body);

[[nodiscard]] Result<RequestView> parse_request(std::string_view body);
[[nodiscard]] Result<std::vector<RequestView>> parse_requests(std::string_view body);

/// What a problem+json answer means to the person at the keyboard.
[[nodiscard]] Error error_of(const HttpReply& reply);

}  // namespace rightful::app
