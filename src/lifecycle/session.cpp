#include "rightful/lifecycle/session.hpp"

namespace rightful::lifecycle {

bool Session::is_fresh(Instant now) const noexcept {
  return stepped_up_at && *stepped_up_at <= now && now - *stepped_up_at <= kStepUpLifetime;
}

bool Session::is_alive(Instant now) const noexcept {
  return now < expires_at && now - last_seen_at <= kSessionIdleLifetime;
}

}  // namespace rightful::lifecycle
