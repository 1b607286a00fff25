/// @file
/// Whose the rows of each table are, as far as a schema can say: the keys are followed from the
/// table of the accounts. What a schema cannot say is left to a person, never guessed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/owner_path.hpp"

#include "sources/schema_survey.hpp"

namespace rightful::sources {

/// One way from the rows of a table to an account.
struct OwnerWay {
  catalog::OwnerPath path;
  /// The first link is a key of the table itself to the accounts.
  bool is_direct = false;
  /// Every link is a key, and named after what it points at.
  bool is_plain = true;
  /// A link stands on names alone, no key says it.
  bool is_guess = false;
  /// Leads against a key, to the rows that point at these.
  bool is_reverse = false;
  /// Rows without a value belong to nobody.
  bool is_nullable = false;
};

enum class Standing : std::uint8_t {
  Owned,      ///< `ways.front()` says whose the rows are
  Undecided,  ///< a person must choose one of `ways`, or say that the rows are nobody's
  Shared,     ///< nobody's rows, proposed as not_personal
  Unknown     ///< nothing leads to it; a person must agree that it is not personal
};

struct TableStanding {
  Standing standing = Standing::Unknown;
  std::vector<OwnerWay> ways;       ///< Owned: the chosen first, then those not taken
  std::string reason;               ///< why, for people
  bool are_rows_delivered = false;  ///< Shared: its rows are delivered by another table
};

/// The account column and what follows from it.
struct AccountColumn {
  catalog::TableName table;
  std::string column;
};

/// A standing for every table, materialised view and foreign table that is no partition. Views are
/// left out: they show what tables hold.
[[nodiscard]] std::map<catalog::TableName, TableStanding> find_owners(const SchemaSurvey& survey,
                                                                      const AccountColumn& account);

/// Whether the column of the table points at a table of other people: `support_rep_id`.
[[nodiscard]] bool points_at_people(const SchemaSurvey& survey,
                                    const std::map<catalog::TableName, TableStanding>& standings,
                                    const AccountColumn& account,
                                    const catalog::TableName& table,
                                    const std::string& column);

}  // namespace rightful::sources
