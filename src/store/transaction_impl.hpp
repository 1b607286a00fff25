/// @file
/// The state of one transaction; Pool fills it, Transaction uses it.
#pragma once

#include <memory>
#include <vector>

#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

#include "store/session_shelf.hpp"

namespace rightful::store {

struct Transaction::Impl {
  std::shared_ptr<SessionShelf> shelf;
  std::unique_ptr<Session> session;
  EventRecorder* recorder = nullptr;
  std::vector<ledger::Event> events;
  bool is_over = false;
};

}  // namespace rightful::store
