/// @file
/// The inner ZIP at any offset, for its directory and manifest. Not authenticated: what is read
/// here is compared with what PlaintextStream authenticates.
#pragma once

#include "rightful/archive/read_at.hpp"
#include "rightful/crypto/ae2.hpp"

#include "archive/reader/outer_file.hpp"

namespace rightful::archive::reader {

/// Threads  one (unlike other ReadAt: the decryptor has a position).
class InnerBytes final : public ReadAt {
 public:
  /// @param stored, file  must outlive the object.
  InnerBytes(const ReadAt& stored, const OuterFile& file, crypto::Ae2Decryptor decryptor)
      : stored_(stored), file_(file), decryptor_(std::move(decryptor)) {}

  [[nodiscard]] std::uint64_t size() const override { return file_.inner_size; }

  void read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    stored_.read_at(file_.ciphertext_offset() + offset, into);
    decryptor_.decrypt_at(offset, into);
  }

 private:
  const ReadAt& stored_;
  const OuterFile& file_;
  mutable crypto::Ae2Decryptor decryptor_;
};

}  // namespace rightful::archive::reader
