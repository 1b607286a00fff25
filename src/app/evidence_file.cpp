#include "app/evidence_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"

namespace rightful::app {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

}  // namespace

EvidenceFile::EvidenceFile(const std::filesystem::path& path) : path_(path) {
  std::string pattern =
      (path.parent_path() / ("." + path.filename().string() + ".XXXXXX")).string();
  fd_ = UniqueFd(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!fd_.is_open()) throw_system_failure("create a file beside " + path.string(), errno);
  temporary_ = pattern;
  buffer_.reserve(kBufferBytes);
}

EvidenceFile::~EvidenceFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void EvidenceFile::write(ByteView bytes) {
  hash_.update(bytes);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() >= kBufferBytes) write_out();
}

void EvidenceFile::write_out() {
  ByteView rest = buffer_;
  while (!rest.empty()) {
    const ssize_t put = ::write(fd_.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_system_failure("write beside " + path_.string(), errno);
    rest = rest.subspan(static_cast<std::size_t>(put));
  }
  buffer_.clear();
}

void EvidenceFile::flush() {
  write_out();
  if (::fsync(fd_.get()) != 0) throw_system_failure("fsync beside " + path_.string(), errno);
}

crypto::Sha256Digest EvidenceFile::sha256() && {
  return std::move(hash_).finish();
}

Result<void> EvidenceFile::keep() {
  RIGHTFUL_TRY(rename_without_replacing(temporary_, path_));
  temporary_.clear();
  return {};
}

}  // namespace rightful::app
