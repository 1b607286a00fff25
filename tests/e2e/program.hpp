/// @file
/// The built program, run as a person runs it: arguments in, exit code and text out.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/subprocess.hpp"

namespace rightful::testing {

/// A folder that PostgreSQL's own user may pass through; removed at the end.
class E2eFolder {
 public:
  E2eFolder();
  E2eFolder(const E2eFolder&) = delete;
  E2eFolder& operator=(const E2eFolder&) = delete;
  ~E2eFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  [[nodiscard]] std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

struct Finished {
  int exit_code;       ///< −1 when a signal ended it
  std::string output;  ///< both streams
};

/// Environment of the built program for which it is so much later than it is; for its children it
/// is not. For test binaries of rightful_later_clock() (tests/e2e/CMakeLists.txt).
[[nodiscard]] std::vector<std::string> later_by(std::chrono::seconds time);

/// @param home  HOME of the process. @param environment  further `NAME=value`. @param input  a file
/// for standard input.
[[nodiscard]] Finished run_program(const std::vector<std::string>& arguments,
                                   const std::string& home,
                                   const std::vector<std::string>& environment = {});
/// Another program, found in /usr/bin. @param input  what it reads on standard input.
[[nodiscard]] Finished run_tool(const std::string& name,
                                const std::vector<std::string>& arguments,
                                std::string_view input = "");

/// What PostgreSQL's superuser is told, without the last line's end; a failure is a test failure.
/// @param socket  the folder of the server's socket.
[[nodiscard]] std::string ask_postgres(const std::string& socket,
                                       const std::string& database,
                                       const std::string& script);

/// `serve` on a free port of this machine; the place of its data is to be added.
/// @param workers  0: nobody works on requests.
[[nodiscard]] std::vector<std::string> serve_words(const std::filesystem::path& catalog,
                                                   unsigned workers);
/// Of the company of `rightful demo`.
[[nodiscard]] std::filesystem::path demo_catalog();

/// The built program.
[[nodiscard]] std::filesystem::path built_program();

/// A program that goes on: its output lands in a file. The destructor kills it.
class Running {
 public:
  /// @param program  the built one, or a copy of it.
  Running(const std::vector<std::string>& arguments,
          const std::string& home,
          const std::vector<std::string>& environment,
          std::filesystem::path output,
          const std::filesystem::path& program = built_program());

  /// Waits until its output holds `words`. @return false when it ends or `limit` passes before.
  [[nodiscard]] bool wait_for_output(std::string_view words, std::chrono::seconds limit);
  [[nodiscard]] std::string output() const;

  void signal(int number) { process_.send_signal(number); }

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }

  [[nodiscard]] bool is_running() { return !process_.try_wait(); }

  /// SIGTERM, then waits. @return the exit code, or nothing after two minutes.
  [[nodiscard]] std::optional<int> stop();

 private:
  std::filesystem::path output_;
  Subprocess process_;
};

/// The first `http://…` in a text, up to a space or line end.
[[nodiscard]] std::string find_url(const std::string& text);

[[nodiscard]] std::string read_text(const std::filesystem::path& file);

}  // namespace rightful::testing
