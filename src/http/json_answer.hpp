/// @file
/// Answers of the API as JSON: the words of docs/api.md.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/http/message.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/session.hpp"

namespace rightful::http {

/// `YYYY-MM-DD`
[[nodiscard]] std::string format_date(std::chrono::year_month_day date);

[[nodiscard]] HttpResponse json_response(int status, const nlohmann::ordered_json& body);
[[nodiscard]] nlohmann::ordered_json to_json(const lifecycle::Session& session);
[[nodiscard]] nlohmann::ordered_json to_json(const lifecycle::AccessRequest& request);
/// How a client derives its keys: docs/formats/credentials.md.
[[nodiscard]] nlohmann::ordered_json kdf_json();

}  // namespace rightful::http
