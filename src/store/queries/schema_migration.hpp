/// @file
/// The table that says which migrations a database has had.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// Runs inside a transaction that holds no lock yet. `IF NOT EXISTS` is not safe against a second
/// process that makes the same table at the same moment: its unique violation is answered by trying
/// again.
inline constexpr Sql kCreateSchemaMigration{"create_schema_migration", R"sql(
  CREATE TABLE IF NOT EXISTS schema_migration (
    version integer PRIMARY KEY CHECK (version > 0),
    name text NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at timestamptz NOT NULL DEFAULT now(),
    recorded_at timestamptz))sql"};

/// A second process waits here; SHARE ROW EXCLUSIVE conflicts with itself and lets readers go on.
inline constexpr Sql kLockSchemaMigration{
    "lock_schema_migration", "LOCK TABLE schema_migration IN SHARE ROW EXCLUSIVE MODE"};

inline constexpr Sql kHasSchemaMigration{
    "has_schema_migration", "SELECT to_regclass('public.schema_migration') IS NOT NULL AS found"};

inline constexpr Sql kListSchemaMigration{
    "list_schema_migration", "SELECT version, name, sha256 FROM schema_migration ORDER BY version"};

inline constexpr Sql kAddSchemaMigration{
    "add_schema_migration",
    "INSERT INTO schema_migration (version, name, sha256) VALUES ($1, $2, $3)"};

inline constexpr Sql kTakeUnrecordedMigrations{"take_unrecorded_migrations", R"sql(
  UPDATE schema_migration SET recorded_at = now() WHERE recorded_at IS NULL RETURNING version, sha256)sql"};

}  // namespace rightful::store::queries
