/// @file
/// What a subcommand accepts, as data: the parser and the help text are made from the same table.
/// Knows no command.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"

namespace rightful::app {

/// Whether an option may be given several times.
enum class Repeats : std::uint8_t { No, Yes };

/// What an option takes that takes a language: two small letters, a code of ISO 639-1.
inline constexpr std::string_view kLanguageValue = "LANGUAGE";

struct OptionSpec {
  std::string_view name;         ///< `--server`
  std::string_view value;        ///< `URL`; `en|fr|de` = one of these; empty = a flag without value
  std::string_view explanation;  ///< one or two sentences
  Repeats repeats = Repeats::No;
};

struct ArgumentSpec {
  std::string_view name;  ///< `FILE`
  std::string_view explanation;
  bool is_required = true;
};

struct ExampleSpec {
  std::string_view command;
  std::string_view says;  ///< what it does
};

/// Whether the settings of rightful/core/settings.hpp are options of the command too (`--data-dir`,
/// `--workers` …).
enum class TakesSettings : std::uint8_t { No, Yes };

/// All of it is printed by `--help`; exit codes beside 0, 1 and 2 are named in `exit_codes`.
struct CommandSpec {
  std::string_view name;     ///< `admin account add`
  std::string_view summary;  ///< one line in the list of commands; empty = not listed
  std::string_view purpose;  ///< paragraphs, for somebody who has never seen the program
  std::vector<ArgumentSpec> arguments;
  std::vector<OptionSpec> options;
  TakesSettings settings = TakesSettings::No;
  std::vector<ExampleSpec> examples;
  std::string_view exit_codes;
};

/// One parsed command line.
class ParsedCommand {
 public:
  [[nodiscard]] bool has(std::string_view option) const { return options_.contains(option); }

  /// The value of an option; empty when it was not given.
  [[nodiscard]] std::optional<std::string> value(std::string_view option) const;
  /// Of one that the command cannot do without: parse_command has seen that it is there (checked,
  /// RIGHTFUL_CHECK).
  [[nodiscard]] std::string required_value(std::string_view option) const;
  /// The values of an option that repeats, in their order.
  [[nodiscard]] std::vector<std::string> values(std::string_view option) const;
  /// Empty when that many were not given.
  [[nodiscard]] std::optional<std::string> argument(std::size_t index) const;
  /// As required_value().
  [[nodiscard]] std::string required_argument(std::size_t index) const;

  /// Setting name → value, as flags gave it, in order.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& settings() const {
    return settings_;
  }

 private:
  friend Result<ParsedCommand> parse_command(const CommandSpec& spec,
                                             std::span<const std::string> words);

  std::map<std::string, std::string, std::less<>> options_;
  std::map<std::string, std::vector<std::string>, std::less<>> repeated_;
  std::vector<std::string> arguments_;
  std::vector<std::pair<std::string, std::string>> settings_;
};

/// @param words  what follows the command's name. `--name value` and `--name=value`; `--` ends the
/// options.
/// @return InvalidArgument that says what is wrong, never repeating a value.
[[nodiscard]] Result<ParsedCommand> parse_command(const CommandSpec& spec,
                                                  std::span<const std::string> words);

/// `child.memory_mib` → `--child-memory-mib`.
[[nodiscard]] std::string flag_of(const SettingDefinition& setting);

/// The whole page; lines of at most 100 columns, except examples.
[[nodiscard]] std::string help_page(const CommandSpec& spec);

/// The page of `rightful --help`: purpose, the commands that have a summary, where to go on.
[[nodiscard]] std::string overview_page(std::span<const CommandSpec> commands);

}  // namespace rightful::app
