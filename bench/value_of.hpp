/// @file
/// In a bench every error ends the run.
#pragma once

#include <type_traits>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/core/result.hpp"

namespace rightful::bench {

/// The value. Errors  Failure with the words of the error.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw Failure(Retry::Never, "bench", result.error().detail);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace rightful::bench
