/// @file
/// The signer: decides, remembers, and only then signs. Knows no sockets and no database.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/signer_memory.hpp"

namespace rightful::ledger {

/// Where the memory lies: outside PostgreSQL, because a memory that a restored database rolls back
/// is none.
class MemoryStore {
 public:
  virtual ~MemoryStore() = default;

  /// @return whatever keeps it from being read.
  [[nodiscard]] virtual Result<Bytes> load() = 0;
  /// Durable when the call returns. Errors  Failure; either the old or the new memory is kept then.
  virtual void save(ByteView content) = 0;
};

/// A file, 0600, replaced in one step.
class MemoryFile final : public MemoryStore {
 public:
  explicit MemoryFile(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] Result<Bytes> load() override;
  void save(ByteView content) override;

 private:
  std::filesystem::path path_;
};

/// One log's signer.
///
/// Owns     its keys; `store` must outlive it.
/// Threads  one at a time.
/// Errors   Failure when the memory cannot be kept: nothing has been signed then.
/// Secrets  holds the log's private keys.
class Signer {
 public:
  /// Reads the memory and looks whether it may be trusted. Never refuses to start: a frozen signer
  /// answers that it is frozen.
  /// @param signers  at most two, named as the origin (checked, RIGHTFUL_CHECK); none is a wrong
  /// key.
  /// @param published  the published checkpoint, if there is one; what our keys have not signed is
  /// ignored.
  [[nodiscard]] static Signer start(MemoryStore& store,
                                    std::vector<NoteSigner> signers,
                                    const Origin& origin,
                                    const std::optional<Bytes>& published);

  /// The note of the checkpoint that was asked for, or why there is none. What freezes is
  /// remembered before the answer.
  [[nodiscard]] std::expected<std::string, SignRefusal> sign(const SignRequest& request);

  [[nodiscard]] const std::optional<FreezeReason>& frozen() const noexcept { return frozen_; }

 private:
  Signer(MemoryStore& store, std::vector<NoteSigner> signers)
      : store_(store), signers_(std::move(signers)) {}

  void freeze(FreezeReason reason);

  MemoryStore& store_;
  std::vector<NoteSigner> signers_;
  std::optional<SignerMemory> memory_;  // none when it is lost
  std::optional<FreezeReason> frozen_;
};

}  // namespace rightful::ledger
