/// @file
/// Broken invariants of our own code. Never on input, on database content, or on what a remote
/// said.
#pragma once

namespace rightful {

/// Prints file, line and expression to standard error and aborts the process.
[[noreturn]] void check_failed(const char* file, int line, const char* expression) noexcept;

}  // namespace rightful

/// Kept in release builds.
#define RIGHTFUL_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::rightful::check_failed(__FILE__, __LINE__, #condition))
