/// @file
/// Statements on `catalog_version`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

// Content that was active before keeps its number and becomes the newest again. Newest whatever the
// clocks say: after a clock was set back, exports would go on with the catalog before.
inline constexpr Sql kCatalogActivate{"catalog_activate", R"(
INSERT INTO catalog_version (sha256, mac, content, activated_at)
VALUES ($1, $2, $3, greatest($4::timestamptz, (SELECT max(activated_at) + interval '1 microsecond' FROM catalog_version)))
ON CONFLICT (sha256) DO UPDATE SET content = excluded.content, mac = excluded.mac, activated_at = excluded.activated_at
RETURNING version, sha256, mac, content)"};

inline constexpr Sql kCatalogByVersion{"catalog_by_version", R"(
SELECT version, sha256, mac, content FROM catalog_version WHERE version = $1)"};

inline constexpr Sql kCatalogNewest{"catalog_newest", R"(
SELECT version, sha256, mac, content FROM catalog_version ORDER BY activated_at DESC, version DESC LIMIT 1)"};

}  // namespace rightful::store::queries
