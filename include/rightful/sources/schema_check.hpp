/// @file
/// `rightful catalog check`: what the catalog says beside what the live sources are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"

namespace rightful::sources {

enum class FindingKind : std::uint8_t {
  UndeclaredTable,    ///< in the source, neither covered nor declared not_personal
  UndescribedColumn,  ///< in a covered table, not a field
  MissingTable,
  MissingColumn,
  TypeMismatch,  ///< of an owner's column, of two sides of a key, or of a declared kind
  MissingIndex,  ///< an owner's column without an index; `cure` holds the CREATE INDEX to run
  Role,          ///< the role may write, or is above row security
  RowSecurity,   ///< the source says `rls`, the table has none in force
  Unreachable    ///< the source cannot be opened
};

/// `undeclared_table` …
[[nodiscard]] std::string_view name_of(FindingKind kind) noexcept;

/// Error = an export would stop or be incomplete. Advice = it works, slowly or less safely.
enum class Severity : std::uint8_t { Error, Advice };

struct Finding {
  FindingKind kind;
  Severity severity;
  std::string source;
  std::string dataset;  ///< may be empty
  std::string what;     ///< `table public.audit is not described`
  std::string cure;     ///< what to write in the catalog, or to run in the source
};

/// Reads catalogs of the databases, never a row. All findings, ordered by source, then errors
/// before advice, then kind. Errors  none: a source that cannot be opened is a finding.
[[nodiscard]] std::vector<Finding> check_against_schema(const catalog::Catalog& catalog,
                                                        const SourceLocations& locations);

}  // namespace rightful::sources
