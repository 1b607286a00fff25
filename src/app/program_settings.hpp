/// @file
/// Where the settings of one run come from (file, environment, flags), and the places that follow
/// from them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"

#include "app/command_line.hpp"

namespace rightful::app {

/// `NAME=value` of the process. Called before any thread is started.
[[nodiscard]] std::vector<std::string> process_environment();

/// Defaults, then the file of `--config`, then the environment, then flags.
/// @return InvalidArgument with the place and what is allowed, also for a `listen` or `database`
/// that could not be used; NotFound when the file is missing.
[[nodiscard]] Result<Settings> read_settings(const ParsedCommand& command,
                                             const std::vector<std::string>& environment);

/// The same for commands that do one thing and end: from then on ordinary events are not logged,
/// unless `log.level` is `debug`.
[[nodiscard]] Result<Settings> read_quiet_settings(const ParsedCommand& command,
                                                   const std::vector<std::string>& environment);

/// The value of an environment variable, or empty.
[[nodiscard]] std::string find_in(const std::vector<std::string>& environment,
                                  std::string_view name);

/// `data_dir`, else /var/lib/rightful for root and ~/.local/share/rightful for everybody else.
/// @return InvalidArgument when HOME is needed and not set.
[[nodiscard]] Result<std::filesystem::path> data_directory(
    const Settings& settings, const std::vector<std::string>& environment);

/// `keys.dir`, else `<data>/keys`.
[[nodiscard]] std::filesystem::path key_directory(const Settings& settings,
                                                  const std::filesystem::path& data);
/// `package.dir`, else `<data>/packages`.
[[nodiscard]] std::filesystem::path package_directory(const Settings& settings,
                                                      const std::filesystem::path& data);
/// `ledger.dir`, else `<data>/ledger`.
[[nodiscard]] std::filesystem::path ledger_directory(const Settings& settings,
                                                     const std::filesystem::path& data);
/// `signer.dir`, else `<data>/signer`.
[[nodiscard]] std::filesystem::path signer_directory(const Settings& settings,
                                                     const std::filesystem::path& data);

}  // namespace rightful::app
