#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/process_hardening.hpp"

#include "app/command.hpp"
#include "app/program_settings.hpp"

/// One of the three places that catch what cannot go on. Texts of unknown exceptions stay
/// unprinted: a library's may hold data.
int main(int argc, char** argv) {
  namespace app = rightful::app;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const app::Console console = app::process_console();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ,
              SIG_IGN);  // a limit on file sizes is an error of write(2) then, as a full disk is
  try {
    rightful::crypto::forbid_core_dumps();
    return static_cast<int>(app::run_program(words, app::process_environment(), console));
  } catch (const rightful::Failure& failure) {
    console.err << "rightful: " << failure.what() << " (" << failure.cause() << ")\n";
    const bool may_pass = failure.retry() == rightful::Retry::Later;
    return static_cast<int>(may_pass ? app::ExitCode::Unavailable : app::ExitCode::Failed);
  } catch (const std::exception& /*unknown*/) {
    console.err << "rightful: an unexpected error ended the program; its log says more\n";
    return static_cast<int>(app::ExitCode::Failed);
  }
}
