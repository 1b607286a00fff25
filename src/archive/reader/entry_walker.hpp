/// @file
/// All entries of the inner ZIP in their order: the authenticated stream and the directory side by
/// side.
#pragma once

#include <cstdint>
#include <optional>

#include "archive/reader/byte_feed.hpp"
#include "archive/reader/entry_content.hpp"
#include "archive/reader/inner_directory.hpp"

namespace rightful::archive::reader {

/// Every byte of the inner ZIP belongs to an entry, the directory or the end records, in this order
/// and without gaps.
///
/// Threads  one.
/// @return from all calls InvalidArgument "inner: …".
class EntryWalker {
 public:
  /// @param stream  the whole inner ZIP. @param inner  the same bytes at any offset. Both must
  /// outlive the walker.
  EntryWalker(ChunkSource& stream, const ReadAt& inner, const DirectoryPlace& place)
      : inner_(inner), place_(place), cursor_(inner, place), feed_(stream), content_(feed_) {}

  /// The next entry, valid until the next call; nullptr = no more. The content of the one before
  /// was read or skipped.
  [[nodiscard]] Result<const CentralRecord*> enter();

  [[nodiscard]] EntryContent& content() noexcept { return content_; }

  /// Number of the entry, from 0.
  [[nodiscard]] std::uint64_t index() const noexcept { return index_; }

  /// After the last entry: directory and end records.
  [[nodiscard]] Result<void> finish();

 private:
  const ReadAt& inner_;
  DirectoryPlace place_;
  DirectoryCursor cursor_;
  ByteFeed feed_;
  EntryContent content_;
  std::optional<CentralRecord> record_;
  std::uint64_t index_ = 0;
  bool has_begun_ = false;
};

}  // namespace rightful::archive::reader
