#include "rightful/catalog/fides_import.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "rightful/core/yaml.hpp"

#include "catalog/fideslang_terms.hpp"
#include "catalog/node_reader.hpp"

namespace rightful::catalog {
namespace {

constexpr std::size_t kMaxLinks = 16;
constexpr std::size_t kMaxDepth = 32;

std::string text_at(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value != nullptr && value->kind() == YamlNode::Kind::Scalar ? value->text()
                                                                     : std::string();
}

const std::vector<YamlNode>& list_at(const YamlNode& node, std::string_view key) {
  static const std::vector<YamlNode> kNone;
  const YamlNode* value = node.find(key);
  return value != nullptr && value->kind() == YamlNode::Kind::Sequence ? value->items() : kNone;
}

/// A collection of one dataset of Fides.
using CollectionName = std::pair<std::string, std::string>;

/// `field` of the collection equals `target_field` of another one that is nearer to an identity.
struct Reference {
  std::string field;
  CollectionName target;
  std::string target_field;
};

struct Collection {
  CollectionName name;
  std::string schema;
  const YamlNode* node = nullptr;
  std::vector<std::pair<std::string, std::string>> identities;  ///< field, identity
  std::vector<Reference> references;
};

class FidesImporter {
 public:
  explicit FidesImporter(const FidesOrder& order) : order_(order) {}

