/// @file
/// The states of an access request and the table that says which event leads where: a pure
/// function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::lifecycle {

/// Law  design of GDPR Art. 12 and 15 requests, docs/architecture.md: states that exist now.
enum class RequestState : std::uint8_t {
  Received,
  Queued,
  Running,
  Verifying,
  Ready,
  Downloaded,
  Expired,
  Withdrawn,
  Failed,
  Quarantined
};

enum class RequestEvent : std::uint8_t {
  Enqueue,
  Claim,
  Collected,
  Verified,
  Fault,
  GiveUp,
  Guard,
  Withdraw,
  NotMine,
  Freeze,
  Fetched,
  Expire,
  Retry,
  LiftHold
};

inline constexpr std::size_t kRequestStateCount = 10;
inline constexpr std::size_t kRequestEventCount = 14;

/// The word in database, ledger, JSON and documents: snake_case.
[[nodiscard]] std::string_view name_of(RequestState state) noexcept;
[[nodiscard]] std::string_view name_of(RequestEvent event) noexcept;
/// @return InvalidArgument for a word that names no state.
[[nodiscard]] Result<RequestState> parse_request_state(std::string_view name);

/// Where `event` leads from `state`; the same state when the event is allowed and changes nothing;
/// nothing when the event is refused.
[[nodiscard]] std::optional<RequestState> next_state(RequestState state,
                                                     RequestEvent event) noexcept;

/// What the requester may do in this state: of Withdraw, NotMine and Fetched those that
/// next_state() allows.
[[nodiscard]] std::vector<RequestEvent> possible_for_requester(RequestState state);

/// The clock of Art. 12(3) still runs: the request is not answered and was not ended by its owner.
[[nodiscard]] bool is_open(RequestState state) noexcept;

}  // namespace rightful::lifecycle
