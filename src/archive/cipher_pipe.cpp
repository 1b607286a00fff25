#include "archive/cipher_pipe.hpp"

#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::archive {

CipherPipe::CipherPipe(PackageSink& sink,
                       const crypto::Passphrase& passphrase,
                       std::span<const std::byte, crypto::kAe2SaltBytes> salt)
    : sink_(sink), encryptor_(passphrase, salt) {
  const auto verifier = encryptor_.verifier();
  sink_.write(salt);
  sink_.write(verifier);
  size_ = salt.size() + verifier.size();
  for (std::size_t i = 0; i < kPoolBlocks; ++i)
    free_.push_back(Block::make());
  thread_ = std::thread(&CipherPipe::run, this);
}

CipherPipe::~CipherPipe() {
  {
    const std::scoped_lock lock(mutex_);
    queue_.clear();
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CipherPipe::throw_if_failed(const std::unique_lock<std::mutex>& /*held*/) const {
  if (failure_) std::rethrow_exception(failure_);
}

Block CipherPipe::acquire() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || !free_.empty(); });
  throw_if_failed(lock);
  Block block = std::move(free_.back());
  free_.pop_back();
  return block;
}

bool CipherPipe::is_behind() {
  const std::scoped_lock lock(mutex_);
  return queue_.size() >= kBehindBlocks;
}

/// While the thread is behind, the caller encrypts what it submits.
void CipherPipe::submit(Block block) {
  Queued queued{.block = std::move(block), .is_encrypted = is_behind()};
  const std::span<std::byte> bytes(queued.block.data.get(), queued.block.size);
  if (queued.is_encrypted) encryptor_.encrypt_ahead(submitted_, bytes);
  submitted_ += bytes.size();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failure_ || queue_.size() < kQueuedBlocks; });
    throw_if_failed(lock);
    queue_.push_back(std::move(queued));
  }
  changed_.notify_all();
}

CipherPipe::Facts CipherPipe::finish() {
  {
    const std::scoped_lock lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  RIGHTFUL_CHECK(thread_.joinable());
  thread_.join();
  {
    std::unique_lock lock(mutex_);
    throw_if_failed(lock);
  }
  const crypto::Ae2Seal seal = std::move(encryptor_).finish();
  sink_.write(seal.mac);
  size_ += seal.mac.size();
  return {seal.sha256, size_};
}

void CipherPipe::run() {
  try {
    work();
  } catch (const std::exception&) {  // keeps the exception's own type for the caller's thread
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
    queue_.clear();
  }
  changed_.notify_all();
}

void CipherPipe::work() {
  while (auto queued = next()) {
    take(*queued);
    queued->block.size = 0;
    {
      const std::scoped_lock lock(mutex_);
      free_.push_back(std::move(queued->block));
    }
    changed_.notify_all();
  }
}

std::optional<CipherPipe::Queued> CipherPipe::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_ending_ || !queue_.empty(); });
  if (queue_.empty()) return std::nullopt;
  Queued queued = std::move(queue_.front());
  queue_.pop_front();
  changed_.notify_all();
  return queued;
}

void CipherPipe::take(const Queued& queued) {
  const std::span<std::byte> bytes(queued.block.data.get(), queued.block.size);
  if (queued.is_encrypted) {
    encryptor_.take_encrypted(bytes);
  } else {
    encryptor_.encrypt(bytes);
  }
  sink_.write(bytes);
  size_ += bytes.size();
}

}  // namespace rightful::archive
