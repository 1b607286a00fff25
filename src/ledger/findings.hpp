/// @file
/// Collects findings on their way out: passes those that are known, counts what is too many to
/// tell, keeps the gravest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "rightful/ledger/finding.hpp"
#include "rightful/ledger/verifier.hpp"

namespace rightful::ledger {

class Findings {
 public:
  Findings(const VerifyRequest& request, FindingSink& sink) : request_(request), sink_(sink) {}

  void add(FindingKind kind, std::optional<std::uint64_t> at, std::string detail);

  [[nodiscard]] Severity gravest() const noexcept { return gravest_; }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  [[nodiscard]] const std::array<std::uint64_t, kFindingKinds>& of_kind() const noexcept {
    return of_kind_;
  }

  [[nodiscard]] std::uint64_t untold() const noexcept { return untold_; }

 private:
  const VerifyRequest& request_;
  FindingSink& sink_;
  std::array<std::uint64_t, kFindingKinds> of_kind_{};
  Severity gravest_ = Severity::Report;
  std::uint64_t count_ = 0;
  std::uint64_t untold_ = 0;
};

}  // namespace rightful::ledger
