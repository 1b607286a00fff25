/// @file
/// The head of an answer as bytes: status line, the handler's fields, and those that every answer
/// carries.
#pragma once

#include <cstdint>
#include <string>

#include "rightful/core/clock.hpp"
#include "rightful/http/message.hpp"

namespace rightful::http {

struct ResponseFacts {
  HttpScheme scheme = HttpScheme::Https;
  TraceId trace;
  Instant now;
  std::uint64_t content_length = 0;
  bool keep_alive = false;
};

/// @param response  no field holds a control character (checked, RIGHTFUL_CHECK): nothing from
/// outside reaches one.
[[nodiscard]] std::string response_head(const HttpResponse& response, const ResponseFacts& facts);

}  // namespace rightful::http
