/// @file
/// Faults after which the operation cannot go on; thrown, and caught in three places only: the HTTP
/// session, the job runner and `main`. Not for anything that the direct caller could decide about
/// (result.hpp).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace rightful {

/// Whether the same operation may succeed later: the class belongs to the error, not to the place
/// that catches it.
enum class Retry : std::uint8_t { Later, Never };

/// Secrets  the text is for operators: no personal data, no `what()` of a database error.
class Failure : public std::runtime_error {
 public:
  /// @param cause  closed word for statistics and ledger, `[a-z0-9_]{1,24}`, such as `disk_full`.
  Failure(Retry retry, std::string cause, const std::string& text);

  [[nodiscard]] Retry retry() const noexcept { return retry_; }

  [[nodiscard]] const std::string& cause() const noexcept { return cause_; }

 private:
  Retry retry_;
  std::string cause_;
};

/// A system call failed: text is `what` and the name of `error_number`; ENOSPC, EDQUOT, EAGAIN,
/// EMFILE, ENFILE, ENOMEM and EIO are Retry::Later, the rest Never.
[[noreturn]] void throw_system_failure(const std::string& what, int error_number);

}  // namespace rightful
