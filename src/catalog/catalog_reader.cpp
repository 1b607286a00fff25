#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "rightful/catalog/catalog.hpp"

#include "catalog/dataset_reader.hpp"
#include "catalog/facts_reader.hpp"
#include "catalog/node_reader.hpp"

namespace rightful::catalog {
namespace {

using Key = std::string_view;

constexpr std::array<Key, 7> kCatalogKeys{
    "version", "controller", "package", "sources", "defaults", "datasets", "not_personal"};
constexpr std::array<Key, 1> kPackageKeys{"compact"};
constexpr std::array<Key, 5> kDefaultKeys{
    "purposes", "categories", "recipients", "retention", "origin"};
constexpr std::array<Key, 5> kPostgresqlKeys{
    "kind", "url_env", "schema", "rls", "allow_writable_role"};
constexpr std::array<Key, 3> kFilesKeys{"kind", "root", "root_env"};

constexpr std::string_view kEnvironmentRule = "the name of an environment variable: A-Z, 0-9 and _";
constexpr std::string_view kRowSecuritySetting = "rightful.account_id";

bool is_absolute_path(std::string_view text) {
  return text.starts_with('/') && text.size() > 1 && text.find('\0') == std::string_view::npos;
}

/// `file:line:column: cause`, as parse_yaml() writes it, taken apart again.
CatalogProblem from_yaml_error(std::string_view file, const Error& error) {
  CatalogProblem problem{std::string(file), 1, 1, error.detail, "write valid YAML"};
  std::string_view rest = error.detail;
  if (!rest.starts_with(file) || !rest.substr(file.size()).starts_with(':')) return problem;
  rest.remove_prefix(file.size() + 1);
  const auto take_number = [&rest](int& number) {
    const std::size_t end = rest.find(':');
    const std::string_view digits = rest.substr(0, end);
    const bool is_number = !digits.empty() && digits.size() < 9 &&
                           digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number || end == std::string_view::npos) return false;
    number = std::stoi(std::string(digits));
    rest.remove_prefix(end + 1);
    return true;
  };
  if (take_number(problem.line) && take_number(problem.column)) {
    problem.what = rest.substr(rest.starts_with(' ') ? 1 : 0);
  } else if (!rest.empty()) {
    problem.what = rest.substr(rest.starts_with(' ') ? 1 : 0);
  }
  return problem;
}

}  // namespace

/// Reads the whole file in an order in which later parts can be held against earlier ones.
class CatalogReader {
 public:
  CatalogReader(const YamlNode& root, std::string_view file) : root_(root), problems_(file) {}

  std::expected<Catalog, std::vector<CatalogProblem>> read() {
    const MappingReader mapping(root_, problems_, "the catalog", kCatalogKeys);
    read_version(mapping);
    if (const auto* node = mapping.required("controller", "say who answers")) {
      catalog_.controller_ = read_controller(*node, problems_);
    }
    if (const auto* node = mapping.optional("package")) read_package(*node);
    if (const auto* node = mapping.required("sources", "name at least one source")) {
      read_sources(*node);
    }
    if (const auto* node = mapping.optional("defaults")) {
      const MappingReader defaults(*node, problems_, "`defaults`", kDefaultKeys);
      defaults_ = read_facts(defaults, problems_, catalog_.controller_.languages);
    }
    if (const auto* node = mapping.required("datasets", "describe at least one dataset")) {
      read_datasets(*node);
    }
    if (const auto* node = mapping.optional("not_personal")) read_not_personal(*node);
    if (!problems_.is_empty()) return std::unexpected(problems_.take());
    return std::move(catalog_);
  }

 private:
  void read_version(const MappingReader& mapping) {
    const auto* version = mapping.required("version", "write `version: 1`");
    if (version != nullptr && version->text() != "1") {
      problems_.add(*version, "this version of the catalog is not known", "write `version: 1`");
    }
  }

  void read_package(const YamlNode& node) {
    const MappingReader mapping(node, problems_, "`package`", kPackageKeys);
    if (const auto* compact = mapping.optional("compact")) {
      catalog_.packaging_.is_compact =
          read_boolean(*compact, problems_, "`compact`").value_or(false);
    }
  }

  void read_sources(const YamlNode& node) {
    if (node.kind() != YamlNode::Kind::Mapping || node.entries().empty()) {
      problems_.add(node, "`sources` is not a mapping with entries", "write `name: { kind: … }`");
      return;
    }
    for (const auto& [name, value] : node.entries()) {
      const auto word = read_word(
          name, problems_, "the source's name", is_identifier, "1 to 64 of a-z, 0-9 and _");
      if (word) read_source(*word, value);
    }
  }

  void read_source(const std::string& name, const YamlNode& node) {
    const YamlNode* kind = node.find("kind");
    if (kind == nullptr || kind->kind() != YamlNode::Kind::Scalar) {
      problems_.add(node,
                    fmt::format("`kind` is missing in the source `{}`", name),
                    "write `kind: postgresql` or `kind: files`");
    } else if (kind->text() == "postgresql") {
      catalog_.sources_.push_back({name, read_postgresql(name, node)});
    } else if (kind->text() == "files") {
      catalog_.sources_.push_back({name, read_files(name, node)});
    } else {
      problems_.add(
          *kind,
          fmt::format("kind `{}` is not supported in this version", kind->text().substr(0, 40)),
          "supported: postgresql, files");
    }
  }

