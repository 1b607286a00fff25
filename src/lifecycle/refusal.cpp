#include "rightful/lifecycle/refusal.hpp"

namespace rightful::lifecycle {

std::string_view name_of(RefusalKind kind) noexcept {
  switch (kind) {
    case RefusalKind::NotFound:
      return "not_found";
    case RefusalKind::InvalidField:
      return "invalid_field";
    case RefusalKind::SignInNeeded:
      return "sign_in_needed";
    case RefusalKind::StepUpNeeded:
      return "step_up_needed";
    case RefusalKind::CredentialWrong:
      return "credential_wrong";
    case RefusalKind::TooManyTries:
      return "too_many_tries";
    case RefusalKind::InvitationInvalid:
      return "invitation_invalid";
    case RefusalKind::AccountExists:
      return "account_exists";
    case RefusalKind::AlreadyEnrolled:
      return "already_enrolled";
    case RefusalKind::StatementNotAuthentic:
      return "statement_not_authentic";
    case RefusalKind::StatementTime:
      return "statement_time";
    case RefusalKind::NonceUsed:
      return "nonce_used";
    case RefusalKind::RequestOpen:
      return "request_open";
    case RefusalKind::NotPossible:
      return "not_possible";
    case RefusalKind::PackageNotReady:
      return "package_not_ready";
    case RefusalKind::PackageFrozen:
      return "package_frozen";
    case RefusalKind::PackageGone:
      return "package_gone";
    case RefusalKind::LedgerUnavailable:
      return "ledger_unavailable";
    case RefusalKind::StaffNeeded:
      return "staff_needed";
    case RefusalKind::RoleNeeded:
      return "role_needed";
  }
  return "unknown";
}

}  // namespace rightful::lifecycle
