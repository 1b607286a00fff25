/// @file
/// What was seen in the ledger while routes were called and requests moved: the lists of
/// docs/ledger-events.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rightful/ledger/event.hpp"

namespace rightful::testing {

using Acts = std::vector<std::string>;

/// Threads  one.
class ObservedLeaves {
 public:
  /// One call of it, and all leaves that it caused.
  void route(const std::string& method,
             const std::string& pattern,
             const std::vector<ledger::Event>& leaves) {
    auto& seen = routes_[{pattern, method}];
    for (const ledger::Event& leaf : leaves) {
      seen[leaf.outcome()].emplace(leaf.act());
      seen_.emplace(leaf.act());
    }
  }

  /// `from` — event → `to`, with the leaves of the transactions that did it.
  void move(const std::string& from, const std::string& event, const std::string& to, Acts acts) {
    seen_.insert(acts.begin(), acts.end());
    moves_.insert({{from, event}, {to, std::move(acts)}});
  }

  /// Leaves of something else: a command, the caretaker, the start of a process.
  void other(const Acts& acts) { seen_.insert(acts.begin(), acts.end()); }

  [[nodiscard]] bool has_route(const std::string& method, const std::string& pattern) const {
    return routes_.contains({pattern, method});
  }

  [[nodiscard]] bool has_move(const std::string& from, const std::string& event) const {
    return moves_.contains({from, event});
  }

  [[nodiscard]] bool has_act(const std::string& act) const { return seen_.contains(act); }

  [[nodiscard]] std::set<std::string> of_route(const std::string& method,
                                               const std::string& pattern,
                                               ledger::Outcome outcome) const {
    const auto route = routes_.find({pattern, method});
    if (route == routes_.end()) return {};
    const auto found = route->second.find(outcome);
    return found == route->second.end() ? std::set<std::string>() : found->second;
  }

  struct Move {
    std::string to;
    Acts acts;
  };

  [[nodiscard]] const Move& of_move(const std::string& from, const std::string& event) const {
    return moves_.at({from, event});
  }

 private:
  using ByOutcome = std::map<ledger::Outcome, std::set<std::string>>;

  std::map<std::pair<std::string, std::string>, ByOutcome> routes_;
  std::map<std::pair<std::string, std::string>, Move> moves_;
  std::set<std::string> seen_;
};

}  // namespace rightful::testing
