/// @file
/// The program, run inside a test.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "app/command.hpp"

namespace rightful::app {

/// How a run ended, and what it wrote.
struct Ended {
  ExitCode code;
  std::string out;
  std::string err;

  /// What the shell sees: `rightful audit` has meanings of its own.
  [[nodiscard]] int status() const { return static_cast<int>(code); }
};

inline Ended run(const std::vector<std::string>& words,
                 const std::vector<std::string>& environment = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code =
      run_program(words, environment, {.out = out, .err = err, .is_err_terminal = false});
  return {code, out.str(), err.str()};
}

}  // namespace rightful::app
