/// @file
/// One subcommand: what it accepts and what it does. Each lives in its own file command_<name>.cpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/exit_code.hpp"
#include "app/terminal.hpp"

namespace rightful::app {

/// What a command is given from outside the program.
struct Invocation {
  const ParsedCommand& line;
  const std::vector<std::string>& environment;  ///< `NAME=value`
  Console console;
};

struct Command {
  CommandSpec spec;
  /// Errors  Failure, and what libraries throw: main() turns them into an exit code.
  ExitCode (*run)(const Invocation& invocation) = nullptr;
  /// For a command line that cannot be read; another one where 2 means something else.
  ExitCode usage_code = ExitCode::Usage;
};

[[nodiscard]] Command demo_command();
[[nodiscard]] Command serve_command();
[[nodiscard]] Command work_command();
[[nodiscard]] Command migrate_command();
[[nodiscard]] Command admin_keys_init_command();
[[nodiscard]] Command admin_account_add_command();
[[nodiscard]] Command admin_request_retry_command();
[[nodiscard]] Command admin_manual_list_command();
[[nodiscard]] Command admin_manual_upload_command();
[[nodiscard]] Command admin_manual_link_command();
[[nodiscard]] Command admin_manual_unlink_command();
[[nodiscard]] Command admin_staff_add_command();
[[nodiscard]] Command admin_staff_list_command();
[[nodiscard]] Command admin_staff_end_command();
[[nodiscard]] Command admin_ledger_status_command();
[[nodiscard]] Command admin_ledger_trust_command();
[[nodiscard]] Command admin_ledger_open_command();
[[nodiscard]] Command admin_ledger_rotate_command();
[[nodiscard]] Command admin_ledger_thaw_command();
[[nodiscard]] Command admin_ledger_erase_subject_command();
[[nodiscard]] Command admin_ledger_forget_staff_command();
[[nodiscard]] Command admin_ledger_rotate_kek_command();
[[nodiscard]] Command admin_ledger_replay_erasures_command();
[[nodiscard]] Command admin_ledger_redact_command();
[[nodiscard]] Command admin_ledger_purge_command();
[[nodiscard]] Command admin_ledger_rebuild_lookup_command();
[[nodiscard]] Command admin_ledger_check_command();
[[nodiscard]] Command catalog_discover_command();
[[nodiscard]] Command catalog_check_command();
[[nodiscard]] Command catalog_explain_command();
[[nodiscard]] Command catalog_rls_command();
[[nodiscard]] Command catalog_import_fides_command();
[[nodiscard]] Command catalog_phrases_command();
[[nodiscard]] Command audit_verify_command();
[[nodiscard]] Command audit_export_command();
[[nodiscard]] Command enrol_command();
[[nodiscard]] Command request_command();
[[nodiscard]] Command status_command();
[[nodiscard]] Command download_command();
[[nodiscard]] Command unlock_command();
[[nodiscard]] Command export_child_command();

/// All of them, in the order of `rightful --help`.
[[nodiscard]] const std::vector<Command>& all_commands();

/// Runs the program. @param words  argv without the program's name.
[[nodiscard]] ExitCode run_program(std::span<const std::string> words,
                                   const std::vector<std::string>& environment,
                                   Console console);

/// Prints `rightful: <what went wrong>` and gives the exit code of its class.
[[nodiscard]] ExitCode report(Console console, const Error& error);
/// The same for a command line or a setting that is wrong, before anything was done.
[[nodiscard]] ExitCode report_usage(Console console, const Error& error);

}  // namespace rightful::app
