/// @file
/// What was seen in the ledger while routes were called and requests moved: the lists of
/// docs/ledger-events.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rightful::testing {

using Acts = std::vector<std::string>;

/// Threads  one.
class ObservedLeaves {
 public:
  void route(const std::string& method, const std::string& pattern, const Acts& acts) {
    auto& seen = routes_[{pattern, method}];
    seen.insert(acts.begin(), acts.end());
    seen_.insert(acts.begin(), acts.end());
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

  [[nodiscard]] const std::set<std::string>& of_route(const std::string& method,
                                                      const std::string& pattern) const {
    static const std::set<std::string> kNone;
    const auto found = routes_.find({pattern, method});
    return found == routes_.end() ? kNone : found->second;
  }

  struct Move {
    std::string to;
    Acts acts;
  };

  [[nodiscard]] const Move& of_move(const std::string& from, const std::string& event) const {
    return moves_.at({from, event});
  }

 private:
  std::map<std::pair<std::string, std::string>, std::set<std::string>> routes_;
  std::map<std::pair<std::string, std::string>, Move> moves_;
  std::set<std::string> seen_;
};

}  // namespace rightful::testing
