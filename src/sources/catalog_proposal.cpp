#include "sources/catalog_proposal.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sources/name_sense.hpp"
#include "sources/postgres_statement.hpp"

namespace rightful::sources {
namespace {

using catalog::DraftDataset;
using catalog::DraftField;
using catalog::OwnerPath;
using catalog::TableName;

constexpr std::size_t kMaxLabels = 40;

bool can_be_written(std::string_view name) {
  return !name.empty() && std::ranges::none_of(name, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

/// As it stands in a list of owners.
std::string quoted_in_list(const std::string& path) {
  if (path.find_first_of("\",()[]{}#:'") == std::string::npos) return path;
  std::string out = "'";
  for (const char c : path) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

class Proposer {
 public:
  Proposer(const SchemaSurvey& survey,
           const std::map<TableName, TableStanding>& standings,
           const AccountColumn& account,
           const ProposalOrder& order)
      : survey_(survey), standings_(standings), account_(account), order_(order) {}

  catalog::Draft propose() {
    draft_.languages = order_.languages;
    draft_.head = {
        "Proposed by `rightful catalog discover` from the schema alone: no row was read.",
        "TODO marks what only a person can say; `rightful catalog check` names each of them until",
        "it is written. A text in quotes is finished when `TODO: ` is gone. Comments say why "
        "things",
        "stand as they do: read them, then delete them. The language: docs/catalog.md."};
    catalog::DraftSource source{order_.source, "postgresql", order_.default_schema, {}};
    source.keys.emplace_back("url_env", order_.url_env);
    if (order_.default_schema != "public")
      source.keys.emplace_back("schema", order_.default_schema);
    draft_.sources.push_back(std::move(source));
    propose_datasets();
    propose_not_personal();
    note_views();
    note_unwritable();
    return std::move(draft_);
  }

 private:
  [[nodiscard]] static bool is_dataset(const TableStanding& standing) {
    return standing.standing == Standing::Owned || standing.standing == Standing::Undecided;
  }

  [[nodiscard]] static bool is_writable(const TableFacts& table) {
    return can_be_written(table.name.schema) && can_be_written(table.name.table) &&
           std::ranges::all_of(table.columns,
                               [](const ColumnFacts& c) { return can_be_written(c.name); });
  }

  /// The accounts first, then what is decided, then what a person must choose; each by name.
  void propose_datasets() {
    std::vector<TableName> tables{account_.table};
    for (const Standing wanted : {Standing::Owned, Standing::Undecided}) {
      for (const auto& [name, standing] : standings_) {
        const bool is_wanted = standing.standing == wanted && name != account_.table &&
                               is_writable(*survey_.facts.find(name));
        if (is_wanted) tables.push_back(name);
      }
    }
    const std::vector<std::string> names = catalog::dataset_names(tables);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      draft_.datasets.push_back(dataset_of(tables[i], names[i]));
    }
  }

  [[nodiscard]] DraftDataset dataset_of(const TableName& name,
                                        const std::string& dataset_name) const {
    const TableFacts& table = *survey_.facts.find(name);
    const TableStanding& standing = standings_.at(name);
    DraftDataset dataset;
    dataset.name = dataset_name;
    dataset.source = order_.source;
    dataset.table = name;
    dataset.words = catalog::words_from(name.table);
    dataset.categories = categories_of(table);
    if (name == account_.table) {
      const bool has_name =
          table.find_column("name") != nullptr &&
          std::ranges::find(dataset.categories, "Name") == dataset.categories.end();
      if (has_name) dataset.categories.insert(dataset.categories.begin(), "Name");
      dataset.categories.insert(dataset.categories.begin(), "AccountIdentifier");
    }
    describe(table, dataset);
    if (standing.standing == Standing::Owned) {
      dataset.owners = {standing.ways.front().path};
      dataset.owner_comments = comments_on_choice(standing);
    } else {
      dataset.owner_comments = choices(name, standing);
    }
    for (const ColumnFacts& column : table.columns) {
      dataset.fields.push_back(field_of(table, column));
    }
    return dataset;
  }

  void describe(const TableFacts& table, DraftDataset& dataset) const {
    const TableNotes& notes = survey_.notes_of(table.name);
    if (!notes.comment.empty()) {
      dataset.comments.push_back("comment in the database: " + notes.comment);
    }
    const bool is_readable =
        std::ranges::all_of(table.columns, [](const ColumnFacts& c) { return c.is_readable; });
    if (!is_readable) {
      dataset.comments.push_back("the role may not read all of it: " +
                                 compose_grant(table.name, survey_.facts.role));
    }
    if (table.kind == 'f') {
      dataset.comments.emplace_back("a foreign table: its rows stand in another database");
    }
  }

  [[nodiscard]] std::string text_of(OwnerPath path) const {
    for (catalog::KeyStep& step : path.steps) {
      if (step.table.schema == order_.default_schema) step.table.schema.clear();
    }
    return to_string(path);
  }

  [[nodiscard]] std::string not_personal_text(TableName name) const {
    if (name.schema == order_.default_schema) name.schema.clear();
    return order_.source + "." + to_string(name);
  }

  [[nodiscard]] std::vector<std::string> comments_on_choice(const TableStanding& standing) const {
    std::vector<std::string> lines;
    if (standing.ways.front().is_nullable) {
      lines.emplace_back("rows without a value in the key belong to nobody");
    }
    if (standing.ways.size() == 1) {
      if (standing.reason.starts_with("inherits")) lines.push_back(standing.reason);
      return lines;
    }
    lines.push_back(standing.reason + "; not taken:");
    for (std::size_t i = 1; i < standing.ways.size(); ++i) {
      lines.push_back("  " + text_of(standing.ways[i].path));
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::string> choices(const TableName& name,
                                                 const TableStanding& standing) const {
    std::vector<std::string> lines{"Whose are these rows? " + standing.reason + "."};
    if (!standing.ways.empty()) {
      lines.emplace_back("Choose what is true, and write it in the place of TODO:");
    }
    std::string all;
    for (const OwnerWay& way : standing.ways) {
      const std::string path = text_of(way.path);
      lines.push_back(fmt::format("  owner: {}", quoted_in_list(path)));
      lines.push_back(fmt::format("      {}", meaning_of(way)));
      all += (all.empty() ? "" : ", ") + quoted_in_list(path);
    }
    if (standing.ways.size() > 1) {
      lines.push_back(fmt::format("  owner: [{}]", all));
      lines.emplace_back(
          "      to each account that one of them leads to; what belongs to the others is "
          "third-party data");
    }
    lines.push_back(
        fmt::format("{}: delete this dataset, and add to not_personal: {}",
                    standing.ways.empty() ? "If they are nobody's" : "Or, if they are nobody's",
                    not_personal_text(name)));
    return lines;
  }

  [[nodiscard]] std::string meaning_of(const OwnerWay& way) const {
    std::string text;
    if (way.path.is_direct()) {
      text = fmt::format("each row to the account in {}", way.path.column);
    } else if (way.is_reverse) {
      text = fmt::format("each row to every account with a row of {} that points at it",
                         to_string(way.path.steps.front().table));
    } else {
      text = fmt::format("each row to the account of the row in {} that {} points at",
                         to_string(way.path.steps.front().table),
                         fmt::join(way.path.steps.front().from, " and "));
    }
    if (way.is_nullable) text += "; rows without a value to nobody";
    if (way.is_guess) text += "; a GUESS from names and types, no key says it";
    return text;
  }

  [[nodiscard]] DraftField field_of(const TableFacts& table, const ColumnFacts& column) const {
    const TableNotes& notes = survey_.notes_of(table.name);
    DraftField field;
    field.name = column.name;
    field.words = catalog::words_from(column.name);
    if (const auto comment = notes.column_comments.find(column.name);
        comment != notes.column_comments.end()) {
      field.comments.push_back("comment in the database: " + comment->second);
    }
    if (is_secret(column)) {
      field.withhold = "security";
      return field;
    }
    if (points_at_people(survey_, standings_, account_, table.name, column.name)) {
      field.third_party = "pseudonymise";
      field.comments.emplace_back(
          "points at another person (Art. 15(4)): keep, pseudonymise or redact");
    } else if (may_name_object(column)) {
      field.comments.emplace_back(
          "if it names a file: attach: { source: FILES, owner_prefix: \"{account}/\" }, with a "
          "source of kind files or s3");
    }
    if (const auto labels = notes.labels.find(column.name);
        labels != notes.labels.end() && labels->second.size() <= kMaxLabels) {
      field.codes = labels->second;
    }
    return field;
  }

  void propose_not_personal() {
    for (const auto& [name, standing] : standings_) {
      const bool is_listed =
          !is_dataset(standing) && can_be_written(name.schema) && can_be_written(name.table);
      if (!is_listed) continue;
      draft_.not_personal.push_back(
          {order_.source, name, standing.reason, standing.standing == Standing::Unknown});
    }
  }

  void note_views() {
    std::vector<std::string> lines;
    for (const auto& [name, table] : survey_.facts.tables) {
      if (table.kind != 'v' || name == account_.table) continue;
      std::string bases;
      for (const TableName& base : survey_.notes_of(name).reads) {
        bases += (bases.empty() ? "" : ", ") + to_string(base);
      }
      lines.push_back(fmt::format(
          "  {}: {}", to_string(name), bases.empty() ? "reads no table" : "shows " + bases));
    }
    if (lines.empty()) return;
    draft_.notes.emplace_back(
        "Views are not described: what they show is exported from the tables below them.");
    std::ranges::move(lines, std::back_inserter(draft_.notes));
  }

  void note_unwritable() {
    for (const auto& [name, standing] : standings_) {
      const TableFacts& table = *survey_.facts.find(name);
      const bool is_left_out = is_dataset(standing)
                                   ? !is_writable(table) && name != account_.table
                                   : !can_be_written(name.schema) || !can_be_written(name.table);
      if (!is_left_out) continue;
      draft_.notes.push_back(fmt::format(
          "NOT IN HERE: {}: a name in it holds a control character, which a catalog cannot write; "
          "rename it, or describe a view of it",
          to_string(name)));
    }
  }

  const SchemaSurvey& survey_;
  const std::map<TableName, TableStanding>& standings_;
  const AccountColumn& account_;
  const ProposalOrder& order_;
  catalog::Draft draft_;
};

}  // namespace

catalog::Draft propose_catalog(const SchemaSurvey& survey,
                               const std::map<TableName, TableStanding>& standings,
                               const AccountColumn& account,
                               const ProposalOrder& order) {
  return Proposer(survey, standings, account, order).propose();
}

}  // namespace rightful::sources
