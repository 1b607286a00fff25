/// @file
/// What a source connection says and asks by itself. The statements that read a dataset are
/// composed in `sources`.
#pragma once

#include <string>

#include "rightful/store/connection.hpp"
#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

/// One round trip. The forms of values are fixed here, so that every row of every source looks the
/// same: ISO dates, UTC, hexadecimal bytea, ISO 8601 intervals, floats that read back to the same
/// number.
[[nodiscard]] inline std::string begin_snapshot_script(const SourceSettings& settings) {
  const auto milliseconds = [](std::chrono::milliseconds value) {
    return std::to_string(value.count());
  };
  return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = " +
         milliseconds(settings.statement_timeout) +
         "; SET LOCAL lock_timeout = " + milliseconds(settings.lock_timeout) +
         "; SET LOCAL idle_in_transaction_session_timeout = " +
         milliseconds(settings.idle_in_transaction_timeout) +
         "; SET LOCAL row_security = on; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = "
         "'UTC'; "
         "SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL bytea_output = 'hex'; SET LOCAL "
         "extra_float_digits = 1";
}

/// Memory for sorting and for the map of an index's hits is raised to 16 MB where it is less: with
/// PostgreSQL's own 4 MB the server takes half as long again for a million rows. A page found by
/// an index counts as nearly as cheap as the next one, as the rows of one owner come in the order
/// in which they lie: so an index on owner and key is read in its own order, without a sort.
inline constexpr Sql kSetAccount{"set_account", R"sql(
  SELECT set_config('rightful.account_id', $1, true),
         set_config('work_mem',
                    CASE WHEN pg_size_bytes(current_setting('work_mem')) < 16777216 THEN '16MB'
                         ELSE current_setting('work_mem') END,
                    true),
         set_config('random_page_cost',
                    LEAST(current_setting('random_page_cost')::float8, 1.1)::text,
                    true))sql"};
inline constexpr Sql kExportSnapshot{"export_snapshot", "SELECT pg_export_snapshot() AS snapshot"};
/// SET TRANSACTION SNAPSHOT takes no parameter; the name was checked to be `[0-9A-F-]+`.
inline constexpr Sql kJoinSnapshot{"join_snapshot", "SET TRANSACTION SNAPSHOT "};
inline constexpr Sql kEndSnapshot{"end_snapshot", "ROLLBACK"};

inline constexpr Sql kRole{"role", R"sql(
  SELECT current_user AS name,
         bool_or(r.rolsuper) AS is_superuser,
         bool_or(r.rolbypassrls) AS bypasses_row_security
    FROM pg_roles r
   WHERE pg_has_role(current_user, r.oid, 'MEMBER'))sql"};

/// Any table outside the system schemas that the role may change, or owns and could grant itself.
inline constexpr Sql kWritableTable{"writable_table", R"sql(
  SELECT n.nspname || '.' || c.relname AS name
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%'
     AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
          OR has_any_column_privilege(c.oid, 'INSERT, UPDATE')
          OR pg_has_role(current_user, c.relowner, 'MEMBER'))
   ORDER BY 1
   LIMIT 1)sql"};

}  // namespace rightful::store::queries
