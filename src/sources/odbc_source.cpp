#include "sources/odbc_source.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"

#include "sources/odbc_values.hpp"

namespace rightful::sources {
namespace {

constexpr std::uint64_t kMostRowsInPage = 4096;
// A value that can be longer than this is weighed before it is read.
constexpr std::uint64_t kShortValue = 4096;
constexpr std::uint64_t kFixedValue = 32;
constexpr std::string_view kUtc = "UTC";

std::uint64_t number_from(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

OdbcParameter account_as(const AccountId& account, OwnerType type) {
  using Type = OdbcParameter::Type;
  switch (type) {
    case OwnerType::Int2:
    case OwnerType::Int4:
    case OwnerType::Int8:
      return {Type::Integer, account.expose()};
    case OwnerType::UnsignedInt8:
      return {Type::UnsignedInteger, account.expose()};
    case OwnerType::WholeNumber:
      return {Type::Decimal, account.expose()};
    case OwnerType::Text:
    case OwnerType::PaddedText:
    case OwnerType::Uuid:
      break;
  }
  return {Type::Text, account.expose()};
}

/// As the guard compares it: blanks that a fixed width added are not the owner's, and databases
/// write UUIDs in either case.
void make_comparable(OwnerType type, std::string& owner) {
  if (type == OwnerType::PaddedText) {
    while (owner.ends_with(' '))
      owner.pop_back();
  } else if (type == OwnerType::Uuid) {
    std::transform(owner.begin(), owner.end(), owner.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
}

/// The owners of a row, as the source has them.
class OwnerReader {
 public:
  OwnerReader(const DatasetPlan& plan, const std::string& source) : plan_(plan), source_(source) {}

  /// Valid until the next call.
  std::span<const std::optional<std::string_view>> read(OdbcStatement& statement) {
    owners_.clear();
    for (std::size_t i = 0; i < plan_.owners.size(); ++i) {
      const auto value = statement.text(static_cast<int>(i + 1), buffer_);
      if (!value) continue;
      if (plan_.owners[i].leads_to_one) {
        add(*value, plan_.owners[i].type);
      } else {
        add_list(*value, plan_.owners[i].type);
      }
    }
    views_.assign(owners_.begin(), owners_.end());
    return views_;
  }

 private:
  void add(std::string_view value, OwnerType type) {
    make_comparable(type, owners_.emplace_back(value));
  }

  /// `["a","b"]`
  void add_list(std::string_view json, OwnerType type) {
    const auto list = nlohmann::json::parse(json, nullptr, false);
    if (!list.is_array()) {
      throw Failure(Retry::Never,
                    "bad_row",
                    fmt::format("source {}, {}: the list of a row's owners is not complete",
                                source_,
                                plan_.dataset->name));
    }
    for (const nlohmann::json& owner : list) {
      if (owner.is_string()) add(owner.get_ref<const std::string&>(), type);
    }
  }

  const DatasetPlan& plan_;
  const std::string& source_;
  std::string buffer_;
  std::vector<std::string> owners_;
  std::vector<std::optional<std::string_view>> views_;
};

/// What a `SHOW GRANTS` may hold without giving a right to change anything.
constexpr std::array<std::string_view, 5> kReadingRights{
    "USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS"};

bool is_reading(std::string_view right) {
  return std::find(kReadingRights.begin(), kReadingRights.end(), right) != kReadingRights.end();
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

/// `SELECT (a, b), INSERT` → without what stands in parentheses.
std::string without_columns(std::string_view rights) {
  std::string out;
  int depth = 0;
  for (const char c : rights) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')') --depth;
  }
  return out;
}

const ColumnFacts* key_column(const SchemaFacts& schema,
                              const DatasetPlan& plan,
                              const std::string& column) {
  const TableFacts* table = schema.find(plan.dataset->table);
  return table == nullptr ? nullptr : table->find_column(column);
}

/// Whether a value of the column that was read can be sent back and finds the same place.
bool can_be_key(const ColumnFacts* column) {
  if (column == nullptr) return false;
  const std::array kinds{ValueKind::Integer,
                         ValueKind::Text,
                         ValueKind::Bytes,
                         ValueKind::Uuid,
                         ValueKind::Date,
                         ValueKind::DateTime,
                         ValueKind::Instant};
  return std::find(kinds.begin(), kinds.end(), column->kind) != kinds.end();
}

}  // namespace

/// The parser lets nothing else through; what it let through is converted as UTC or not at all.
SourceResult<void> check_settings(const catalog::Source& source,
                                  const catalog::OdbcSettings& settings) {
  if (settings.timezone.empty() || settings.timezone == kUtc) return {};
  return std::unexpected(SourceError{
      SourceErrorKind::NotConfigured,
      source.name,
      "",
      "times without a zone are instants only if they were written in UTC: say `timezone: UTC`, or "
      "remove it and describe the fields as `kind: datetime`"});
}

/// Where the next page begins.
struct OdbcSource::LastKey {
  std::vector<OdbcParameter> values;
};

SourceResult<std::string> odbc_connection_string(const catalog::Source& source,
                                                 const catalog::OdbcSettings& settings,
                                                 const SourceLocations& locations) {
  if (!settings.dsn.empty()) return "DSN=" + settings.dsn;
  const auto given = locations.find(source.name);
  if (given != locations.end() && !given->second.empty()) return given->second;
  return std::unexpected(
      SourceError{SourceErrorKind::NotConfigured,
                  source.name,
                  "",
                  "the environment variable " + settings.connection_env + " is not set"});
}

WrittenIn zone_of(const catalog::OdbcSettings& settings) {
  return settings.timezone == kUtc ? WrittenIn::Utc : WrittenIn::Unknown;
}

bool grants_writing(std::string_view grant) {
  constexpr std::string_view kGrant = "GRANT ";
  const std::size_t on = grant.find(" ON ");
  // `GRANT role TO user` gives nothing by itself: the rights of a role in force are listed too.
  if (!grant.starts_with(kGrant) || on == std::string_view::npos) return false;
  const std::string rights = without_columns(grant.substr(kGrant.size(), on - kGrant.size()));
  std::string_view rest = rights;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    if (!is_reading(trimmed(rest.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return false;
}

bool may_write(OdbcConnection& connection) {
  const std::string question = compose_show_grants(connection.dialect());
  if (question.empty()) return false;
  OdbcStatement statement(connection, "grants");
  statement.execute(question);
  std::string buffer;
  bool found = false;
  while (statement.fetch()) {
    found = grants_writing(statement.text(1, buffer).value_or("")) || found;
  }
  return found;
}

SourceResult<std::unique_ptr<RecordSource>> OdbcSource::open(
    const SourceOrder& order, const catalog::OdbcSettings& settings) {
  RIGHTFUL_TRY(check_settings(order.source, settings));
  RIGHTFUL_TRY(const std::string text,
               odbc_connection_string(order.source, settings, order.locations));
  RIGHTFUL_TRY(auto connection, OdbcConnection::open(order.source.name, text));
  auto opened = std::unique_ptr<OdbcSource>(new OdbcSource(order, settings, std::move(connection)));
  RIGHTFUL_TRY(opened->check_texts());
  RIGHTFUL_TRY(opened->check_role());
  opened->begin();
  RIGHTFUL_TRY(opened->plan_all(order.datasets));
  return opened;
}

OdbcSource::OdbcSource(const SourceOrder& order,
                       const catalog::OdbcSettings& settings,
                       std::unique_ptr<OdbcConnection> connection)
    : source_(order.source),
      settings_(settings),
      account_(order.scope.account()),
      context_(order.context),
      connection_(std::move(connection)),
      style_{connection_->dialect(), connection_->quote()},
      snapshot_{order.source.name, "odbc (" + connection_->product() + ")", {}, false, false} {}

/// A driver that was told another character set has question marks where letters were.
SourceResult<void> OdbcSource::check_texts() {
  if (connection_->dialect() != OdbcDialect::MySql) return {};
  OdbcStatement statement(*connection_, "charset");
  statement.execute(kMySqlCharset);
  std::string buffer;
  if (statement.fetch() && statement.plain(1, buffer) == "utf8mb4") return {};
  return std::unexpected(SourceError{SourceErrorKind::NotConfigured,
                                     source_.name,
                                     "",
                                     "the connection does not speak utf8mb4; remove CHARSET and "
                                     "INITSTMT from the connection string and odbc.ini"});
}

SourceResult<void> OdbcSource::check_role() {
  snapshot_.has_writable_role = may_write(*connection_);
  if (!snapshot_.has_writable_role || settings_.allows_writable_role) return {};
  return std::unexpected(SourceError{
      SourceErrorKind::RoleTooPowerful,
      source_.name,
      "",
      fmt::format("the user {} may do more than read; give Rightful a user of its own with SELECT "
                  "alone, or say `allow_writable_role: true` in the source",
                  connection_->user())});
}

void OdbcSource::begin() {
  if (connection_->dialect() == OdbcDialect::Sqlite) {
    connection_->execute("begin", kSqliteTemporary);
    connection_->execute("begin", kSqliteAccountTable);
    const OdbcParameter account{OdbcParameter::Type::Text, account_.expose()};
    OdbcStatement(*connection_, "begin").execute(kSqliteSetAccount, {&account, 1});
  }
  const std::vector<std::string> statements = compose_begin(connection_->dialect());
  if (statements.empty()) connection_->begin_by_attributes();
  for (const std::string& statement : statements) {
    connection_->execute("begin", statement);
  }
  if (connection_->dialect() == OdbcDialect::Sqlite) {
    OdbcStatement first(*connection_, "begin");
    first.execute(kSqliteFirstRead);
    (void)first.fetch();
  }
  snapshot_.taken_at = SystemClock().now();
  snapshot_.is_consistent = !statements.empty() || connection_->isolation() == SQL_TXN_SERIALIZABLE;
}

SourceResult<void> OdbcSource::plan_all(const std::vector<const catalog::Dataset*>& datasets) {
  schema_ = read_odbc_schema(*connection_, tables_of_all(datasets), zone_of(settings_));
  for (const catalog::Dataset* dataset : datasets) {
    RIGHTFUL_TRY(plan_one(*dataset));
  }
  for (const catalog::TableName& table : tables_of_all(datasets)) {
    if (schema_.without_snapshot.contains(table)) snapshot_.is_consistent = false;
  }
  return {};
}

SourceResult<void> OdbcSource::plan_one(const catalog::Dataset& dataset) {
  const OdbcCures cures(style_);
  PlanningResult planned =
      plan_by_rules(dataset, {false, settings_.allows_writable_role, cures}, schema_.facts);
  if (auto error = first_error(planned.findings)) return std::unexpected(*std::move(error));
  RIGHTFUL_TRY(check_names(planned.plan));
  for (const PlannedOwner& owner : planned.plan.owners) {
    const Result<void> possible = check_round_trip(account_, owner.type);
    if (possible) continue;
    return std::unexpected(SourceError{
        SourceErrorKind::AccountNotPossible, source_.name, dataset.name, possible.error().detail});
  }
  Prepared prepared;
  prepared.plan = std::move(planned.plan);
  prepare_pages(prepared);
  // Touches every table: from here on none can be changed or emptied until the transaction ends,
  // where the database has such locks.
  prepared.rows = count(prepared.plan);
  datasets_.emplace(&dataset, std::move(prepared));
  return {};
}

SourceResult<void> OdbcSource::check_names(const DatasetPlan& plan) const {
  const auto refuse = [&](std::string detail) {
    return std::unexpected(SourceError{
        SourceErrorKind::SchemaChanged, source_.name, plan.dataset->name, std::move(detail)});
  };
  std::vector<std::string> names = plan.identity;
  for (const PlannedColumn& column : plan.columns)
    names.push_back(column.facts->name);
  for (const catalog::TableName& table : tables_of(*plan.dataset)) {
    names.push_back(table.table);
    if (!table.schema.empty()) names.push_back(table.schema);
  }
  for (const PlannedOwner& owner : plan.owners) {
    names.push_back(owner.path->column);
    if (!owner.leads_to_one && !has_owner_lists(style_.dialect)) {
      return refuse(
          "a path that leads to many accounts cannot be read from this database; "
          "describe a view with one row for each owner");
    }
  }
  const auto odd = std::find_if(
      names.begin(), names.end(), [&](const auto& name) { return !can_write(style_, name); });
  if (odd == names.end()) return {};
  return refuse(
      fmt::format("the driver cannot quote the name `{}`; describe a view with plain "
                  "names",
                  *odd));
}

void OdbcSource::prepare_pages(Prepared& prepared) const {
  const DatasetPlan& plan = prepared.plan;
  prepared.is_paged =
      style_.dialect == OdbcDialect::MySql && !plan.identity.empty() &&
      std::all_of(plan.identity.begin(), plan.identity.end(), [&](const std::string& column) {
        return can_be_key(key_column(schema_.facts, plan, column));
      });
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const auto known = schema_.octets.find({plan.dataset->table, plan.columns[i].facts->name});
    const std::uint64_t most =
        plan.columns[i].reading == Reading::Presence || known == schema_.octets.end()
            ? kFixedValue
            : known->second;
    if (most > kShortValue) {
      prepared.long_columns.push_back(i);
    } else {
      prepared.row_bytes += most + kFixedValue;
    }
  }
}

std::vector<OdbcParameter> OdbcSource::parameters(const OdbcQuery& query,
                                                  const DatasetPlan& plan,
                                                  const LastKey& key) const {
  std::vector<OdbcParameter> values;
  values.reserve(query.places.size());
  for (const OdbcPlace& place : query.places) {
    values.push_back(place.what == OdbcPlace::What::Key
                         ? key.values.at(place.index)
                         : account_as(account_, plan.owners[place.index].type));
  }
  return values;
}

std::uint64_t OdbcSource::count(const DatasetPlan& plan) {
  const OdbcQuery query = compose_count(style_, plan);
  OdbcStatement statement(*connection_, plan.dataset->name);
  statement.execute(query.sql, parameters(query, plan, {}));
  std::string buffer;
  RIGHTFUL_CHECK(statement.fetch());
  return number_from(statement.plain(1, buffer).value_or(""));
}

SourceResult<DatasetFacts> OdbcSource::read(const catalog::Dataset& dataset, RecordSink& sink) {
  const auto found = datasets_.find(&dataset);
  RIGHTFUL_CHECK(connection_ != nullptr && found != datasets_.end());
  const Prepared& prepared = found->second;
  DatasetHead head{&dataset, {}, prepared.rows};
  for (const PlannedColumn& column : prepared.plan.columns) {
    head.columns.push_back({column.field, column.kind});
  }
  RecordGate gate(std::move(head), context_, sink);
  if (prepared.is_paged) {
    RIGHTFUL_TRY(read_pages(prepared, gate));
  } else {
    RIGHTFUL_TRY(read_all(prepared, gate));
  }
  RIGHTFUL_TRY(auto facts, gate.close());
  const std::uint64_t after = count(prepared.plan);
  if (after == prepared.rows) return facts;
  return std::unexpected(
      SourceError{SourceErrorKind::CountMismatch,
                  source_.name,
                  dataset.name,
                  fmt::format("{} rows were counted before reading and {} after it: the database "
                              "keeps no snapshot of this table",
                              prepared.rows,
                              after)});
}

SourceResult<void> OdbcSource::read_all(const Prepared& prepared, RecordGate& gate) {
  LastKey unused;
  RIGHTFUL_TRY(read_page(prepared, {}, unused, gate));
  return {};
}

SourceResult<void> OdbcSource::read_pages(const Prepared& prepared, RecordGate& gate) {
  OdbcPage page;
  const std::uint64_t widest = std::max<std::uint64_t>(prepared.row_bytes, 1);
  const std::uint64_t most = std::clamp<std::uint64_t>(kPageBytes / widest, 1, kMostRowsInPage);
  page.rows = most;
  LastKey key;
  for (;;) {
    std::uint64_t bytes = 0;
    while (!prepared.long_columns.empty()) {
      bytes = weight(prepared, page, key);
      if (bytes <= kPageBytes || page.rows == 1) break;
      page.rows = std::max<std::uint64_t>(page.rows * kPageBytes / bytes, 1);
    }
    RIGHTFUL_TRY(const std::uint64_t rows, read_page(prepared, page, key, gate));
    if (rows < page.rows) return {};
    page.is_after_key = true;
    if (bytes < kPageBytes / 4) page.rows = std::min(page.rows * 4, most);
  }
}

std::uint64_t OdbcSource::weight(const Prepared& prepared,
                                 const OdbcPage& page,
                                 const LastKey& key) {
  const OdbcQuery query = compose_weight(style_, prepared.plan, page, prepared.long_columns);
  OdbcStatement statement(*connection_, prepared.plan.dataset->name);
  statement.execute(query.sql, parameters(query, prepared.plan, key));
  std::string buffer;
  RIGHTFUL_CHECK(statement.fetch());
  return number_from(statement.plain(1, buffer).value_or(""));
}

SourceResult<std::uint64_t> OdbcSource::read_page(const Prepared& prepared,
                                                  const OdbcPage& page,
                                                  LastKey& key,
                                                  RecordGate& gate) {
  const DatasetPlan& plan = prepared.plan;
  const OdbcQuery query = compose_rows(style_, plan, page);
  OdbcStatement statement(*connection_, plan.dataset->name);
  statement.execute(query.sql, parameters(query, plan, key));
  OwnerReader owners(plan, source_.name);
  std::vector<Value> values(plan.columns.size());
  std::vector<std::string> buffers(plan.columns.size() * 2);
  std::uint64_t rows = 0;
  while (statement.fetch()) {
    ++rows;
    const auto of_row = owners.read(statement);
    int column = static_cast<int>(plan.owners.size());
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
      ++column;
      const PlannedColumn& planned = plan.columns[i];
      if (planned.reading == Reading::Presence) {
        const bool is_there = statement.plain(column, buffers[2 * i]) == "1";
        values[i] = {is_there ? ValueKind::Redacted : ValueKind::Null, {}};
      } else {
        values[i] = read_value(statement,
                               column,
                               *planned.facts,
                               planned.kind,
                               style_.dialect,
                               buffers[2 * i],
                               buffers[2 * i + 1]);
      }
    }
    if (page.rows > 0) read_key(statement, column, plan, key);
    RIGHTFUL_TRY(gate.pass({of_row, values}));
  }
  return rows;
}

void OdbcSource::read_key(OdbcStatement& statement,
                          int column,
                          const DatasetPlan& plan,
                          LastKey& key) const {
  using Type = OdbcParameter::Type;
  std::string buffer;
  key.values.clear();
  for (const std::string& name : plan.identity) {
    ++column;
    const ColumnFacts& facts = *key_column(schema_.facts, plan, name);
    const bool is_raw = facts.kind == ValueKind::Bytes;
    const auto value = is_raw ? statement.bytes(column, buffer) : statement.text(column, buffer);
    const Type type = is_raw                                        ? Type::Binary
                      : facts.kind != ValueKind::Integer            ? Type::Text
                      : facts.owner_type == OwnerType::UnsignedInt8 ? Type::UnsignedInteger
                                                                    : Type::Integer;
    key.values.push_back({type, std::string(value.value_or(""))});
  }
}

}  // namespace rightful::sources
