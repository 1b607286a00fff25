/// @file
/// Statements on `package` that belong to its release.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kPackageInsert{"package_insert", R"(
INSERT INTO package (request_id, account_id, package_id, ledger_ref, object_name, size_bytes, sha256, content_sha256,
                     manifest_sha256, envelope, rows, objects, released_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))"};

inline constexpr Sql kPackageFind{"package_find", R"(
SELECT request_id, account_id, package_id, ledger_ref, object_name, size_bytes, sha256, content_sha256,
       manifest_sha256, envelope, rows, objects, released_at, expires_at, frozen_at, first_downloaded_at, destroyed_at
FROM package
WHERE request_id = $1 AND account_id = $2)"};

}  // namespace rightful::store::queries
