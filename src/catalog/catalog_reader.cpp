#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "rightful/catalog/catalog.hpp"

#include "catalog/bundle.hpp"
#include "catalog/dataset_reader.hpp"
#include "catalog/facts_reader.hpp"
#include "catalog/known_keys.hpp"
#include "catalog/node_reader.hpp"
#include "catalog/source_reader.hpp"

namespace rightful::catalog {
namespace {

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
  const bool has_place = take_number(problem.line) && take_number(problem.column);
  if (has_place || !rest.empty()) problem.what = rest.substr(rest.starts_with(' ') ? 1 : 0);
  return problem;
}

}  // namespace

/// One file of the catalog, parsed.
struct Document {
  std::string name;
  YamlNode root;
};

/// Reads all files in an order in which later parts can be held against earlier ones.
class CatalogReader {
 public:
  explicit CatalogReader(const std::vector<Document>& documents) : documents_(documents) {
    mappings_.reserve(documents.size());
    for (const Document& document : documents) {
      problems_.enter(document.name);
      mappings_.emplace_back(document.root, problems_, "the catalog", keys::kCatalog);
      read_version(mappings_.back());
    }
  }

  std::expected<Catalog, std::vector<CatalogProblem>> read() {
    read_only("controller", "say who answers", [&](std::size_t file, const YamlNode& node) {
      main_file_ = file;
      catalog_.controller_ = read_controller(node, problems_);
    });
    read_only("package", "", [&](std::size_t, const YamlNode& node) { read_package(node); });
    read_each("sources", "name at least one source", [&](std::size_t, const YamlNode& node) {
      read_sources(node);
    });
    defaults_.resize(documents_.size());
    read_each("defaults", "", [&](std::size_t file, const YamlNode& node) {
      const MappingReader defaults(node, problems_, "`defaults`", keys::kDefaults);
      defaults_[file] = read_facts(defaults, problems_, catalog_.controller_.languages);
      has_defaults_.insert(file);
    });
    read_each(
        "datasets", "describe at least one dataset", [&](std::size_t file, const YamlNode& node) {
          read_datasets(node, defaults_for(file));
        });
    read_each(
        "not_personal", "", [&](std::size_t, const YamlNode& node) { read_not_personal(node); });
    read_each("phrases", "", [&](std::size_t, const YamlNode& node) { read_phrases(node); });
    if (!problems_.is_empty()) return std::unexpected(problems_.take());
    return std::move(catalog_);
  }

 private:
  using Read = std::function<void(std::size_t file, const YamlNode& node)>;

  /// Reads `key` in every file where it stands. @param cure  empty = no file needs it.
  void read_each(std::string_view key, std::string_view cure, const Read& read) {
    const bool is_anywhere = std::ranges::any_of(
        documents_, [&](const Document& file) { return file.root.find(key) != nullptr; });
    for (std::size_t file = 0; file < documents_.size(); ++file) {
      problems_.enter(documents_[file].name);
      const bool is_needed = !cure.empty() && (file == 0 || is_anywhere);
      const bool stands_here = documents_[file].root.find(key) != nullptr;
      if (!stands_here && is_anywhere) continue;
      const YamlNode* node =
          is_needed ? mappings_[file].required(key, cure) : mappings_[file].optional(key);
      if (node != nullptr) read(file, *node);
    }
  }

  /// The same for a key that stands in one file only.
  void read_only(std::string_view key, std::string_view cure, const Read& read) {
    const Document* first = nullptr;
    read_each(key, cure, [&](std::size_t file, const YamlNode& node) {
      if (first == nullptr) {
        first = &documents_[file];
        read(file, node);
      } else {
        problems_.add(node,
                      fmt::format("`{}` stands in {} too", key, first->name),
                      "leave it in one of the files");
      }
    });
  }

  /// A file's own, or those of the file that names the controller.
  [[nodiscard]] const Facts& defaults_for(std::size_t file) const {
    return defaults_[has_defaults_.contains(file) ? file : main_file_];
  }

