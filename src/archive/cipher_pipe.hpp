/// @file
/// The second half of the package's pipeline: encrypts, authenticates, hashes and stores blocks on
/// a thread of its own.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "rightful/archive/package_sink.hpp"
#include "rightful/crypto/ae2.hpp"

#include "archive/block_output.hpp"

namespace rightful::archive {

/// The encrypted entry's bytes, salt first. The sink belongs to the thread between start and
/// finish().
///
/// The hashes of ciphertext are most of the thread's work and cannot be shared. AES can: a caller
/// who is ahead, and would soon wait, encrypts the block that it submits.
///
/// Threads  one caller; `mutex_` guards free_, queue_, is_ending_, failure_.
/// Errors   what the sink throws ends the thread and is thrown again by every later call.
class CipherPipe final : public BlockOutput {
 public:
  /// Writes salt and verifier.
  CipherPipe(PackageSink& sink,
             const crypto::Passphrase& passphrase,
             std::span<const std::byte, crypto::kAe2SaltBytes> salt);
  CipherPipe(const CipherPipe&) = delete;
  CipherPipe& operator=(const CipherPipe&) = delete;
  /// Unfinished: what is queued is thrown away.
  ~CipherPipe() override;

  [[nodiscard]] Block acquire() override;
  void submit(Block block) override;

  struct Facts {
    crypto::Sha256Digest sha256;
    std::uint64_t size = 0;
  };

  /// Waits for the last block, writes the tag. acquire() and submit() are not called after.
  Facts finish();

 private:
  /// A block on its way to the thread.
  struct Queued {
    Block block;
    bool is_encrypted = false;
  };

  static constexpr std::size_t kQueuedBlocks = 4;
  /// With so many blocks queued the thread is behind: the caller would soon wait for it.
  static constexpr std::size_t kBehindBlocks = 2;
  static constexpr std::size_t kPoolBlocks = format::kHeldBlocks + 1 + kQueuedBlocks + 1;

  void run();
  void work();
  [[nodiscard]] std::optional<Queued> next();
  [[nodiscard]] bool is_behind();
  void take(const Queued& queued);
  void throw_if_failed(const std::unique_lock<std::mutex>& lock) const;

  PackageSink& sink_;
  crypto::Ae2Encryptor encryptor_;
  std::uint64_t size_ = 0;       ///< of what is stored; the thread's until finish()
  std::uint64_t submitted_ = 0;  ///< bytes of content; the caller's

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Block> free_;
  std::deque<Queued> queue_;
  bool is_ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace rightful::archive
