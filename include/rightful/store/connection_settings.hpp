/// @file
/// How the state database is reached, and how long anybody waits for it.
#pragma once

#include <chrono>
#include <string>

#include "rightful/core/result.hpp"

namespace rightful::store {

/// Units    0 switches a limit of the server off.
/// Secrets  `url` may hold a password: it is never logged.
struct ConnectionSettings {
  std::string url;  ///< `postgresql://…` or libpq keywords
  std::string application_name = "rightful";
  std::chrono::seconds connect_timeout{5};
  // Set in every transaction, so that they hold behind PgBouncer too.
  std::chrono::milliseconds statement_timeout{15'000};
  std::chrono::milliseconds lock_timeout{5'000};
  std::chrono::milliseconds idle_in_transaction_timeout{30'000};
  /// How long Pool::begin() waits for a free connection.
  std::chrono::milliseconds acquire_timeout{5'000};
};

/// Whether libpq can read a connection URL or its keywords; nothing is connected to.
/// @return InvalidArgument; the text does not repeat `url`.
[[nodiscard]] Result<void> check_connection_url(const std::string& url);

}  // namespace rightful::store
