/// @file
/// What the commands of an auditor have in common: the options that say whom and what to believe,
/// and how they become a request to the verifier.
#pragma once

#include <memory>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/ledger/verifier.hpp"

#include "app/audit_place.hpp"
#include "app/command.hpp"

namespace rightful::app {

// An auditor's own exit codes: 1 is a proof and nothing else.
inline constexpr ExitCode kAuditVerified{0};
inline constexpr ExitCode kAuditProven{1};
inline constexpr ExitCode kAuditNotEnough{2};
inline constexpr ExitCode kAuditUnusable{3};

/// `--trust` to `--known`, and how findings are printed.
[[nodiscard]] std::vector<OptionSpec> audit_options();

struct AuditTask {
  ledger::VerifyRequest request;
  std::unique_ptr<AuditPlace> previous;  ///< whose tiles the request reads
};

/// @return what is wrong with a value or a file that an option names.
[[nodiscard]] Result<AuditTask> read_audit_options(const ParsedCommand& line);

/// Keeps the checkpoint that was verified, when there is a `--memory`: after the verdict was
/// printed. Errors  Failure, which says that the log is verified and its memory not kept.
void keep_memory(const ParsedCommand& line, const ledger::Verdict& verdict);

[[nodiscard]] ExitCode audit_exit_code(ledger::Severity severity) noexcept;

/// Prints the error; kAuditUnusable.
[[nodiscard]] ExitCode report_unusable(Console console, const Error& error);

/// What `command` answers; kAuditUnusable when an exception ends it: a broken disk or too little
/// memory is no proof of damage.
[[nodiscard]] ExitCode run_audit(const Invocation& invocation,
                                 ExitCode (*command)(const Invocation&));

/// Decimal, nothing else. @return InvalidArgument, naming the option.
[[nodiscard]] Result<std::uint64_t> parse_index(std::string_view option, std::string_view text);

}  // namespace rightful::app
