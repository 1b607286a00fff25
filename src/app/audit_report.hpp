/// @file
/// What an auditor reads: findings as they come, the verdict, and in plain words what was shown.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/ledger/verifier.hpp"

namespace rightful::app {

enum class AuditStyle : std::uint8_t { Text, Json };
enum class Explains : std::uint8_t { No, Yes };
/// What was looked at: a log from its first entry to its last, or entries with a proof each.
enum class AuditScope : std::uint8_t { WholeLog, SingleEntries };

/// What a verdict stands for, and what it leaves open; one sentence each.
struct Explanation {
  std::vector<std::string> shown;
  std::vector<std::string> not_shown;
};

[[nodiscard]] Explanation explain(const ledger::Verdict& verdict,
                                  const ledger::VerifyRequest& request,
                                  AuditScope scope);

/// What a verdict of this gravity means, and what to do; a sentence or two for people who are no
/// engineers.
[[nodiscard]] std::string_view meaning_of(ledger::Severity severity) noexcept;

/// Owns  nothing; `out` must outlive it.
class AuditReport final : public ledger::FindingSink {
 public:
  AuditReport(std::ostream& out, AuditStyle style, Explains explains)
      : out_(out), style_(style), explains_(explains) {}

  void found(const ledger::Finding& finding) override;

  void end(const ledger::Verdict& verdict, const ledger::VerifyRequest& request, AuditScope scope);

 private:
  void end_text(const ledger::Verdict& verdict, AuditScope scope, const Explanation& explanation);
  void end_json(const ledger::Verdict& verdict, AuditScope scope, const Explanation& explanation);

  std::ostream& out_;
  AuditStyle style_;
  Explains explains_;
};

}  // namespace rightful::app
