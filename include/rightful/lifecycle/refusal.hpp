/// @file
/// Why the life of a request or a sign-in says no, precise enough to tell a person what to do next.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/lifecycle/request_state.hpp"

namespace rightful::lifecycle {

enum class RefusalKind : std::uint8_t {
  NotFound,           ///< does not exist, or belongs to somebody else: one answer for both
  InvalidField,       ///< `field` names it
  SignInNeeded,       ///< no session, or it has ended
  StepUpNeeded,       ///< the credential was not shown lately enough
  CredentialWrong,    ///< or there is no such account: one answer for both
  TooManyTries,       ///< `retry_after` says when
  InvitationInvalid,  ///< unknown, used, out of date, or another account's: one answer for all
  AccountExists,
  AlreadyEnrolled,
  StatementNotAuthentic,  ///< the request statement's signature does not hold
  StatementTime,          ///< stated too far from the server's clock
  NonceUsed,
  RequestOpen,      ///< `request` names the open one
  NotPossible,      ///< `state` and `possible` say what is
  PackageNotReady,  ///< `state`
  PackageFrozen,
  PackageGone,        ///< expired or destroyed
  LedgerUnavailable,  ///< the ledger takes no part in what leaves now; `retry_after` says when to
                      ///< ask
  StaffNeeded,        ///< no token of a member of staff, or it has ended: one answer for all
  RoleNeeded          ///< a member of staff whose role does not allow it
};

/// Secrets  `detail` is for operators: no personal data.
struct Refusal {
  RefusalKind kind;
  std::string detail;
  std::string field{};
  std::optional<RequestId> request{};
  std::optional<RequestState> state{};
  std::vector<RequestEvent> possible{};
  std::chrono::seconds retry_after{0};
};

/// The name in snake_case, as logs, ledger and HTTP print it.
[[nodiscard]] std::string_view name_of(RefusalKind kind) noexcept;

template <class T>
using Answer = std::expected<T, Refusal>;

[[nodiscard]] inline std::unexpected<Refusal> refuse(RefusalKind kind, std::string detail) {
  return std::unexpected(Refusal{.kind = kind, .detail = std::move(detail)});
}

}  // namespace rightful::lifecycle
