#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"

#include "app/command.hpp"

namespace rightful::app {

namespace {

constexpr std::string_view kVersion = RIGHTFUL_VERSION;

std::size_t words_in(std::string_view name) {
  return 1 + static_cast<std::size_t>(std::ranges::count(name, ' '));
}

bool begins_with(std::span<const std::string> words, std::string_view name) {
  std::string joined;
  for (const std::string& word : words.first(std::min(words.size(), words_in(name)))) {
    joined += joined.empty() ? word : " " + word;
  }
  return joined == name;
}

const Command* find_command(std::span<const std::string> words) {
  const auto& all = all_commands();
  const auto found =
      std::ranges::find_if(all, [&](const Command& c) { return begins_with(words, c.spec.name); });
  return found == all.end() ? nullptr : &*found;
}

std::string overview() {
  std::vector<CommandSpec> specs;
  for (const Command& command : all_commands()) {
    specs.push_back(command.spec);
  }
  return overview_page(specs);
}

bool is_help(std::string_view word) {
  return word == "--help" || word == "-h";
}

struct Group {
  std::string name;  ///< such as `admin ledger`
  std::vector<CommandSpec> specs;
};

Group group_called(std::string name) {
  std::vector<CommandSpec> specs;
  for (const Command& command : all_commands()) {
    if (command.spec.name.starts_with(name + ' ')) specs.push_back(command.spec);
  }
  return {.name = std::move(name), .specs = std::move(specs)};
}

/// `rightful admin`, `rightful admin ledger stat`: the commands that begin so, as far as any do.
Group group_of(std::span<const std::string> words) {
  Group widest = group_called(words[0]);
  for (std::size_t count = 2; count <= words.size() && !widest.specs.empty(); ++count) {
    Group narrower = group_called(widest.name + ' ' + words[count - 1]);
    if (narrower.specs.empty()) break;
    widest = std::move(narrower);
  }
  return widest;
}

/// Help when it was asked for, else what is wrong and what there is.
ExitCode show_group(const Group& group, std::span<const std::string> words, Console console) {
  if (std::ranges::any_of(words, is_help)) {
    console.out << overview_page(group.specs);
    return ExitCode::Ok;
  }
  console.err << overview_page(group.specs);
  const std::size_t known = words_in(group.name);
  console.err << (words.size() > known
                      ? fmt::format("rightful: there is no command `{} {}`; the list above has "
                                    "those that begin with `{}`\n",
                                    group.name,
                                    words[known],
                                    group.name)
                      : fmt::format("rightful: `{}` needs one of the words above\n", group.name));
  return ExitCode::Usage;
}

}  // namespace

const std::vector<Command>& all_commands() {
  static const std::vector<Command> kCommands = {demo_command(),
                                                 serve_command(),
                                                 work_command(),
                                                 migrate_command(),
                                                 admin_keys_init_command(),
                                                 admin_account_add_command(),
                                                 admin_request_retry_command(),
                                                 admin_manual_list_command(),
                                                 admin_manual_upload_command(),
                                                 admin_manual_link_command(),
                                                 admin_manual_unlink_command(),
                                                 admin_staff_add_command(),
                                                 admin_staff_list_command(),
                                                 admin_staff_end_command(),
                                                 admin_ledger_status_command(),
                                                 admin_ledger_trust_command(),
                                                 admin_ledger_open_command(),
                                                 admin_ledger_rotate_command(),
                                                 admin_ledger_thaw_command(),
                                                 admin_ledger_erase_subject_command(),
                                                 admin_ledger_forget_staff_command(),
                                                 admin_ledger_rotate_kek_command(),
                                                 admin_ledger_replay_erasures_command(),
                                                 admin_ledger_redact_command(),
                                                 admin_ledger_purge_command(),
                                                 admin_ledger_rebuild_lookup_command(),
                                                 admin_ledger_check_command(),
                                                 catalog_discover_command(),
                                                 catalog_check_command(),
                                                 catalog_explain_command(),
                                                 catalog_rls_command(),
                                                 catalog_import_fides_command(),
                                                 catalog_phrases_command(),
                                                 audit_verify_command(),
                                                 audit_export_command(),
                                                 enrol_command(),
                                                 request_command(),
                                                 status_command(),
                                                 download_command(),
                                                 unlock_command(),
                                                 export_child_command()};
  return kCommands;
}

ExitCode report(Console console, const Error& error) {
  console.err << "rightful: " << error.detail << '\n';
  return exit_code_for(error.code);
}

ExitCode report_usage(Console console, const Error& error) {
  static_cast<void>(report(console, error));
  return ExitCode::Usage;
}

ExitCode run_program(std::span<const std::string> words,
                     const std::vector<std::string>& environment,
                     Console console) {
  if (words.empty()) {
    console.err << overview();
    return ExitCode::Usage;
  }
  if (is_help(words[0]) || words[0] == "help") {
    console.out << overview();
    return ExitCode::Ok;
  }
  if (words[0] == "--version") {
    console.out << fmt::format("rightful {}\n", kVersion);
    return ExitCode::Ok;
  }
  const Command* command = find_command(words);
  if (command == nullptr) {
    if (const Group group = group_of(words); !group.specs.empty())
      return show_group(group, words, console);
    console.err << fmt::format("rightful: there is no command `{}`; `rightful --help` lists them\n",
                               words[0]);
    return ExitCode::Usage;
  }
  const auto rest = words.subspan(words_in(command->spec.name));
  if (std::ranges::any_of(rest, is_help)) {
    console.out << help_page(command->spec);
    return ExitCode::Ok;
  }
  const auto line = parse_command(command->spec, rest);
  if (!line) {
    static_cast<void>(report(console, line.error()));
    return command->usage_code;
  }
  return command->run({.line = *line, .environment = environment, .console = console});
}

}  // namespace rightful::app
