/// @file
/// What a subcommand of `admin` that works on Rightful's state opens first, and its staff.
#pragma once

#include <memory>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"
#include "rightful/lifecycle/erasure.hpp"
#include "rightful/lifecycle/staff.hpp"

#include "app/command.hpp"
#include "app/state_store.hpp"

namespace rightful::app {

/// Destroyed in reverse: the ledger's epoch ends in order.
struct AdminState {
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<StateStore> store;
  std::unique_ptr<lifecycle::StaffAccess> staff;

  /// For the functions that administer the ledger.
  [[nodiscard]] lifecycle::LedgerTools tools() {
    return {.pool = store->pool(), .keys = store->keys(), .clock = clock, .random = random};
  }

  /// @return as StateStore::open.
  [[nodiscard]] static Result<std::unique_ptr<AdminState>> open(const Invocation& invocation,
                                                                const Settings& settings);
};

}  // namespace rightful::app
