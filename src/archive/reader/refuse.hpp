/// @file
/// How the reader says no: a closed word for what was being checked, then a constant sentence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/result.hpp"

namespace rightful::archive::reader {

/// The words are those of verify_package.hpp. @param why  constant text, never content of the
/// package.
[[nodiscard]] inline std::unexpected<Error> refuse(ErrorCode code,
                                                   std::string_view word,
                                                   std::string_view why) {
  return fail(code, std::string(word) + ": " + std::string(why));
}

/// The same about entry number `index` of the inner ZIP, counted from 0.
[[nodiscard]] inline std::unexpected<Error> refuse(ErrorCode code,
                                                   std::string_view word,
                                                   std::string_view why,
                                                   std::uint64_t index) {
  return fail(
      code, std::string(word) + ": " + std::string(why) + " (entry " + std::to_string(index) + ")");
}

}  // namespace rightful::archive::reader
