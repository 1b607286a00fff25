/// @file
/// Matchers for Result<T>: EXPECT_THAT(parse(text), IsOk()), EXPECT_THAT(x,
/// IsError(ErrorCode::Expired)).
#pragma once

#include <gmock/gmock.h>

#include "rightful/core/result.hpp"

namespace rightful::testing {

MATCHER(IsOk, "is a value") {
  if (arg.has_value()) return true;
  *result_listener << name_of(arg.error().code) << ": " << arg.error().detail;
  return false;
}

MATCHER_P(IsError, code, "is the error " + std::string(name_of(code))) {
  if (arg.has_value()) {
    *result_listener << "is a value";
    return false;
  }
  *result_listener << name_of(arg.error().code) << ": " << arg.error().detail;
  return arg.error().code == code;
}

}  // namespace rightful::testing
