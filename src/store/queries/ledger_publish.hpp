/// @file
/// Statements of publishing and sealing.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// How many hashes a level had at the signed sizes from $2 on; $3 leaves a hash.
inline constexpr Sql kSignedWidths{
    "signed_widths",
    "SELECT DISTINCT size / $3::bigint AS hashes FROM ledger.checkpoint "
    "WHERE log_id = $1 AND size >= $2::bigint"};

/// Does the log still wait for leaves that were staged for it?
inline constexpr Sql kHasStagedLeaves{
    "has_staged_leaves",
    "SELECT EXISTS (SELECT FROM ledger.outbox WHERE log_id = $1) AS has_leaves"};

}  // namespace rightful::store::queries
