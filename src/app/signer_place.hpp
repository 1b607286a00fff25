/// @file
/// The signer's own folder: a folder a log, with its keys and its memory. Decides nothing: that is
/// ledger/signer.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/signer_memory.hpp"

namespace rightful::app {

/// One log's folder while it is locked: nobody else signs for this log or changes its keys.
///
///   <folder>/memory               docs/formats/ledger-signer-memory.md
///   <folder>/keys/1/signer.key    the first key; 2 after a change, and so on
///   <folder>/keys/1/until         when it stops to sign (RFC 3339), once it is being replaced
///   <folder>/lock
///
/// Secrets  its keys leave it as NoteSigner only.
class SignerRoom {
 public:
  struct Key {
    std::uint64_t epoch = 0;
    ledger::NoteKey key;
    std::optional<Instant> until;
  };

  [[nodiscard]] std::filesystem::path memory_file() const { return folder_ / "memory"; }

  /// @return NotFound, InvalidArgument: the memory is lost.
  [[nodiscard]] Result<ledger::SignerMemory> memory() const;

  /// The new memory, in the place of the old one. Errors  Failure
  void keep(const ledger::SignerMemory& memory) const;

  /// Who signs at `now`, named as the origin; those whose time is over are left out.
  /// @return Denied when a key may not be read; InvalidArgument for more than two.
  [[nodiscard]] Result<std::vector<ledger::NoteSigner>> signers(const ledger::Origin& origin,
                                                                Instant now) const;
  /// All of them, also those that no longer sign. @return as signers
  [[nodiscard]] Result<std::vector<Key>> keys(const ledger::Origin& origin) const;

  /// Makes the next key beside the present ones, or finds the one that a broken-off run has made.
  /// It signs once take_next_key was called. Errors  Failure
  [[nodiscard]] Result<Key> make_next_key(const ledger::Origin& origin, Random& random) const;
  /// The next key signs from now on, the present ones until `until`. At no instant is there none
  /// that signs; a run that was broken off is completed by the next one. Errors  Failure
  [[nodiscard]] Result<void> take_next_key(const Key& next, Instant until) const;
  /// Destroys the keys whose time is over. Errors  Failure
  [[nodiscard]] Result<void> destroy_ended_keys(const ledger::Origin& origin, Instant now) const;

 private:
  friend class SignerPlace;

  SignerRoom(std::filesystem::path folder, UniqueFd lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::filesystem::path folder_;
  UniqueFd lock_;
};

/// Its files belong to the owner of the folder: root makes them in that user's name, and any other
/// user is refused.
class SignerPlace {
 public:
  /// @param directory  `signer.dir`, absolute.
  explicit SignerPlace(std::filesystem::path directory) : directory_(std::move(directory)) {}

  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

  [[nodiscard]] std::filesystem::path socket() const { return directory_ / "socket"; }

  /// Makes the folder itself, 0700. @return Denied
  [[nodiscard]] Result<void> make() const;

  /// Key and memory of a log that has just been thought of: all or nothing. A log whose folder is
  /// there and has signed nothing yet keeps its key, so a broken-off opening can be repeated.
  /// @return the log's vkey; Denied for another user; Conflict when a log of this name was opened
  /// before.
  [[nodiscard]] Result<ledger::NoteKey> open_log(const ledger::Origin& origin,
                                                 Random& random) const;

  /// Waits until nobody else has it. @return NotFound; Denied
  [[nodiscard]] Result<SignerRoom> enter(const std::string& log_name) const;

  /// Removes what processes have left that were killed while they wrote a memory. Waits for nobody
  /// and throws nothing: a log that somebody has locked is passed over, and one whose lock cannot
  /// be had is named (`signer_folder_not_tidied`); the other logs must be signed all the same.
  void drop_leftovers() const;

  /// For the process that signs: held until the descriptor is closed.
  /// @return Conflict when another one runs on this folder.
  [[nodiscard]] Result<UniqueFd> lock() const;

 private:
  std::filesystem::path directory_;
};

}  // namespace rightful::app
