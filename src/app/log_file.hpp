/// @file
/// Sends the program's log (standard error) into a file, and keeps the terminal for people.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>

#include "rightful/core/unique_fd.hpp"

namespace rightful::app {

/// Threads  one constructs and destroys it, before and after all others run.
class LogFile {
 public:
  /// Errors  Failure when the file cannot be made.
  explicit LogFile(const std::filesystem::path& path);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  /// Standard error is what it was before.
  ~LogFile();

  /// Where standard error led before; unbuffered lines.
  [[nodiscard]] std::ostream& terminal();

 private:
  class Buffer;

  UniqueFd before_;
  std::unique_ptr<Buffer> buffer_;
  std::unique_ptr<std::ostream> stream_;
};

}  // namespace rightful::app
