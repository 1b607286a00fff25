/// @file
/// The settings of the program: one table declares name, type, default and constraint; a YAML file,
/// then the environment, then flags give values. A name that is not in the table is an error.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful {

enum class SettingType : std::uint8_t { Text, Path, Integer, Seconds, Choice, Flag };

struct SettingDefinition {
  std::string_view name;  ///< as in the file: `listen`, `child.memory_mib`
  SettingType type;
  std::string_view default_value;  ///< empty Path or Text = not set
  std::int64_t minimum = 0;        ///< for Integer and Seconds
  std::int64_t maximum = 0;
  std::string_view choices = {};      ///< for Choice: `a|b|c`
  std::string_view explanation = {};  ///< one sentence, printed by `--help`
};

/// The whole table, in the order in which `--help` prints it.
[[nodiscard]] const std::vector<SettingDefinition>& setting_definitions();

/// Valid by construction: every value satisfies its definition.
class Settings {
 public:
  /// All defaults.
  Settings();

  /// Reads a YAML mapping; nested mappings join with a dot. @return InvalidArgument with file, line
  /// and what is allowed.
  [[nodiscard]] Result<void> apply_yaml(std::string_view text, std::string_view file_name);
  /// `RIGHTFUL_CHILD_MEMORY_MIB=…` sets `child.memory_mib`; other variables that begin with
  /// RIGHTFUL_ are refused, except RIGHTFUL_TEST_… . @param environment  `NAME=value` each.
  [[nodiscard]] Result<void> apply_environment(const std::vector<std::string>& environment);
  /// @return InvalidArgument for an unknown name or a value outside the constraint, saying what is
  /// allowed.
  [[nodiscard]] Result<void> set(std::string_view name, std::string_view value);

  // The name must be in the table with that type (checked, RIGHTFUL_CHECK).
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::filesystem::path path(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::chrono::seconds seconds(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace rightful
