#include "app/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <streambuf>
#include <string>

#include "rightful/core/failure.hpp"

namespace rightful::app {

/// Collects until it is flushed, then writes all of it.
class LogFile::Buffer final : public std::streambuf {
 public:
  explicit Buffer(int fd) : fd_(fd) {}

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof()))
      return traits_type::not_eof(character);
    text_ += traits_type::to_char_type(character);
    return character;
  }

  std::streamsize xsputn(const char* text, std::streamsize size) override {
    text_.append(text, static_cast<std::size_t>(size));
    return size;
  }

  int sync() override {
    std::size_t done = 0;
    while (done < text_.size()) {
      const ssize_t written = ::write(fd_, text_.data() + done, text_.size() - done);
      if (written < 0 && errno != EINTR) return -1;
      if (written > 0) done += static_cast<std::size_t>(written);
    }
    text_.clear();
    return 0;
  }

 private:
  int fd_;
  std::string text_;
};

LogFile::LogFile(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) throw_system_failure("open the log " + path.string(), errno);
  before_ = UniqueFd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!before_.is_open() || ::dup2(file.get(), STDERR_FILENO) < 0)
    throw_system_failure("redirect the log", errno);
  buffer_ = std::make_unique<Buffer>(before_.get());
  stream_ = std::make_unique<std::ostream>(buffer_.get());
  *stream_ << std::unitbuf;
}

LogFile::~LogFile() {
  stream_->flush();
  ::dup2(before_.get(), STDERR_FILENO);
}

std::ostream& LogFile::terminal() {
  return *stream_;
}

}  // namespace rightful::app
