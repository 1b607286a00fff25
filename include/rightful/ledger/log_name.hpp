/// @file
/// The short name of a log: how its folders and its URLs are called.
#pragma once

#include <string>

#include "rightful/core/result.hpp"
#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

/// The last segment of the origin: `audit.localhost/rightful/2026` is called `2026`.
/// @return InvalidArgument when that could not be the name of a folder: it is empty, or does not
/// begin with a letter or digit (so never `.` or `..`).
[[nodiscard]] Result<std::string> log_name(const Origin& origin);

/// Can a log be called so? For names that come from outside.
[[nodiscard]] bool is_log_name(std::string_view name) noexcept;

}  // namespace rightful::ledger
