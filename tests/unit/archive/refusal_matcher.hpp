/// @file
/// What a reader of packages says no with.
#pragma once

#include <string>

#include <gmock/gmock.h>

#include "rightful/core/result.hpp"

namespace rightful::archive::testing {

/// A refusal with this code, whose detail begins with this closed word.
MATCHER_P2(Refuses, code, word, "is refused as " + std::string(word)) {
  if (arg.has_value()) {
    *result_listener << "is a report";
    return false;
  }
  *result_listener << name_of(arg.error().code) << ": " << arg.error().detail;
  return arg.error().code == code && arg.error().detail.starts_with(std::string(word) + ":");
}

}  // namespace rightful::archive::testing
