/// @file
/// A signed-in requester, and how long that holds.
#pragma once

#include <chrono>
#include <optional>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"

namespace rightful::lifecycle {

inline constexpr std::chrono::minutes kSessionIdleLifetime{15};
inline constexpr std::chrono::hours kSessionLifetime{8};
/// How long a credential counts as freshly shown (sign-in or step-up).
inline constexpr std::chrono::minutes kStepUpLifetime{5};

/// Made by SignIn after it has checked a token.
struct Session {
  SessionId id;
  AccountId account;
  Instant created_at;
  Instant last_seen_at;
  Instant expires_at;  ///< absolute end
  std::optional<Instant> stepped_up_at;

  /// The credential was shown no longer than kStepUpLifetime before `now`; a time in the future
  /// does not count.
  [[nodiscard]] bool is_fresh(Instant now) const noexcept;
  /// Neither idle too long nor past its absolute end.
  [[nodiscard]] bool is_alive(Instant now) const noexcept;
};

}  // namespace rightful::lifecycle
