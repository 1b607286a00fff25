/// @file
/// `catalog check` for databases behind ODBC.
#pragma once

#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/schema_check.hpp"

namespace rightful::sources {

/// Adds what is found about one source. Reads the schema, never a row. Errors  none: a database
/// that cannot be opened is a finding.
/// @param source  of kind odbc (checked).
void check_odbc(const catalog::Catalog& catalog,
                const catalog::Source& source,
                const SourceLocations& locations,
                std::vector<Finding>& findings);

}  // namespace rightful::sources
