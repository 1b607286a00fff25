#include "app/command_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

namespace rightful::app {

namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kTextColumn = 30;

/// Breaks `text` at spaces; a line break in it stays. Every line gets `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    if (column != 0 && column + 1 + word.size() > kColumns) {
      out += '\n';
      column = 0;
    }
    if (column == 0) {
      out.append(word.empty() ? 0 : indent, ' ');
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    if (end < text.size() && text[end] == '\n') {
      out += '\n';
      column = 0;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + '\n';
}

/// `  --server URL                explanation, wrapped in its own column`.
std::string definition_line(std::string_view term, std::string_view explanation) {
  std::string lines = wrapped(explanation, kTextColumn);
  std::string head(kIndent, ' ');
  head += term;
  if (head.size() + 1 >= kTextColumn) return head + '\n' + lines;
  lines.replace(0, head.size(), head);
  return lines;
}

std::string option_term(const OptionSpec& option) {
  return option.value.empty() ? std::string(option.name)
                              : fmt::format("{} {}", option.name, option.value);
}

std::string_view value_word(SettingType type) {
  switch (type) {
    case SettingType::Text:
      return "TEXT";
    case SettingType::Path:
      return "PATH";
    case SettingType::Integer:
      return "N";
    case SettingType::Seconds:
      return "SECONDS";
    case SettingType::Choice:
      return "CHOICE";
    case SettingType::Flag:
      return "true|false";
  }
  return "";
}

std::string setting_explanation(const SettingDefinition& setting) {
  std::string text(setting.explanation);
  if (setting.type == SettingType::Choice) text += fmt::format(" One of {}.", setting.choices);
  if (!setting.default_value.empty()) text += fmt::format(" Default: {}.", setting.default_value);
  return text;
}

std::string settings_section() {
  std::string out =
      "\nSETTINGS\n" +
      wrapped(
          "Each may stand in a YAML file (--config), in the environment (RIGHTFUL_ and the name in "
          "capitals, dots as _: "
          "RIGHTFUL_CHILD_MEMORY_MIB) or here; the later wins.",
          kIndent) +
      definition_line("--config FILE", "YAML file with settings, `name: value` lines.");
  for (const SettingDefinition& setting : setting_definitions()) {
    out += definition_line(fmt::format("{} {}", flag_of(setting), value_word(setting.type)),
                           setting_explanation(setting));
  }
  return out;
}

std::string usage_line(const CommandSpec& spec) {
  std::string line = fmt::format("rightful {}", spec.name);
  if (!spec.options.empty() || spec.settings == TakesSettings::Yes) line += " [options]";
  for (const ArgumentSpec& argument : spec.arguments) {
    line += argument.is_required ? fmt::format(" {}", argument.name)
                                 : fmt::format(" [{}]", argument.name);
  }
  return line;
}

const SettingDefinition* find_setting(const CommandSpec& spec, std::string_view flag) {
  if (spec.settings == TakesSettings::No) return nullptr;
  const auto& all = setting_definitions();
  const auto found =
      std::ranges::find_if(all, [&](const SettingDefinition& s) { return flag_of(s) == flag; });
  return found == all.end() ? nullptr : &*found;
}

/// `en|fr|de` has alternatives; `FILE` has none.
bool is_allowed(std::string_view placeholder, std::string_view value) {
  if (placeholder.find('|') == std::string_view::npos) return true;
  while (!placeholder.empty()) {
    const auto end = std::min(placeholder.find('|'), placeholder.size());
    if (placeholder.substr(0, end) == value) return true;
    placeholder.remove_prefix(std::min(end + 1, placeholder.size()));
  }
  return false;
}

bool is_language(std::string_view value) {
  return value.size() == 2 &&
         std::ranges::all_of(value, [](char c) { return c >= 'a' && c <= 'z'; });
}

auto usage_error(const CommandSpec& spec, std::string_view what) {
  return fail(
      ErrorCode::InvalidArgument,
      fmt::format(
          "{}\nusage: {}\n`rightful {} --help` explains it.", what, usage_line(spec), spec.name));
}

}  // namespace

std::optional<std::string> ParsedCommand::value(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::nullopt : std::optional(found->second);
}

std::string ParsedCommand::required_value(std::string_view option) const {
  const auto given = value(option);
  RIGHTFUL_CHECK(given);
  return *given;
}

std::string ParsedCommand::required_argument(std::size_t index) const {
  const auto given = argument(index);
  RIGHTFUL_CHECK(given);
  return *given;
}

