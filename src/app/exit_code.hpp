/// @file
/// How the program says in one number how it went; documented in every `--help` and in docs/cli.md.
#pragma once

#include "rightful/core/result.hpp"

namespace rightful::app {

// NOLINTNEXTLINE(performance-enum-size): main() returns it
enum class ExitCode : int {
  Ok = 0,
  Failed = 1,        ///< refused, or failed for a reason that the message names
  Usage = 2,         ///< the command line or a setting is wrong; nothing was done
  NotAuthentic = 3,  ///< a credential, package, signature or service key does not hold
  Unavailable = 4,   ///< server or database did not answer; the same command may work later
  NoPackage = 5      ///< the export ended without a package
};

[[nodiscard]] ExitCode exit_code_for(ErrorCode code) noexcept;

}  // namespace rightful::app
