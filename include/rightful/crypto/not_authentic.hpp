/// @file
/// The one answer to a signature, tag or proof that does not hold: it never says which part was
/// wrong.
#pragma once

#include <expected>

#include "rightful/core/result.hpp"

namespace rightful::crypto {

/// `return not_authentic();` NotAuthentic with a text that is the same everywhere.
[[nodiscard]] inline std::unexpected<Error> not_authentic() {
  return fail(ErrorCode::NotAuthentic, "not authentic");
}

}  // namespace rightful::crypto
