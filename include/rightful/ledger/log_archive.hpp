/// @file
/// A published log, or a selection of its entries, in one file: a ustar archive that is read where
/// it lies and never unpacked. Proves nothing about what it holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/ledger/tile_store.hpp"

namespace rightful::ledger {

/// 16 bytes each are kept: at most 32 MiB.
inline constexpr std::size_t kMaxArchiveMembers = std::size_t{2} * 1024 * 1024;

/// Format   docs/formats/ledger-evidence.md §4
/// Threads  one at a time.
/// Errors   Failure when reading breaks off, or the file changed since it was opened.
/// Cost     opening reads one block a member; memory: 16 bytes a member.
class LogArchive final : public TileSource {
 public:
  /// Reads every member's header. Whatever else such an archive holds (a trust file!) is a reason
  /// to refuse it, never read.
  /// @param path  a regular file; its content is hostile. @return NotFound; Denied for no regular
  /// file, and for members that are none; InvalidArgument for what is no such archive, a name that
  /// no file of a log has, a name twice, an archive that ends early or goes on behind its end;
  /// LimitExceeded for a member larger than it can be, or more than kMaxArchiveMembers.
  [[nodiscard]] static Result<LogArchive> open(const std::filesystem::path& path);

  [[nodiscard]] Result<Bytes> read(const LogPath& path) override;
  [[nodiscard]] Result<std::vector<std::uint64_t>> saved_checkpoints() override;

  /// Does it hold single entries (`leaf/…`) in place of a tree?
  [[nodiscard]] bool is_selection() const;

  /// The indices for which there is a leaf, a proof, or both; ascending.
  [[nodiscard]] std::vector<std::uint64_t> selected() const;
  /// `leaf/<index>.json`: the leaf's bytes. @return NotFound
  [[nodiscard]] Result<Bytes> read_leaf(std::uint64_t index);
  /// `leaf/<index>.tlog-proof`. @return NotFound
  [[nodiscard]] Result<Bytes> read_proof(std::uint64_t index);

 private:
  /// What a member is (upper 16 bits of `place`), its number, and the block of its header.
  struct Member {
    std::uint64_t number;
    std::uint64_t place;
  };

  LogArchive(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  [[nodiscard]] Result<void> scan();
  [[nodiscard]] Result<Bytes> read_member(std::uint16_t tag,
                                          std::uint64_t number,
                                          std::size_t limit_bytes);

  UniqueFd fd_;
  std::string name_;
  std::vector<Member> members_;  // sorted by what they are, then by number
};

/// The names of a selection's files, and of what stands beside: no files of the log itself.
[[nodiscard]] std::string leaf_member_name(std::uint64_t index);
[[nodiscard]] std::string proof_member_name(std::uint64_t index);
inline constexpr std::string_view kManifestMember = "manifest.json";

}  // namespace rightful::ledger
