#include "app/staff_tokens.hpp"

#include <utility>

#include "app/secret_input.hpp"

namespace rightful::app {

namespace {

Result<void> demand(const ParsedCommand& line, std::string_view option) {
  if (line.has(option)) return {};
  return fail(ErrorCode::InvalidArgument,
              "say with " + std::string(option) +
                  " FILE which officer answers for this; `rightful admin staff add` prints tokens");
}

Result<lifecycle::StaffMember> officer_in(lifecycle::StaffAccess& staff, const std::string& file) {
  RIGHTFUL_TRY(const auto secret, secret_from_file(file));
  const auto token = lifecycle::Token::parse(as_text(secret.expose()));
  if (!token) {
    staff.count_refused();
    staff.tidy();
    return fail(
        ErrorCode::Denied,
        file + " holds no token: that is the line which `rightful admin staff add` printed");
  }
  auto member = staff.admit(*token, {lifecycle::StaffRole::Officer}, "ledger");
  if (member) return *std::move(member);
  staff.tidy();
  const bool is_other_role = member.error().kind == lifecycle::RefusalKind::RoleNeeded;
  return fail(
      ErrorCode::Denied,
      file + (is_other_role ? " holds the token of somebody who is not an officer; `rightful admin "
                              "staff list` names the officers"
                            : " holds no token that is valid: the member ended, or it is another "
                              "installation's; `rightful admin staff list` says who is there"));
}

}  // namespace

OptionSpec officer_option() {
  return {kOfficerToken, "FILE", "File with the token of the officer who answers for this."};
}

OptionSpec second_officer_option() {
  return {kSecondToken, "FILE", "File with the token of a second, different officer."};
}

Result<void> check_officer(const ParsedCommand& line) {
  return demand(line, kOfficerToken);
}

Result<void> check_two_officers(const ParsedCommand& line) {
  RIGHTFUL_TRY(demand(line, kOfficerToken));
  RIGHTFUL_TRY(demand(line, kSecondToken));
  if (line.value(kOfficerToken) == line.value(kSecondToken)) {
    return fail(ErrorCode::InvalidArgument,
                "two different officers are needed: --officer-token and --second-token name the "
                "same file");
  }
  return {};
}

Result<lifecycle::StaffMember> officer_of(lifecycle::StaffAccess& staff,
                                          const ParsedCommand& line) {
  RIGHTFUL_TRY(check_officer(line));
  return officer_in(staff, line.required_value(kOfficerToken));
}

Result<TwoOfficers> two_officers_of(lifecycle::StaffAccess& staff, const ParsedCommand& line) {
  RIGHTFUL_TRY(check_two_officers(line));
  RIGHTFUL_TRY(auto first, officer_in(staff, line.required_value(kOfficerToken)));
  RIGHTFUL_TRY(auto second, officer_in(staff, line.required_value(kSecondToken)));
  if (first.name == second.name) {
    return fail(ErrorCode::Denied,
                "two different officers are needed: both tokens belong to the same one");
  }
  return TwoOfficers{std::move(first), std::move(second)};
}

}  // namespace rightful::app
