/// @file
/// Writes a ustar archive front to back: regular files, names ascending, nothing of the machine or
/// the moment in it.
#pragma once

#include <string>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/log_export.hpp"

namespace rightful::ledger {

/// Owns  nothing; the sink must outlive it.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(EvidenceSink& sink) : sink_(sink) {}

  /// @param name  behind the one before it, bytewise (checked, RIGHTFUL_CHECK), and as
  /// format_ustar_header demands.
  void add(std::string_view name, ByteView content);

  /// The two blocks at the end.
  void finish();

 private:
  EvidenceSink& sink_;
  std::string last_;
};

}  // namespace rightful::ledger
