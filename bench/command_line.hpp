/// @file
/// What the command lines of all benches have in common: options with a value, --help, exit codes.
#pragma once

#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::bench {

struct NumberRange {
  std::uint64_t least;
  std::uint64_t most;
};

/// @return a decimal number of `range`; InvalidArgument, naming option and range.
[[nodiscard]] Result<std::uint64_t> number_in(const std::string& name,
                                              const std::string& text,
                                              NumberRange range);

[[nodiscard]] std::unexpected<Error> no_such_option(const std::string& name);

/// `set_value(options, name, value)` takes each option with its value; `set_flag(options, name)`
/// takes one without and says whether it is one.
/// @return InvalidArgument, saying what is wrong.
template <class Options, class SetValue, class SetFlag>
Result<Options> read_options(const std::vector<std::string>& arguments,
                             SetValue set_value,
                             SetFlag set_flag) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
    } else if (set_flag(options, name)) {
      continue;
    } else if (i + 1 == arguments.size()) {
      return fail(ErrorCode::InvalidArgument, "'" + name + "' is no option, or lacks its value");
    } else {
      RIGHTFUL_TRY(set_value(options, name, arguments[++i]));
    }
  }
  return options;
}

template <class Options, class SetValue>
Result<Options> read_options(const std::vector<std::string>& arguments, SetValue set_value) {
  return read_options<Options>(
      arguments, set_value, [](Options& /*options*/, const std::string& /*name*/) {
        return false;
      });
}

/// Runs a bench with its options, or says what is wrong with them, or how it is used.
/// @return 0; 2 for wrong options.
template <class Options, class RunBench>
int run_with(std::string_view program,
             const Result<Options>& options,
             const std::string& usage,
             RunBench run_bench) {
  if (!options) {
    std::cerr << program << ": " << options.error().detail << "\n\n" << usage;
    return 2;
  }
  if (options->help) {
    std::cout << usage;
    return 0;
  }
  run_bench(*options);
  return 0;
}

/// The body of main(). @return what `run` returns; 1 when something failed.
template <class Run>
int run_program(std::string_view program, int argc, char** argv, Run run) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << program << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace rightful::bench