  void read_version(const MappingReader& mapping) {
    // A file of translations alone describes nothing.
    const auto& entries = mapping.node().entries();
    if (entries.size() == 1 && entries.front().first.text() == "phrases") return;
    const auto* version = mapping.required("version", "write `version: 1`");
    if (version != nullptr && version->text() != "1") {
      problems_.add(*version, "this version of the catalog is not known", "write `version: 1`");
    }
  }

  void read_package(const YamlNode& node) {
    const MappingReader mapping(node, problems_, "`package`", keys::kPackage);
    if (const auto* compact = mapping.optional("compact")) {
      catalog_.packaging_.is_compact =
          read_boolean(*compact, problems_, "`compact`").value_or(false);
    }
    if (const auto* csv = mapping.optional("csv")) {
      catalog_.packaging_.has_csv = read_boolean(*csv, problems_, "`csv`").value_or(false);
    }
  }

  void read_phrases(const YamlNode& node) {
    if (node.kind() != YamlNode::Kind::Mapping) {
      problems_.add(node, "`phrases` is not a mapping", "write `name: words` for each phrase");
      return;
    }
    auto& phrases = catalog_.phrases_.emplace_back();
    for (const auto& [name, value] : node.entries()) {
      const auto text = read_text(value, problems_, fmt::format("the phrase `{}`", name.text()));
      if (text) phrases.emplace(name.text(), *text);
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
      if (!word) continue;
      if (catalog_.find_source(*word) != nullptr) {
        problems_.add(name,
                      fmt::format("there are two sources `{}`", *word),
                      "give one of them another name");
        continue;
      }
      auto source = read_source(*word, value, problems_, catalog_.controller_.languages);
      if (source) catalog_.sources_.push_back(*std::move(source));
    }
  }

  void read_datasets(const YamlNode& node, const Facts& defaults) {
    const DatasetContext context{catalog_.controller_.languages, catalog_.sources_, defaults};
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
    } else if (catalog_.datasets_.size() > Catalog::kMaxDatasets ||
               node.items().size() > Catalog::kMaxDatasets) {
      problems_.add(node, "there are more than 4096 datasets", "split the catalog by service");
    }
  }

  void read_not_personal(const YamlNode& node) {
    read_list(node, problems_, "`not_personal`", [&](const YamlNode& item) {
      auto entry = read_not_personal_entry(item);
      if (!entry) return;
      if (!not_personal_.emplace(entry->source, entry->table).second) {
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
    if (is_placeholder(item.text())) {
      problems_.add(item,
                    fmt::format("nobody has agreed that a table is not personal: `{}`",
                                item.text().substr(0, 100)),
                    "remove `TODO: ` if it holds nothing about accounts, else describe it as a "
                    "dataset");
      return std::nullopt;
    }
    const std::string& text = item.text();
    const std::size_t dot = text.find('.');
    const Source* source = catalog_.find_source(std::string_view(text).substr(0, dot));
    if (dot == std::string::npos || source == nullptr || !source->has_tables()) {
      problems_.add(item, "this does not name a table of a source", std::string(kCure));
      return std::nullopt;
    }
    const auto table =
        parse_table_name(std::string_view(text).substr(dot + 1), source->default_schema());
    if (!table) {
      problems_.add(item, "the table is not named: " + table.error().detail, std::string(kCure));
      return std::nullopt;
    }
    return NotPersonal{source->name, *table};
  }

  const std::vector<Document>& documents_;
  std::vector<MappingReader> mappings_;  ///< one per file
  Problems problems_;
  Catalog catalog_;
  std::vector<Facts> defaults_;  ///< one per file
  std::set<std::size_t> has_defaults_;
  std::size_t main_file_ = 0;
  std::set<std::pair<std::string, TableName>> not_personal_;
};

std::expected<Catalog, std::vector<CatalogProblem>> Catalog::parse(std::string_view text,
                                                                   std::string_view file_name) {
  std::vector<Document> documents;
  std::vector<CatalogProblem> problems;
  for (const CatalogFile& file : unbundle(text, file_name)) {
    Result<YamlNode> root = parse_yaml(file.text, file.name);
    if (root) {
      documents.push_back({file.name, *std::move(root)});
    } else {
      problems.push_back(from_yaml_error(file.name, root.error()));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return CatalogReader(documents).read();
}

}  // namespace rightful::catalog
