#include "archive/reader/plaintext_stream.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {

PlaintextStream::PlaintextStream(const ReadAt& stored,
                                 const OuterFile& file,
                                 crypto::Ae2Decryptor decryptor,
                                 HashScope scope,
                                 const PackageProgress& progress)
    : stored_(stored),
      file_(file),
      decryptor_(std::move(decryptor)),
      scope_(scope),
      progress_(progress) {
  const auto needed = static_cast<std::size_t>(file.inner_size / kBlockBytes) + 1;
  for (std::size_t i = 0; i < std::min(needed, kBlocks); ++i)
    free_.emplace_back();
  reading_ = std::thread([this] { run(&PlaintextStream::read_all, is_read_); });
  try {
    decrypting_ = std::thread([this] { run(&PlaintextStream::decrypt_all, is_done_); });
  } catch (const std::system_error&) {  // the first thread must not outlive what it works on
    give_up();
    throw;
  }
}

PlaintextStream::~PlaintextStream() {
  give_up();
}

void PlaintextStream::give_up() {
  {
    const std::scoped_lock lock(mutex_);
    is_cancelled_ = true;
  }
  changed_.notify_all();
  join();
}

void PlaintextStream::join() {
  if (reading_.joinable()) reading_.join();
  if (decrypting_.joinable()) decrypting_.join();
}

Result<ByteView> PlaintextStream::next() {
  std::unique_lock lock(mutex_);
  if (!current_.empty()) {
    free_.push_back(std::exchange(current_, Bytes{}));
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return is_done_ || failure_ || !filled_.empty(); });
  if (failure_) std::rethrow_exception(failure_);
  if (filled_.empty()) return ByteView{};
  current_ = std::move(filled_.front());
  filled_.pop_front();
  lock.unlock();
  delivered_ += current_.size();
  if (progress_ && !progress_(delivered_, file_.inner_size)) {
    return fail(ErrorCode::Conflict, "stopped");
  }
  return ByteView(current_);
}

Result<StreamFacts> PlaintextStream::finish() {
  while (true) {
    RIGHTFUL_TRY(const ByteView rest, next());
    if (rest.empty()) break;
  }
  join();
  if (failure_) std::rethrow_exception(failure_);
  const auto content_sha256 = std::move(decryptor_).finish(file_.mac);
  if (!content_sha256) {
    return refuse(ErrorCode::NotAuthentic,
                  "hmac",
                  "the encrypted entry was changed, or the passphrase is wrong");
  }
  StreamFacts facts{.content_sha256 = *content_sha256, .file_sha256 = {}};
  if (scope_ == HashScope::ContentAndFile) facts.file_sha256 = std::move(file_hash_).finish();
  return facts;
}

void PlaintextStream::run(void (PlaintextStream::*work)(), bool& is_over) {
  std::exception_ptr failure;
  try {
    (this->*work)();
  } catch (const std::exception&) {  // keeps the exception's own type for the caller's thread
    failure = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  if (!failure_) failure_ = failure;
  is_over = true;
  changed_.notify_all();
}

void PlaintextStream::read_all() {
  const std::uint64_t head_end = file_.ciphertext_offset();
  if (scope_ == HashScope::ContentAndFile) hash_outside(0, head_end);
  read_content();
  if (scope_ == HashScope::ContentAndFile) {
    hash_outside(head_end + file_.inner_size, stored_.size());
  }
}

void PlaintextStream::hash_outside(std::uint64_t from, std::uint64_t to) {
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kBlockBytes)));
  while (from < to) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), to - from));
    const auto part = std::span(buffer).first(count);
    stored_.read_at(from, part);
    file_hash_.update(part);
    from += count;
  }
}

void PlaintextStream::read_content() {
  std::uint64_t done = 0;
  while (done < file_.inner_size) {
    auto block = take_free();
    if (!block) return;
    block->resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(kBlockBytes, file_.inner_size - done)));
    stored_.read_at(file_.ciphertext_offset() + done, *block);
    if (scope_ == HashScope::ContentAndFile) file_hash_.update(*block);
    done += block->size();
    hand_over(std::move(*block), read_);
  }
}

void PlaintextStream::decrypt_all() {
  while (auto block = take_read()) {
    decryptor_.decrypt(*block);
    hand_over(std::move(*block), filled_);
  }
}

/// @return nothing when the stream is given up.
std::optional<Bytes> PlaintextStream::take_free() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_cancelled_ || failure_ || !free_.empty(); });
  if (is_cancelled_ || failure_) return std::nullopt;
  Bytes block = std::move(free_.back());
  free_.pop_back();
  return block;
}

/// @return nothing at the end, or when the stream is given up.
std::optional<Bytes> PlaintextStream::take_read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_cancelled_ || failure_ || is_read_ || !read_.empty(); });
  if (is_cancelled_ || failure_ || read_.empty()) return std::nullopt;
  Bytes block = std::move(read_.front());
  read_.pop_front();
  return block;
}

void PlaintextStream::hand_over(Bytes block, std::deque<Bytes>& to) {
  const std::scoped_lock lock(mutex_);
  to.push_back(std::move(block));
  changed_.notify_all();
}

}  // namespace rightful::archive::reader
