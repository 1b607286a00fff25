#include "app/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <iostream>

#include "rightful/core/unique_fd.hpp"

namespace rightful::app {

namespace {

constexpr std::size_t kMaxLineBytes = 1024;
constexpr char kControlC = '\x03';
constexpr char kControlD = '\x04';

enum class Echo : std::uint8_t { Off, On };

/// Puts the terminal back as it was, also when the person cancels: Ctrl-C arrives as a character,
/// not as a signal.
class TerminalMode {
 public:
  TerminalMode(int terminal, Echo echo) : terminal_(terminal) {
    if (::tcgetattr(terminal_, &before_) != 0) return;
    termios mode = before_;
    mode.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    if (echo == Echo::Off) mode.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_changed_ = ::tcsetattr(terminal_, TCSAFLUSH, &mode) == 0;
  }

  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

  ~TerminalMode() {
    if (is_changed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }

  [[nodiscard]] bool is_set() const { return is_changed_; }

 private:
  int terminal_;
  termios before_{};
  bool is_changed_ = false;
};

void say(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(terminal, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

Result<crypto::SecretBytes> read_from_terminal(std::string_view prompt, Echo echo) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.is_open()) {
    return fail(ErrorCode::Unavailable,
                "there is no terminal to ask on; give the value in a file (see --help)");
  }
  const TerminalMode mode(terminal.get(), echo);
  if (!mode.is_set())
    return fail(ErrorCode::Unavailable, "the terminal cannot be set up for a secret");
  say(terminal.get(), prompt);
  crypto::SecretBytes line(kMaxLineBytes);
  std::size_t size = 0;
  for (;;) {
    std::byte next{};
    const ssize_t got = ::read(terminal.get(), &next, 1);
    const char character = static_cast<char>(next);
    if (got <= 0 || character == kControlC || character == kControlD) {
      say(terminal.get(), "\n");
      return fail(ErrorCode::Unavailable, "cancelled");
    }
    if (character == '\n') break;
    if (size == kMaxLineBytes) return fail(ErrorCode::LimitExceeded, "more than 1024 bytes");
    line.expose_mutable()[size++] = next;
  }
  if (echo == Echo::Off) say(terminal.get(), "\n");
  return crypto::SecretBytes::copy_of(line.expose().first(size));
}

}  // namespace

Console process_console() {
  return {.out = std::cout, .err = std::cerr, .is_err_terminal = ::isatty(STDERR_FILENO) == 1};
}

Result<crypto::SecretBytes> read_secret(std::string_view prompt) {
  return read_from_terminal(prompt, Echo::Off);
}

Result<std::string> read_line(std::string_view prompt) {
  RIGHTFUL_TRY(const auto line, read_from_terminal(prompt, Echo::On));
  return std::string(as_text(line.expose()));
}

}  // namespace rightful::app
