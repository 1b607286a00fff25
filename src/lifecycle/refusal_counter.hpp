/// @file
/// What strangers can trigger is counted in memory and written as at most one leaf a minute per
/// kind and account, so that nobody can flood the ledger. A crash loses at most that minute.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "rightful/core/account_id.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::lifecycle {

enum class SignInTrouble : std::uint8_t {
  WrongCredential,
  UnknownAccount,
  NotEnrolled,
  Throttled,
  BadInvitation,
  BadStaffToken
};

/// Threads  any; the mutex guards the counts.
/// Cost     one entry per kind and *known* account; all unknown ones share one, so strangers cannot
/// make it grow.
class RefusalCounter {
 public:
  using Counts = std::map<std::pair<std::optional<AccountId>, SignInTrouble>, std::uint64_t>;

  /// @param account  nothing when what was typed is no account.
  void count(const std::optional<AccountId>& account, SignInTrouble trouble);

  /// Takes at most `limit` of what was counted since the last call: one commit holds a limited
  /// number of leaves.
  [[nodiscard]] Counts take(std::size_t limit);
  /// Gives counts back that could not be written.
  void put_back(const Counts& counts);

  /// One `signin.refused` each. @param face  where it was tried.
  static void record(const Counts& counts,
                     store::Transaction& transaction,
                     ledger::Code<ledger::CodeList::Face> face = "api");

 private:
  std::mutex mutex_;
  Counts counts_;
};

}  // namespace rightful::lifecycle
