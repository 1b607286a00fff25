/// @file
/// The JSON Schema that stands beside each data file.
#pragma once

#include <span>
#include <string>

#include "rightful/sources/record_sink.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {

/// Format  JSON Schema 2020-12; docs/formats/package-content.md section 3
[[nodiscard]] std::string dataset_schema(std::span<const sources::ColumnHead> columns,
                                         const catalog::Dataset& dataset,
                                         const Phrases& phrases);

}  // namespace rightful::exporting
