#include "rightful/sources/discover.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rightful/catalog/draft.hpp"
#include "rightful/store/connection.hpp"

#include "sources/catalog_proposal.hpp"
#include "sources/owner_type.hpp"
#include "sources/ownership.hpp"
#include "sources/postgres_source.hpp"
#include "sources/postgres_statement.hpp"
#include "sources/schema_survey.hpp"

namespace rightful::sources {
namespace {

Result<AccountColumn> parse_accounts(const std::string& text) {
  // What stands between the arrow and the last dot of an owner path is a table and its key.
  const auto path = catalog::parse_owner_path("a -> " + text + " . b", "public");
  const bool is_column = path && path->steps.size() == 1 && path->steps.front().to.size() == 1;
  if (!is_column) {
    return fail(
        ErrorCode::InvalidArgument,
        "the accounts are not named; write SCHEMA.TABLE.COLUMN, parts that are not letters, "
        "digits, `_` and `$` in double quotes");
  }
  return AccountColumn{path->steps.front().table, path->steps.front().to.front()};
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// What a person may have meant: the same name in other letters, else nothing.
template <class Range, class Name>
std::string alike(const Range& names, const std::string& wanted, Name name_of) {
  for (const auto& item : names) {
    const std::string name = name_of(item);
    if (lower(name) == lower(wanted)) return fmt::format("; did you mean {}?", name);
  }
  return "; names are exact, as `\\d` shows them";
}

Result<void> check_accounts(const SchemaFacts& schema, const AccountColumn& account) {
  const TableFacts* table = schema.find(account.table);
  if (table == nullptr) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("there is no table {}{}",
                            to_string(account.table),
                            alike(schema.tables, to_string(account.table), [](const auto& entry) {
                              return to_string(entry.first);
                            })));
  }
  const ColumnFacts* column = table->find_column(account.column);
  if (column == nullptr) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} has no column {}{}",
                            to_string(account.table),
                            account.column,
                            alike(table->columns, account.column, [](const ColumnFacts& facts) {
                              return facts.name;
                            })));
  }
  if (!owner_type_of(column->base_type)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{}.{} is of type {}; an account ID is of type text, varchar, char, "
                            "smallint, integer, bigint or uuid",
                            to_string(account.table),
                            account.column,
                            column->type));
  }
  const bool is_unique = std::ranges::any_of(table->indexes, [&](const IndexFacts& index) {
    return index.is_unique && index.columns == std::vector{account.column};
  });
  if (table->is_table() && !is_unique) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{}.{} has no unique index of its own, so two people could have the "
                            "same account ID; name the column by which an account is known",
                            to_string(account.table),
                            account.column));
  }
  return {};
}

/// A catalog's name for the source, and a variable for its URL.
std::string identifier_from(const std::string& database) {
  std::string name = catalog::dataset_names({{"", database}}).front();
  return name;
}

std::string variable_from(const std::string& source) {
  std::string name = source;
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const bool begins_with_digit = name.front() >= '0' && name.front() <= '9';
  return (begins_with_digit ? "DB_" : "") + name + "_URL";
}

}  // namespace

Result<Discovery> discover(const DiscoverOrder& order) {
  RIGHTFUL_TRY(const AccountColumn account, parse_accounts(order.accounts));
  RIGHTFUL_TRY(auto connection, store::SourceConnection::open(settings_for_reading(order.url)));
  connection.begin_snapshot();
  SchemaSurvey survey = survey_schema(connection);
  const store::Row row = connection.query("begin_reading", kBeginReading).only();
  survey.facts.role = row.text("role_name");
  RIGHTFUL_TRY(check_accounts(survey.facts, account));

  ProposalOrder proposal{order.source_name, order.url_env, account.table.schema, order.languages};
  if (proposal.source.empty()) proposal.source = identifier_from(row.text("database_name"));
  if (proposal.url_env.empty()) proposal.url_env = variable_from(proposal.source);
  const auto standings = find_owners(survey, account);
  const catalog::Draft draft = propose_catalog(survey, standings, account, proposal);

  Discovery discovery{catalog::to_yaml(draft), proposal.url_env, draft.datasets.size(), 0, 0};
  discovery.undecided = static_cast<std::size_t>(std::ranges::count_if(
      draft.datasets, [](const catalog::DraftDataset& dataset) { return dataset.owners.empty(); }));
  for (const catalog::DraftNotPersonal& entry : draft.not_personal) {
    ++(entry.is_undecided ? discovery.undecided : discovery.not_personal);
  }
  return discovery;
}

}  // namespace rightful::sources
