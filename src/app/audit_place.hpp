/// @file
/// A published log where an auditor has it: a folder, or an archive in one file.
#pragma once

#include <filesystem>
#include <variant>

#include "rightful/core/result.hpp"
#include "rightful/ledger/log_archive.hpp"
#include "rightful/ledger/log_directory.hpp"

namespace rightful::app {

/// Threads  one at a time.
class AuditPlace {
 public:
  /// @return as LogDirectory::open and LogArchive::open.
  [[nodiscard]] static Result<AuditPlace> open(const std::filesystem::path& path);

  [[nodiscard]] ledger::TileSource& source();

  /// The archive when it holds single entries; nullptr for a whole log.
  [[nodiscard]] ledger::LogArchive* selection();

 private:
  explicit AuditPlace(std::variant<ledger::LogDirectory, ledger::LogArchive> place)
      : place_(std::move(place)) {}

  std::variant<ledger::LogDirectory, ledger::LogArchive> place_;
};

}  // namespace rightful::app
