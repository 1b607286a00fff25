/// @file
/// The person at the keyboard: what is printed, and secrets that are typed without being shown.
#pragma once

#include <ostream>
#include <string_view>

#include "rightful/core/result.hpp"
#include "rightful/crypto/secret_bytes.hpp"

namespace rightful::app {

/// Where a command writes. Threads  one, except where a progress display says otherwise.
struct Console {
  std::ostream& out;     ///< results
  std::ostream& err;     ///< progress, warnings, errors
  bool is_err_terminal;  ///< progress may redraw
};

/// Standard output and standard error of the process.
[[nodiscard]] Console process_console();

/// Asks on the controlling terminal, without echo; works when standard input is a pipe.
/// @return Unavailable when there is no terminal, or the person pressed Ctrl-C or Ctrl-D;
/// LimitExceeded over 1 KiB.
[[nodiscard]] Result<crypto::SecretBytes> read_secret(std::string_view prompt);

/// As read_secret, with echo: for what is not secret.
[[nodiscard]] Result<std::string> read_line(std::string_view prompt);

}  // namespace rightful::app
