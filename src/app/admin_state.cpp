#include "app/admin_state.hpp"

namespace rightful::app {

Result<std::unique_ptr<AdminState>> AdminState::open(const Invocation& invocation,
                                                     const Settings& settings) {
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.role = "admin";
  auto state = std::make_unique<AdminState>();
  RIGHTFUL_TRY(state->store, StateStore::open(options, state->clock, state->random));
  const ledger::Code<ledger::CodeList::Face> face = "admin";
  state->staff = std::make_unique<lifecycle::StaffAccess>(
      state->store->pool(), state->store->keys(), state->clock, state->random, face);
  return state;
}

}  // namespace rightful::app
