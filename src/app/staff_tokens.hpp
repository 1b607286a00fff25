/// @file
/// Members of staff who answer for a command: each shows a token in a file of their own.
#pragma once

#include <string_view>

#include "rightful/core/result.hpp"
#include "rightful/lifecycle/staff.hpp"

#include "app/command_line.hpp"

namespace rightful::app {

inline constexpr std::string_view kOfficerToken = "--officer-token";
inline constexpr std::string_view kSecondToken = "--second-token";

/// The options of a command that one officer answers for, and of one that two do.
[[nodiscard]] OptionSpec officer_option();
[[nodiscard]] OptionSpec second_officer_option();

/// @return InvalidArgument when an option of these is missing, or both name the same file.
[[nodiscard]] Result<void> check_officer(const ParsedCommand& line);
[[nodiscard]] Result<void> check_two_officers(const ParsedCommand& line);

struct TwoOfficers {
  lifecycle::StaffMember first;
  lifecycle::StaffMember second;
};

/// The officer whose token is in the file of `--officer-token`. Another role is refused in the
/// ledger too.
/// @return NotFound and so on for the file; Denied for an unknown token or another role.
[[nodiscard]] Result<lifecycle::StaffMember> officer_of(lifecycle::StaffAccess& staff,
                                                        const ParsedCommand& line);
/// @return Denied also when both tokens are the same officer's.
[[nodiscard]] Result<TwoOfficers> two_officers_of(lifecycle::StaffAccess& staff,
                                                  const ParsedCommand& line);

}  // namespace rightful::app
