/// @file
/// Statements of publishing and sealing.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// Of all publishers of a log, whatever folder they write. A lock of the transaction and of no row:
/// whoever changes keys or states holds a log's signer and those rows, and a publisher waits for
/// that signer. The number is this lock's alone ("rght").
inline constexpr Sql kTakePublishersTurn{
    "take_publishers_turn", "SELECT pg_try_advisory_xact_lock(1919379572, $1::integer) AS is_ours"};

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
