#include "sources/schema_survey.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "sources/postgres_statement.hpp"
#include "sources/schema_inspection.hpp"

namespace rightful::sources {
namespace {

catalog::TableName table_in(const store::Row& row) {
  return {row.text("schema_name"), row.text("table_name")};
}

catalog::TableName other_in(const store::Row& row) {
  return {row.text("other_schema"), row.text("other_table")};
}

std::vector<std::string> texts_in(const std::string& json) {
  return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

}  // namespace

const TableNotes& SchemaSurvey::notes_of(const catalog::TableName& table) const {
  static const TableNotes kNone;
  const auto found = notes.find(table);
  return found == notes.end() ? kNone : found->second;
}

SchemaSurvey survey_schema(store::SourceConnection& connection) {
  SchemaSurvey survey;
  survey.facts = read_schema(connection, {});
  for (const store::Row row : connection.query("schema_keys", kReadForeignKeys)) {
    survey.keys.push_back({row.text("key_name"),
                           table_in(row),
                           texts_in(row.text("columns")),
                           other_in(row),
                           texts_in(row.text("target_columns"))});
  }
  std::ranges::sort(survey.keys, [](const ForeignKey& a, const ForeignKey& b) {
    return std::tie(a.table, a.columns, a.target, a.name) <
           std::tie(b.table, b.columns, b.target, b.name);
  });
  for (const store::Row row : connection.query("schema_comments", kReadComments)) {
    TableNotes& notes = survey.notes[table_in(row)];
    const std::string column = row.text("column_name");
    (column.empty() ? notes.comment : notes.column_comments[column]) = row.text("comment");
  }
  for (const store::Row row : connection.query("schema_labels", kReadLabels)) {
    survey.notes[table_in(row)].labels[row.text("column_name")] = texts_in(row.text("labels"));
  }
  for (const store::Row row : connection.query("schema_view_uses", kReadViewUses)) {
    survey.notes[table_in(row)].reads.push_back(other_in(row));
  }
  for (const store::Row row : connection.query("schema_inheritance", kReadInheritance)) {
    survey.notes[table_in(row)].inherits.push_back(other_in(row));
  }
  return survey;
}

}  // namespace rightful::sources
