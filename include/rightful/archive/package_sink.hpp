/// @file
/// Where the bytes of a package go while it is written. Not where they are read back from
/// (read_at.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "rightful/core/bytes.hpp"

namespace rightful::archive {

/// How much of the beginning may be changed after it was written: one field of the encrypted
/// entry's header is known only at the end. A file is patched in place; an object store keeps its
/// first part back and sends it last.
inline constexpr std::size_t kPatchableBytes = std::size_t{64} * 1024;

/// An append-only target with a patchable beginning. Completing or destroying it is the owner's
/// business, not the package writer's.
///
/// Threads  one call at a time, but not always from the same thread: PackageWriter writes from its
/// cipher thread. Errors   Failure when the bytes cannot be taken; the package is then lost.
class PackageSink {
 public:
  virtual ~PackageSink() = default;

  /// Appends all of `bytes`; they may be reused as soon as the call returns.
  virtual void write(ByteView bytes) = 0;
  /// Replaces bytes that were written before. @param offset  `offset + bytes.size()` ≤
  /// kPatchableBytes.
  virtual void patch(std::uint64_t offset, ByteView bytes) = 0;
};

}  // namespace rightful::archive
