/// @file
/// ISO 8601 durations in words: nobody has to know `P1Y6M` (GDPR Art. 12(1)).
#pragma once

#include <string>
#include <string_view>

#include "export/phrases.hpp"

namespace rightful::exporting {

/// `1 year, 6 months 4 h 5 min 6.7 s`; hours, minutes and seconds have the symbols of the
/// SI in every language. A text that is no such duration stays as it is.
/// @param period  `P1Y2M3W4DT5H6M7.8S`; parts may be negative.
[[nodiscard]] std::string period_text(std::string_view period, const Phrases& phrases);

}  // namespace rightful::exporting
