/// @file
/// Statements of the comparison of a log with itself that the sequencer does not share.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// What may be a redaction's leaf, in the log from $2 on or waiting for it. One statement, one
/// snapshot: a row that the sequencer moves is in exactly one of the two. Waiting rows have no
/// hash; those that start a writer are among them, since its redaction may wait behind.
inline constexpr Sql kLaterRedactions{
    "later_redactions",
    "SELECT b.leaf, e.leaf_hash FROM ledger.body b JOIN ledger.entry e USING (log_id, idx) "
    "WHERE b.log_id = $1 AND b.idx >= $2 AND position('log.redacted'::bytea IN b.leaf) > 0 "
    "UNION ALL SELECT leaf, NULL FROM ledger.outbox "
    "WHERE log_id = $1 AND (position('log.redacted'::bytea IN leaf) > 0 OR "
    "position('writer.start'::bytea IN leaf) > 0)"};

}  // namespace rightful::store::queries
