/// @file
/// `rightful catalog rls`: the policies that make a PostgreSQL source show a reader the rows of one
/// account alone. The second wall of docs/adr/0009.
#pragma once

#include <string>
#include <string_view>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"

namespace rightful::sources {

/// A script for psql, run by the owner of the tables: one transaction per PostgreSQL source of the
/// catalog. What other roles see stays as it is. It may be run again.
/// @param locations  a source that is named there is asked which of its tables are views, which
///                   have no policies; without it all are taken for tables.
/// @param reader     the role of the exports.
/// Errors  DatabaseFailure when a source that is named cannot be read; a source that cannot be
///         opened is said in a comment.
[[nodiscard]] std::string row_security_script(const catalog::Catalog& catalog,
                                              const SourceLocations& locations,
                                              std::string_view reader);

}  // namespace rightful::sources