  PostgresqlSettings read_postgresql(const std::string& name, const YamlNode& node) {
    const MappingReader mapping(
        node, problems_, fmt::format("the source `{}`", name), kPostgresqlKeys);
    PostgresqlSettings settings;
    if (const auto* url = mapping.required(
            "url_env", "name the environment variable that holds the URL; no URL stands here")) {
      settings.url_env =
          read_word(*url, problems_, "the url_env", is_environment_name, kEnvironmentRule)
              .value_or("");
    }
    if (const auto* schema = mapping.optional("schema")) {
      settings.schema =
          read_word(*schema, problems_, "the schema", is_column_name, "the exact name of a schema")
              .value_or("public");
    }
    if (const auto* rls = mapping.optional("rls")) {
      settings.has_row_security = true;
      if (rls->text() != kRowSecuritySetting) {
        problems_.add(*rls,
                      "the setting for row security has one name",
                      "write `rls: rightful.account_id`, and let the policies read it");
      }
    }
    if (const auto* allow = mapping.optional("allow_writable_role")) {
      settings.allows_writable_role =
          read_boolean(*allow, problems_, "`allow_writable_role`").value_or(false);
    }
    return settings;
  }

  FilesSettings read_files(const std::string& name, const YamlNode& node) {
    const MappingReader mapping(node, problems_, fmt::format("the source `{}`", name), kFilesKeys);
    FilesSettings settings;
    const auto* root = mapping.optional("root");
    const auto* root_env = mapping.optional("root_env");
    if ((root != nullptr) == (root_env != nullptr)) {
      problems_.add(
          node,
          fmt::format(
              "the source `{}` has {} folder", name, root != nullptr ? "more than one" : "no"),
          "write either `root: /absolute/folder` or `root_env: NAME`");
    } else if (root != nullptr) {
      settings.root =
          read_word(*root, problems_, "the root", is_absolute_path, "an absolute folder")
              .value_or("");
    } else {
      settings.root_env =
          read_word(*root_env, problems_, "the root_env", is_environment_name, kEnvironmentRule)
              .value_or("");
    }
    return settings;
  }

  void read_datasets(const YamlNode& node) {
    const DatasetContext context{catalog_.controller_.languages, catalog_.sources_, defaults_};
    read_list(node, problems_, "`datasets`", [&](const YamlNode& item) {
      std::optional<Dataset> dataset = read_dataset(item, problems_, context);
      if (!dataset) return;
      if (catalog_.find_dataset(dataset->name) != nullptr) {
        problems_.add(*item.find("name"),
                      fmt::format("the name `{}` is used by another dataset", dataset->name),
                      "each dataset has a name of its own: it names its file");
        return;
      }
      catalog_.datasets_.push_back(*std::move(dataset));
    });
    if (node.kind() != YamlNode::Kind::Sequence) return;
    if (node.items().empty()) {
      problems_.add(node, "`datasets` is empty", "describe at least one dataset");
    } else if (node.items().size() > Catalog::kMaxDatasets) {
      problems_.add(node, "there are more than 4096 datasets", "split the catalog by service");
    }
  }

  void read_not_personal(const YamlNode& node) {
    std::set<std::pair<std::string, TableName>> seen;
    read_list(node, problems_, "`not_personal`", [&](const YamlNode& item) {
      auto entry = read_not_personal_entry(item);
      if (!entry) return;
      if (!seen.emplace(entry->source, entry->table).second) {
        problems_.add(item, "the table stands in `not_personal` twice", "remove one");
      } else if (is_dataset(*entry)) {
        problems_.add(item,
                      fmt::format("{} is a dataset and declared not personal at once",
                                  to_string(entry->table)),
                      "remove it here, or the dataset");
      } else {
        catalog_.not_personal_.push_back(*std::move(entry));
      }
    });
  }

  [[nodiscard]] bool is_dataset(const NotPersonal& entry) const {
    return std::any_of(
        catalog_.datasets_.begin(), catalog_.datasets_.end(), [&](const Dataset& dataset) {
          return dataset.source == entry.source && dataset.table == entry.table;
        });
  }

  std::optional<NotPersonal> read_not_personal_entry(const YamlNode& item) {
    constexpr std::string_view kCure = "write `source.table` or `source.schema.table`";
    const std::string& text = item.text();
    const std::size_t dot = text.find('.');
    const Source* source = catalog_.find_source(std::string_view(text).substr(0, dot));
    const auto* settings =
        source == nullptr ? nullptr : std::get_if<PostgresqlSettings>(&source->settings);
    if (dot == std::string::npos || settings == nullptr) {
      problems_.add(item, "this does not name a table of a source", std::string(kCure));
      return std::nullopt;
    }
    const auto table = parse_table_name(std::string_view(text).substr(dot + 1), settings->schema);
    if (!table) {
      problems_.add(item, "the table is not named: " + table.error().detail, std::string(kCure));
      return std::nullopt;
    }
    return NotPersonal{source->name, *table};
  }

  const YamlNode& root_;
  Problems problems_;
  Catalog catalog_;
  Facts defaults_;
};

std::expected<Catalog, std::vector<CatalogProblem>> Catalog::parse(std::string_view text,
                                                                   std::string_view file_name) {
  const Result<YamlNode> root = parse_yaml(text, file_name);
  if (!root) return std::unexpected(std::vector{from_yaml_error(file_name, root.error())});
  return CatalogReader(*root, file_name).read();
}

}  // namespace rightful::catalog
