/// @file
/// What a log says of the log before it, against checkpoints of that log which others hold.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rightful/ledger/verifier.hpp"

#include "ledger/findings.hpp"
#include "ledger/known_heads.hpp"

namespace rightful::ledger {

/// How an entry speaks of the log before.
enum class Ending : std::uint8_t {
  GoesOn,     ///< `log.genesis`: it may have grown until it was sealed
  LastSigned  ///< `log.recovery`: nothing larger was ever signed
};

/// A tree that an entry says the log before had.
struct NamedTree {
  std::string_view origin;
  std::uint64_t size = 0;
  std::string_view root;  ///< lower-case hexadecimal
};

/// Owns  nothing; heads and findings must outlive it.
class ChainCheck {
 public:
  ChainCheck(const KnownHeads& heads, Findings& findings);

  void meet(std::uint64_t index, const NamedTree& named, Ending ending);

  /// The whole log was read. What nobody spoke of is told.
  void finish();

  /// Was it shown that this log goes on from the previous one that was given?
  [[nodiscard]] bool is_shown() const noexcept { return is_shown_; }

 private:
  void compare(std::uint64_t index, const ForeignHead& held, const NamedTree& named, Ending ending);
  void compare_previous(std::uint64_t index, const ForeignHead& held, const NamedTree& named);

  const KnownHeads& heads_;
  Findings& findings_;
  std::vector<bool> is_named_;  // of each foreign head
  bool is_previous_named_ = false;
  bool is_shown_ = false;
};

}  // namespace rightful::ledger
