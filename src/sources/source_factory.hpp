/// @file
/// Which class reads which kind of source: the one place that knows all of them.
#pragma once

#include <memory>

#include "sources/source.hpp"

namespace rightful::sources {

/// @param order  of a source with `has_records()`, and its datasets.
/// @return as AccountReader::open
[[nodiscard]] SourceResult<std::unique_ptr<RecordSource>> open_record_source(
    const SourceOrder& order);

/// @param order  of a source with `has_objects()`. @return as AccountReader::open
[[nodiscard]] SourceResult<std::unique_ptr<ObjectSource>> open_object_source(
    const SourceOrder& order);

}  // namespace rightful::sources
