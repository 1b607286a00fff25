/// @file
/// What every fuzz target is: one function over hostile bytes. libfuzzer_entry.cpp and
/// replay_main.cpp call it.
#pragma once

#include <string_view>

namespace rightful::fuzz {

/// Calls one parser as production does and checks its invariant with RIGHTFUL_CHECK, which aborts;
/// an exception that leaves it is a finding too.
/// @param input  any bytes; gone after the call.
void run_one(std::string_view input);

}  // namespace rightful::fuzz
