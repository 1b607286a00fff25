/// @file
/// What of a dataset is not in the copy, and why: for page, JSON and manifest alike (GDPR Art.
/// 12(1), 15(4)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "export/dataset_summary.hpp"
#include "export/phrases.hpp"

namespace rightful::exporting {

enum class OmissionRule : std::uint8_t {
  Redacted,
  Pseudonymised,
  Security,
  NotPersonal,
  MissingFile
};

/// `redacted`, `pseudonymised`, `security`, `not_personal`, `missing_file`.
[[nodiscard]] std::string_view name_of(OmissionRule rule) noexcept;

struct Omission {
  const catalog::Field* field;  ///< nullptr for missing files
  OmissionRule rule;
  std::string reason;   ///< in the language of the package
  std::uint64_t count;  ///< values or files; 0 for a field that is never copied
};

/// In the order of the catalog; a rule that never fired is left out.
[[nodiscard]] std::vector<Omission> omissions_of(const DatasetSummary& summary,
                                                 const Phrases& phrases);

}  // namespace rightful::exporting
