/// @file
/// Statements for the leaves of the enrolment key.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// One leaf of the enrolment key at a time.
inline constexpr Sql kLockLog{"lock_log",
                              "SELECT log_id FROM ledger.log WHERE log_id = $1 FOR UPDATE"};

/// What the key has written: logged (`base`), and waiting. One statement, one snapshot: a row that
/// the sequencer moves is in exactly one of the two.
inline constexpr Sql kEnrolmentLeaves{
    "enrolment_leaves",
    "SELECT coalesce((SELECT base FROM ledger.writer WHERE log_id = $1 AND writer_id = $2), 0) "
    "AS base, leaf FROM (SELECT 1) AS always LEFT JOIN "
    "(SELECT id, leaf FROM ledger.outbox WHERE log_id = $1 AND position($3::bytea IN leaf) > 0) "
    "AS waiting ON true ORDER BY id"};

}  // namespace rightful::store::queries
