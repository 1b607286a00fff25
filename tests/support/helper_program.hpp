/// @file
/// A program beside a test that is told what to do line by line: servers, and clients that are not
/// ours.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rightful::testing {

/// What ends a program when the test has died.
enum class HelperEnd : std::uint8_t {
  WithItsInput,  ///< it reads standard input, and takes down what it started when that ends
  WithUs         ///< it is killed by the kernel
};

/// Owns the process: ended by the destructor, and when the test dies. Threads  one.
class HelperProgram {
 public:
  /// Starts it and waits for its first line. The test fails and ends when it does not come.
  /// @param arguments  the first one is the program, looked up in PATH.
  explicit HelperProgram(const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment = {},
                         HelperEnd end = HelperEnd::WithItsInput);
  HelperProgram(HelperProgram&&) noexcept;
  HelperProgram& operator=(HelperProgram&&) noexcept;
  ~HelperProgram();

  [[nodiscard]] const std::string& first_line() const noexcept;
  /// Writes a line and reads one. @param order  without line breaks.
  std::string ask(std::string_view order);
  /// SIGKILL, as a machine that goes away.
  void kill();

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

/// A file of the repository's tests/support. @param name  `rgw_up.sh`
[[nodiscard]] std::string support_file(std::string_view name);

/// A port that nobody listens on now.
[[nodiscard]] int free_port();

/// A server that accepts connections and never says a word. Stops with the object.
class SilentServer {
 public:
  SilentServer();
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer();

  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  int socket_ = -1;
  int port_ = 0;
};

}  // namespace rightful::testing
