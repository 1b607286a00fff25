#include "rightful/catalog/catalog.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "catalog/known_terms.hpp"

namespace rightful::catalog {
namespace {

template <class T>
const T* find_by_name(const std::vector<T>& items, std::string_view name) noexcept {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

std::string to_string(const CatalogProblem& problem) {
  return fmt::format(
      "{}:{}:{}: {}; {}", problem.file, problem.line, problem.column, problem.what, problem.cure);
}

std::string_view Source::kind() const noexcept {
  constexpr std::array<std::string_view, 6> kKinds{
      "postgresql", "files", "s3", "http", "odbc", "manual"};
  static_assert(kKinds.size() == std::variant_size_v<decltype(settings)>);
  return kKinds[settings.index()];
}

const std::string& Source::location_env() const noexcept {
  static const std::string kNone;
  if (const auto* postgresql = std::get_if<PostgresqlSettings>(&settings)) {
    return postgresql->url_env;
  }
  if (const auto* files = std::get_if<FilesSettings>(&settings)) return files->root_env;
  if (const auto* http = std::get_if<HttpSettings>(&settings)) return http->auth_env;
  if (const auto* odbc = std::get_if<OdbcSettings>(&settings)) return odbc->connection_env;
  return kNone;
}

std::vector<SourceVariable> Source::variables() const {
  if (const auto* s3 = std::get_if<S3Settings>(&settings)) {
    std::vector<SourceVariable> all{{name + ".access_key_env", s3->access_key_env},
                                    {name + ".secret_key_env", s3->secret_key_env}};
    if (!s3->session_token_env.empty()) {
      all.push_back({name + ".session_token_env", s3->session_token_env});
    }
    return all;
  }
  if (location_env().empty()) return {};
  return {{name, location_env()}};
}

bool Source::has_records() const noexcept {
  return !has_objects();
}

bool Source::has_tables() const noexcept {
  return std::holds_alternative<PostgresqlSettings>(settings) ||
         std::holds_alternative<OdbcSettings>(settings);
}

bool Source::has_objects() const noexcept {
  return std::holds_alternative<FilesSettings>(settings) ||
         std::holds_alternative<S3Settings>(settings);
}

const std::string& Source::default_schema() const noexcept {
  static const std::string kNone;
  if (const auto* postgresql = std::get_if<PostgresqlSettings>(&settings)) {
    return postgresql->schema;
  }
  if (const auto* odbc = std::get_if<OdbcSettings>(&settings)) return odbc->schema;
  return kNone;
}

std::string_view name_of(FieldKind kind) noexcept {
  switch (kind) {
    case FieldKind::Text:
      return "text";
    case FieldKind::Integer:
      return "integer";
    case FieldKind::Decimal:
      return "decimal";
    case FieldKind::Double:
      return "double";
    case FieldKind::Boolean:
      return "boolean";
    case FieldKind::Instant:
      return "instant";
    case FieldKind::DateTime:
      return "datetime";
    case FieldKind::Date:
      return "date";
    case FieldKind::Time:
      return "time";
    case FieldKind::Interval:
      return "interval";
    case FieldKind::Bytes:
      return "bytes";
    case FieldKind::Json:
      return "json";
    case FieldKind::Uuid:
      return "uuid";
  }
  return "";
}

std::string_view name_of(RecipientRole role) noexcept {
  switch (role) {
    case RecipientRole::Processor:
      return "processor";
    case RecipientRole::JointController:
      return "joint_controller";
    case RecipientRole::Controller:
      return "controller";
    case RecipientRole::Authority:
      return "authority";
  }
  return "";
}

std::string text_of(const Term& term, std::string_view language) {
  if (term.title.has(language)) return term.title.in(language);
  if (const LocalizedText* known = known_term(term.name);
      known != nullptr && known->has(language)) {
    return known->in(language);
  }
  if (!term.title.is_empty()) return term.title.in(language);
  std::string words;
  for (const char c : term.name) {
    const bool starts_word = is_upper(c) && !words.empty() && words.back() != ' ';
    if (starts_word) words += ' ';
    if (c == '.' || c == '_' || c == '-') {
      words += ' ';
    } else {
      words += starts_word ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return words;
}

const Field* Dataset::find_field(std::string_view field) const noexcept {
  return find_by_name(fields, field);
}

const Source* Catalog::find_source(std::string_view name) const noexcept {
  return find_by_name(sources_, name);
}

const Dataset* Catalog::find_dataset(std::string_view name) const noexcept {
  return find_by_name(datasets_, name);
}

const std::string& Catalog::language_for(std::string_view wanted) const noexcept {
  const auto& languages = controller_.languages;
  const auto found = std::find(languages.begin(), languages.end(), wanted);
  return found == languages.end() ? languages.front() : *found;
}

}  // namespace rightful::catalog