  Result<Draft> import() {
    RIGHTFUL_TRY(const YamlNode root, parse_yaml(order_.text, order_.file_name));
    const std::vector<YamlNode>& datasets = list_at(root, "dataset");
    if (datasets.empty()) {
      return problem(root, "there is no list `dataset:` at the top: this is no dataset of Fides");
    }
    for (const YamlNode& dataset : datasets) {
      RIGHTFUL_TRY(read_dataset(dataset));
    }
    RIGHTFUL_TRY(choose_identity(root));
    draft_.languages = order_.languages;
    draft_.head = {
        "Imported by `rightful catalog import-fides`. TODO marks what only a person can say;",
        "`rightful catalog check` names each of them until it is written, then compares all of it",
        "with the live sources, which a file of Fides does not. The language: docs/catalog.md.",
        fmt::format("The account ID is what Fides calls the identity `{}`.", identity_)};
    add_collections();
    return std::move(draft_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> problem(const YamlNode& at, std::string_view what) const {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{}:{}:{}: {}", order_.file_name, at.line(), at.column(), what));
  }

  Result<void> read_dataset(const YamlNode& node) {
    const std::string key = text_at(node, "fides_key");
    if (key.empty()) return problem(node, "a dataset has no `fides_key`");
    std::string schema = "public";
    if (const YamlNode* meta = node.find("fides_meta"); meta != nullptr) {
      if (const YamlNode* space = meta->find("namespace"); space != nullptr) {
        if (const std::string given = text_at(*space, "schema"); !given.empty()) schema = given;
      }
    }
    sources_.emplace_back(key, schema);
    for (const YamlNode& item : list_at(node, "collections")) {
      const std::string name = text_at(item, "name");
      if (name.empty()) return problem(item, "a collection has no `name`");
      if (!is_column_name(name)) return problem(item, "the name of a collection is no table's");
      Collection collection{{key, name}, schema, &item, {}, {}};
      std::set<std::string> fields;
      for (const YamlNode& field : list_at(item, "fields")) {
        RIGHTFUL_TRY(read_field(field, collection));
        if (!fields.insert(text_at(field, "name")).second) {
          return problem(field, "the field stands here twice");
        }
      }
      if (list_at(item, "fields").empty()) {
        return problem(item, "a collection has no `fields`");
      }
      if (!collections_.emplace(collection.name, collection).second) {
        return problem(item, "the collection stands here twice");
      }
      order_of_file_.push_back(collection.name);
    }
    return {};
  }

  Result<void> read_field(const YamlNode& node, Collection& collection) {
    const std::string name = text_at(node, "name");
    if (name.empty()) return problem(node, "a field has no `name`");
    if (!is_column_name(name)) return problem(node, "the name of a field is no column's");
    const YamlNode* meta = node.find("fides_meta");
    if (meta == nullptr) meta = node.find("fidesops_meta");
    if (meta == nullptr) return {};
    if (const std::string identity = text_at(*meta, "identity"); !identity.empty()) {
      collection.identities.emplace_back(name, identity);
    }
    for (const YamlNode& item : list_at(*meta, "references")) {
      RIGHTFUL_TRY(read_reference(item, name, collection));
    }
    return {};
  }

  Result<void> read_reference(const YamlNode& node,
                              const std::string& field,
                              Collection& collection) {
    const std::string dataset = text_at(node, "dataset");
    const std::string target = text_at(node, "field");
    const std::size_t dot = target.find('.');
    if (dataset.empty() || dot == std::string::npos || dot == 0 || dot + 1 == target.size()) {
      return problem(node, "a reference is not `dataset: …` and `field: collection.field`");
    }
    const CollectionName other{dataset, target.substr(0, dot)};
    const std::string direction = text_at(node, "direction");
    // `from`: Fides gets this field's values there; `to`: the other gets its values here.
    if (direction != "to") collection.references.push_back({field, other, target.substr(dot + 1)});
    if (direction != "from")
      backwards_[other].push_back({target.substr(dot + 1), collection.name, field});
    return {};
  }

  Result<void> choose_identity(const YamlNode& root) {
    std::set<std::string> all;
    for (const auto& [name, collection] : collections_) {
      for (const auto& [field, identity] : collection.identities) {
        all.insert(identity);
      }
    }
    identity_ = order_.identity;
    if (identity_.empty() && all.size() == 1) identity_ = *all.begin();
    if (all.contains(identity_)) return {};
    return problem(root,
                   all.empty()
                       ? std::string("no field has an `identity`, so nothing says what the account "
                                     "ID is")
                       : fmt::format("which identity is the account ID? Name one of: {}",
                                     fmt::join(all, ", ")));
  }

  [[nodiscard]] std::vector<Reference> references_of(const Collection& collection) const {
    std::vector<Reference> all = collection.references;
    if (const auto back = backwards_.find(collection.name); back != backwards_.end()) {
      all.insert(all.end(), back->second.begin(), back->second.end());
    }
    return all;
  }

  /// Every way to an identity that comes over no collection twice; the shortest first.
  [[nodiscard]] std::vector<OwnerPath> paths_of(const CollectionName& name) const {
    std::vector<OwnerPath> found;
    std::vector<CollectionName> visited;
    walk(name, {}, visited, found);
    std::ranges::sort(found, {}, [](const OwnerPath& path) {
      return std::pair(path.steps.size(), to_string(path));
    });
    return found;
  }

  void walk(const CollectionName& name,
            const OwnerPath& so_far,
            std::vector<CollectionName>& visited,
            std::vector<OwnerPath>& found) const {
    const auto collection = collections_.find(name);
    const bool is_new = std::ranges::find(visited, name) == visited.end();
    if (collection == collections_.end() || !is_new || found.size() >= 8) return;
    bool is_identified = false;
    for (const auto& [field, identity] : collection->second.identities) {
      if (identity != identity_) continue;
      OwnerPath path = so_far;
      path.column = field;
      found.push_back(std::move(path));
      is_identified = true;
    }
    if (is_identified || visited.size() >= kMaxLinks) return;
    visited.push_back(name);
    for (const Reference& reference : references_of(collection->second)) {
      // No path leads out of a database.
      if (reference.target.first != name.first) continue;
      const auto target = collections_.find(reference.target);
      if (target == collections_.end()) continue;
      OwnerPath longer = so_far;
      longer.steps.push_back({{reference.field},
                              {target->second.schema, reference.target.second},
                              {reference.target_field}});
      walk(reference.target, longer, visited, found);
    }
    visited.pop_back();
  }

  void add_collections() {
    std::vector<TableName> databases;
    databases.reserve(sources_.size());
    for (const auto& [key, schema] : sources_) {
      databases.push_back({"", key});
    }
    const std::vector<std::string> names = dataset_names(databases);
    std::map<std::string, std::string> source_names;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      source_names[sources_[i].first] = names[i];
      std::string variable = names[i];
      std::ranges::transform(variable, variable.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      if (variable.front() >= '0' && variable.front() <= '9') variable.insert(0, "DB_");
      DraftSource source{
          names[i], "postgresql", sources_[i].second, {{"url_env", variable + "_URL"}}};
      if (sources_[i].second != "public") source.keys.emplace_back("schema", sources_[i].second);
      draft_.sources.push_back(std::move(source));
    }
    std::vector<TableName> tables;
    tables.reserve(order_of_file_.size());
    for (const CollectionName& name : order_of_file_) {
      tables.push_back({name.first, name.second});
    }
    const std::vector<std::string> dataset = dataset_names(tables);
    for (std::size_t i = 0; i < order_of_file_.size(); ++i) {
      const Collection& collection = collections_.at(order_of_file_[i]);
      add_collection(collection, dataset[i], source_names.at(collection.name.first));
    }
  }

  void add_collection(const Collection& collection,
                      const std::string& name,
                      const std::string& source) {
    DraftDataset dataset;
    dataset.name = name;
    dataset.source = source;
    dataset.table = {collection.schema, collection.name.second};
    dataset.words = words_from(collection.name.second);
    if (const std::string words = text_at(*collection.node, "description"); !words.empty()) {
      dataset.comments.push_back("description in Fides: " + words);
    }
    set_owner(collection, dataset);
    add_categories(*collection.node, dataset);
    for (const YamlNode& node : list_at(*collection.node, "fields")) {
      dataset.fields.push_back(field_from(node));
    }
    draft_.datasets.push_back(std::move(dataset));
  }

  void set_owner(const Collection& collection, DraftDataset& dataset) const {
    const std::vector<OwnerPath> paths = paths_of(collection.name);
    if (paths.size() == 1) {
      dataset.owners = paths;
      return;
    }
    if (paths.empty()) {
      dataset.owner_comments.emplace_back(
          "Whose are these rows? No reference leads to the identity inside this database.");
    } else {
      dataset.owner_comments.emplace_back(
          "Whose are these rows? Several references lead to the identity; choose what is true:");
    }
    for (const OwnerPath& path : paths) {
      dataset.owner_comments.push_back("  owner: " + to_string(path));
    }
    dataset.owner_comments.push_back(
        fmt::format("If they are nobody's: delete this dataset, and add to not_personal: {}.{}",
                    dataset.source,
                    to_string(dataset.table)));
  }

  static void add_categories(const YamlNode& node, DraftDataset& dataset, std::size_t depth = 0) {
    for (const YamlNode& item : list_at(node, "data_categories")) {
      const std::string_view term = dpv_category_of(item.text());
      if (term.empty()) continue;  // `system.operations` says nothing about a person
      if (std::ranges::find(dataset.categories, term) == dataset.categories.end()) {
        dataset.categories.emplace_back(term);
      }
    }
    if (depth >= kMaxDepth) return;
    for (const YamlNode& field : list_at(node, "fields")) {
      add_categories(field, dataset, depth + 1);
    }
  }

  static DraftField field_from(const YamlNode& node) {
    DraftField field;
    field.name = text_at(node, "name");
    field.words = words_from(field.name);
    if (const std::string words = text_at(node, "description"); !words.empty()) {
      field.comments.push_back("description in Fides: " + words);
    }
    const auto& categories = list_at(node, "data_categories");
    const bool is_secret = std::ranges::any_of(categories, [](const YamlNode& item) {
      return item.text().starts_with("user.authorization") ||
             item.text().starts_with("user.credentials") ||
             item.text().starts_with("user.biometric_credentials");
    });
    if (is_secret) field.withhold = "security";
    return field;
  }

  const FidesOrder& order_;
  std::vector<std::pair<std::string, std::string>> sources_;  ///< key, schema
  std::map<CollectionName, Collection> collections_;
  std::vector<CollectionName> order_of_file_;
  std::map<CollectionName, std::vector<Reference>> backwards_;
  std::string identity_;
  Draft draft_;
};

}  // namespace

Result<Draft> import_fides(const FidesOrder& order) {
  return FidesImporter(order).import();
}

}  // namespace rightful::catalog
