/// @file
/// Bytes that are made now and needed later, whatever their number: in memory while they are few,
/// then in an unlinked file, encrypted under a key that exists nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "rightful/core/bytes.hpp"

namespace rightful {
class Random;
}

namespace rightful::archive {

struct SpoolSettings {
  std::filesystem::path directory;  ///< private to this export; only unlinked files are made in it
  Random& random;                   ///< for the ephemeral keys; must outlive the spool
  std::size_t memory_bytes = std::size_t{256} * 1024;  ///< kept before anything is spilled
};

class SpoolReader;

/// Append, then read front to back, as often as wanted.
///
/// Owns     its memory and its file; both are gone with it.
/// Threads  one at a time; may move between threads.
/// Errors   Failure("disk_full" …) from the spill file.
/// Secrets  plaintext is in memory only; the file holds AES-256-CTR under a key that dies with the
/// object. Cost     at most `memory_bytes` + 64 KiB of memory; the file has no name and is freed by
/// the kernel.
class SealedSpool {
 public:
  explicit SealedSpool(SpoolSettings settings);
  SealedSpool(SealedSpool&&) noexcept;
  SealedSpool& operator=(SealedSpool&&) noexcept;
  SealedSpool(const SealedSpool&) = delete;
  SealedSpool& operator=(const SealedSpool&) = delete;
  ~SealedSpool();

  void append(ByteView bytes);
  [[nodiscard]] std::uint64_t size() const noexcept;
  /// True once bytes have gone to the file.
  [[nodiscard]] bool is_spilled() const noexcept;
  /// A new reader at the first byte. The spool must outlive it, stay where it is, and not be
  /// appended to meanwhile.
  [[nodiscard]] SpoolReader read() const;

 private:
  friend class SpoolReader;
  struct State;

  std::unique_ptr<State> state_;
};

/// Threads  one. Several readers of one spool are independent of each other.
class SpoolReader {
 public:
  SpoolReader(SpoolReader&&) noexcept = default;
  SpoolReader& operator=(SpoolReader&&) noexcept = default;
  SpoolReader(const SpoolReader&) = delete;
  SpoolReader& operator=(const SpoolReader&) = delete;
  ~SpoolReader() = default;

  /// Fills as much of `into` as there is. @return the number of bytes; 0 = the end (or an empty
  /// `into`).
  [[nodiscard]] std::size_t read(std::span<std::byte> into);

 private:
  friend class SealedSpool;

  explicit SpoolReader(const SealedSpool::State& state) : state_(&state) {}

  const SealedSpool::State* state_;
  std::uint64_t offset_ = 0;
};

}  // namespace rightful::archive
