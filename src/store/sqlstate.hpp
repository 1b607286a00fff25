/// @file
/// From SQLSTATE to the failure that our callers know. The server's message comes in and does not
/// come out.
#pragma once

#include <string_view>

namespace rightful::store {

/// @param query     name for the text of the failure
/// @param sqlstate  five characters, or empty
/// @param message   the server's primary message, read only for the name of a violated constraint
/// @param constraint  that name where the driver gives it as a field, else empty
[[noreturn]] void throw_for_sqlstate(std::string_view query,
                                     std::string_view sqlstate,
                                     std::string_view message,
                                     std::string_view constraint = {});

[[noreturn]] void throw_database_lost(std::string_view query);

/// A constant phrase for why no connection came about, such as "the password was refused".
[[nodiscard]] std::string_view connect_reason(std::string_view message);

}  // namespace rightful::store
