/// @file
/// Statements that read entries for people.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// $1 log, $2 from, $3 to, $4 limit. An erased entry has no body.
inline constexpr Sql kEntriesInRange{"entries_in_range", R"(
SELECT entry.idx, entry.leaf_hash, body.leaf
FROM ledger.entry AS entry
LEFT JOIN ledger.body AS body ON body.log_id = entry.log_id AND body.idx = entry.idx
WHERE entry.log_id = $1 AND entry.idx >= $2 AND entry.idx < $3
ORDER BY entry.idx
LIMIT $4)"};

/// $1 log, $2 from, $3 to, $4 limit, then subj, actor, req, act, since, until: NULL excludes
/// nothing.
inline constexpr Sql kEntriesByFields{"entries_by_fields", R"(
SELECT entry.idx, entry.leaf_hash, body.leaf
FROM ledger.lookup AS lookup
JOIN ledger.entry AS entry ON entry.log_id = lookup.log_id AND entry.idx = lookup.idx
JOIN ledger.body AS body ON body.log_id = lookup.log_id AND body.idx = lookup.idx
WHERE lookup.log_id = $1 AND lookup.idx >= $2 AND lookup.idx < $3
  AND ($5::text IS NULL OR lookup.subj = $5 AND lookup.subj <> '-')
  AND ($6::text IS NULL OR lookup.actor = $6)
  AND ($7::text IS NULL OR lookup.req = $7 AND lookup.req <> '-')
  AND ($8::text IS NULL OR lookup.act = $8)
  AND ($9::timestamptz IS NULL OR lookup.t >= $9)
  AND ($10::timestamptz IS NULL OR lookup.t < $10)
ORDER BY lookup.idx
LIMIT $4)"};

}  // namespace rightful::store::queries
