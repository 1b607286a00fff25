/// @file
/// Stands where the ledger's gate stands, for tests of exports without sequencer and signer.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "rightful/core/failure.hpp"
#include "rightful/export/release_gate.hpp"

namespace rightful::exporting::testing {

/// A note that has the shape of a checkpoint; no key has signed it.
inline constexpr const char* kTestCheckpoint =
    "audit.example.test/dsar/dev\n257\nBFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DA=\n\n"
    "\xE2\x80\x94 audit.example.test/dsar/dev c2lnbmF0dXJlIG9mIG5vIGtleQ==\n";

class TestGate final : public ReleaseGate {
 public:
  [[nodiscard]] std::string newest_checkpoint() override {
    fail_with(cause_at_begin);
    return checkpoint;
  }

  [[nodiscard]] std::optional<std::uint64_t> wait_until_covered(
      const std::optional<store::CommittedLeaves>& /*leaves*/,
      const std::stop_token& /*stop*/) override {
    while_waiting();
    fail_with(cause_at_release);
    return is_stopped ? std::nullopt : std::optional<std::uint64_t>(257);
  }

  std::string checkpoint = kTestCheckpoint;
  std::string cause_at_begin;    ///< `ledger_full` …; empty: open
  std::string cause_at_release;  ///< the same
  bool is_stopped = false;
  std::function<void()> while_waiting = [] {};

 private:
  static void fail_with(const std::string& cause) {
    if (!cause.empty()) throw Failure(Retry::Later, cause, "the gate of this test is closed");
  }
};

}  // namespace rightful::exporting::testing
