/// @file
/// A file of evidence while it is written: it has its name when it is whole, or never.
#pragma once

#include <filesystem>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/log_export.hpp"

namespace rightful::app {

/// A new file beside the final one, mode 0600, removed unless it was kept.
///
/// Threads  one at a time.
/// Errors   Failure, also when the disk is full.
class EvidenceFile final : public ledger::EvidenceSink {
 public:
  explicit EvidenceFile(const std::filesystem::path& path);
  EvidenceFile(const EvidenceFile&) = delete;
  EvidenceFile& operator=(const EvidenceFile&) = delete;
  ~EvidenceFile() override;

  void write(ByteView bytes) override;

  /// Everything is on the disk; nothing may be written afterwards.
  void flush();

  /// Where it is until it is kept.
  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }

  /// After flush(). Of what was written.
  [[nodiscard]] crypto::Sha256Digest sha256() &&;

  /// After flush(): gives it its name. @return Conflict when something has that name.
  [[nodiscard]] Result<void> keep();

 private:
  void write_out();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  UniqueFd fd_;
  Bytes buffer_;
  crypto::Sha256 hash_;
};

}  // namespace rightful::app