std::vector<std::string> ParsedCommand::values(std::string_view option) const {
  const auto found = repeated_.find(option);
  return found == repeated_.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::string> ParsedCommand::argument(std::size_t index) const {
  return index < arguments_.size() ? std::optional(arguments_[index]) : std::nullopt;
}

std::string flag_of(const SettingDefinition& setting) {
  std::string flag = "--";
  flag += setting.name;
  std::ranges::replace_if(flag, [](char c) { return c == '.' || c == '_'; }, '-');
  return flag;
}

Result<ParsedCommand> parse_command(const CommandSpec& spec, std::span<const std::string> words) {
  ParsedCommand parsed;
  bool options_may_follow = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (options_may_follow && word == "--") {
      options_may_follow = false;
      continue;
    }
    if (!options_may_follow || !word.starts_with("--")) {
      parsed.arguments_.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto option = std::ranges::find(spec.options, name, &OptionSpec::name);
    const SettingDefinition* setting = find_setting(spec, name);
    const bool is_config = spec.settings == TakesSettings::Yes && name == "--config";
    if (option == spec.options.end() && setting == nullptr && !is_config) {
      return usage_error(spec, fmt::format("unknown option {}", name));
    }
    const bool takes_value = option == spec.options.end() || !option->value.empty();
    std::string value;
    if (!takes_value && equals != std::string::npos)
      return usage_error(spec, fmt::format("{} takes no value", name));
    if (takes_value && equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (takes_value) {
      if (i + 1 >= words.size()) return usage_error(spec, fmt::format("{} needs a value", name));
      value = words[++i];
    }
    if (option != spec.options.end() && !is_allowed(option->value, value)) {
      return usage_error(spec, fmt::format("{} must be one of {}", name, option->value));
    }
    if (option != spec.options.end() && option->value == kLanguageValue && !is_language(value)) {
      return usage_error(spec,
                         fmt::format("{} must be two small letters, a code such as en", name));
    }
    if (setting != nullptr && option == spec.options.end()) {
      parsed.settings_.emplace_back(setting->name, value);
    } else if (option != spec.options.end() && option->repeats == Repeats::Yes) {
      parsed.repeated_[name].push_back(value);
    } else if (!parsed.options_.emplace(name, value).second) {
      return usage_error(spec, fmt::format("{} is given twice", name));
    }
  }
  const auto required = static_cast<std::size_t>(
      std::ranges::count(spec.arguments, true, &ArgumentSpec::is_required));
  if (parsed.arguments_.size() < required) {
    return usage_error(spec,
                       fmt::format("{} is missing", spec.arguments[parsed.arguments_.size()].name));
  }
  if (parsed.arguments_.size() > spec.arguments.size())
    return usage_error(spec, "too many arguments");
  return parsed;
}

std::string help_page(const CommandSpec& spec) {
  std::string page = fmt::format("rightful {}\n\n", spec.name) + wrapped(spec.purpose, 0);
  page += fmt::format("\nUSAGE\n  {}\n", usage_line(spec));
  if (!spec.arguments.empty()) {
    page += "\nARGUMENTS\n";
    for (const ArgumentSpec& argument : spec.arguments) {
      page += definition_line(argument.name, argument.explanation);
    }
  }
  page += "\nOPTIONS\n";
  for (const OptionSpec& option : spec.options) {
    page += definition_line(option_term(option), option.explanation);
  }
  page += definition_line("--help", "Prints this page.");
  if (spec.settings == TakesSettings::Yes) page += settings_section();
  if (!spec.examples.empty()) {
    page += "\nEXAMPLES\n";
    for (const ExampleSpec& example : spec.examples) {
      page += fmt::format("  {}\n", example.command) + wrapped(example.says, 6);
    }
  }
  page += "\nEXIT CODES\n";
  page += definition_line("0", "Done.");
  page += definition_line("1", "Refused or failed; the message says why and what to do.");
  page += definition_line("2", "The command line or a setting is wrong; nothing was done.");
  std::string_view codes = spec.exit_codes;
  while (!codes.empty()) {
    const std::string_view line = codes.substr(0, codes.find('\n'));
    page += definition_line(line.substr(0, 1), line.substr(2));
    codes.remove_prefix(std::min(line.size() + 1, codes.size()));
  }
  return page;
}

std::string overview_page(std::span<const CommandSpec> commands) {
  std::string page =
      "rightful\n\n" +
      wrapped(
          "Answers requests for access to personal data (GDPR Article 15): collects everything "
          "that belongs to one "
          "account ID, and makes one encrypted ZIP that only the person who asked can open.",
          0) +
      "\nCOMMANDS\n";
  for (const CommandSpec& command : commands) {
    if (!command.summary.empty()) page += definition_line(command.name, command.summary);
  }
  page += "\nOPTIONS\n";
  page +=
      definition_line("--help", "Prints this page; `rightful COMMAND --help` explains a command.");
  page += definition_line("--version", "Prints the version.");
  page += "\nSee it work:  rightful demo\n";
  return page;
}

}  // namespace rightful::app
