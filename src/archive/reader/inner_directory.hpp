/// @file
/// The central directory of the inner ZIP, record by record.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rightful/archive/read_at.hpp"
#include "rightful/crypto/hash.hpp"

#include "archive/package_format.hpp"
#include "archive/reader/zip_parse.hpp"

namespace rightful::archive::reader {

/// Reads the records in their order, each checked by itself, and hashes all their bytes.
///
/// Threads  one.
class DirectoryCursor {
 public:
  /// @param inner  must outlive the cursor.
  DirectoryCursor(const ReadAt& inner, const DirectoryPlace& place);

  /// Empty = all records were read and the directory's bytes with them.
  /// @return InvalidArgument "inner: …".
  [[nodiscard]] Result<std::optional<CentralRecord>> next();

  /// Of the directory's bytes, after the last record.
  [[nodiscard]] crypto::Sha256Digest finish() { return std::move(hash_).finish(); }

 private:
  void fill(std::size_t wanted);

  const ReadAt& inner_;
  std::uint64_t begin_;   ///< of the directory: entries end before it
  std::uint64_t offset_;  ///< of what is not yet in buffer_
  std::uint64_t end_;
  std::uint64_t left_;  ///< records
  std::uint64_t index_ = 0;
  Bytes buffer_;
  std::size_t used_ = 0;
  crypto::Sha256 hash_;
};

/// What a first walk over the directory finds out.
struct InnerIndex {
  DirectoryPlace place;
  /// manifest.json, MANIFEST.sha256, manifest.sig: the last three records.
  std::array<CentralRecord, format::kClosingEntries> closing;
};

/// Checks every record, that no name occurs twice (ignoring case), and that the package's closing
/// entries are there. Cost  8 bytes of memory an entry.
[[nodiscard]] Result<InnerIndex> read_inner_index(const ReadAt& inner);

}  // namespace rightful::archive::reader
