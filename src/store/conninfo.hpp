/// @file
/// A connection string with our own settings laid over the operator's. libpq parses it, so URLs and
/// keywords both work.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace rightful::store {

struct ConninfoOverlay {
  std::string_view application_name;
  std::chrono::seconds connect_timeout;
};

/// `keyword='value' …` for libpq: UTF-8, TCP keepalive (a dead peer is noticed within about a
/// minute), the overlay. Errors  DatabaseFailure Never `database_refused` when `url` is malformed;
/// the text does not repeat it.
[[nodiscard]] std::string make_conninfo(const std::string& url, const ConninfoOverlay& overlay);

}  // namespace rightful::store
