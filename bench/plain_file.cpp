#include "bench/plain_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "rightful/core/failure.hpp"

namespace rightful::bench {

FileOutput::FileOutput(const std::filesystem::path& path)
    : fd_(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) {
  if (!fd_.is_open()) throw_system_failure("open " + path.string(), errno);
}

void FileOutput::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
    if (put < 0) throw_system_failure("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void FileOutput::patch(std::uint64_t offset, ByteView bytes) {
  const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (put != static_cast<ssize_t>(bytes.size())) throw_system_failure("pwrite", errno);
}

FileInput::FileInput(const std::filesystem::path& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!fd_.is_open()) throw_system_failure("open " + path.string(), errno);
}

std::size_t FileInput::read(std::span<std::byte> into) {
  const ssize_t got = ::read(fd_.get(), into.data(), into.size());
  if (got < 0) throw_system_failure("read", errno);
  return static_cast<std::size_t>(got);
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.close();
  if (!out) throw Failure(Retry::Never, "bench", "cannot write " + path.string());
}

}  // namespace rightful::bench
