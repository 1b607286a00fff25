#include "app/audit_place.hpp"

namespace rightful::app {

Result<AuditPlace> AuditPlace::open(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    RIGHTFUL_TRY(auto archive, ledger::LogArchive::open(path));
    return AuditPlace(std::move(archive));
  }
  auto directory = ledger::LogDirectory::open(path);
  if (directory) return AuditPlace(*std::move(directory));
  const bool is_absent = directory.error().code == ErrorCode::NotFound;
  return fail(directory.error().code,
              is_absent ? "there is neither a folder nor an archive " + path.string()
                        : directory.error().detail);
}

ledger::TileSource& AuditPlace::source() {
  auto* const archive = std::get_if<ledger::LogArchive>(&place_);
  if (archive != nullptr) return *archive;
  return std::get<ledger::LogDirectory>(place_);
}

ledger::LogArchive* AuditPlace::selection() {
  auto* const archive = std::get_if<ledger::LogArchive>(&place_);
  return archive != nullptr && archive->is_selection() ? archive : nullptr;
}

}  // namespace rightful::app
