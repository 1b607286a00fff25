/// @file
/// Reads SchemaFacts from PostgreSQL's system catalogs.
#pragma once

#include <vector>

#include "rightful/catalog/owner_path.hpp"
#include "rightful/store/connection.hpp"

#include "sources/schema_facts.hpp"

namespace rightful::sources {

/// @param wanted  only these tables; empty = all outside the system's schemas and extensions.
/// Errors  DatabaseFailure
[[nodiscard]] SchemaFacts read_schema(store::SourceConnection& connection,
                                      const std::vector<catalog::TableName>& wanted);

}  // namespace rightful::sources
