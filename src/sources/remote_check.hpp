/// @file
/// `catalog check` for stores and services: can they be reached, are the credentials accepted, do
/// they answer as agreed.
#pragma once

#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/schema_check.hpp"

namespace rightful::sources {

/// Asks for the bucket, for no object. Errors  none: everything is a finding.
/// @param source  of kind s3 (checked).
void check_bucket(const catalog::Source& source,
                  const SourceLocations& locations,
                  std::vector<Finding>& findings);

/// Asks for the head of every dataset, for an account that nobody has: it must have nothing.
/// Errors  none: everything is a finding. @param source  of kind http (checked).
void check_service(const catalog::Catalog& catalog,
                   const catalog::Source& source,
                   const SourceLocations& locations,
                   std::vector<Finding>& findings);

}  // namespace rightful::sources
