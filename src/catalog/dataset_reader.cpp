#include "catalog/dataset_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "catalog/known_keys.hpp"

namespace rightful::catalog {
namespace {

constexpr std::array<std::pair<std::string_view, FieldKind>, 13> kKinds{
    {{"text", FieldKind::Text},
     {"integer", FieldKind::Integer},
     {"decimal", FieldKind::Decimal},
     {"double", FieldKind::Double},
     {"boolean", FieldKind::Boolean},
     {"instant", FieldKind::Instant},
     {"datetime", FieldKind::DateTime},
     {"date", FieldKind::Date},
     {"time", FieldKind::Time},
     {"interval", FieldKind::Interval},
     {"bytes", FieldKind::Bytes},
     {"json", FieldKind::Json},
     {"uuid", FieldKind::Uuid}}};
constexpr std::array<std::pair<std::string_view, ThirdParty>, 3> kThirdPartyRules{
    {{"keep", ThirdParty::Keep},
     {"pseudonymise", ThirdParty::Pseudonymise},
     {"redact", ThirdParty::Redact}}};
constexpr std::array<std::pair<std::string_view, Withhold>, 2> kWithholdReasons{
    {{"security", Withhold::Security}, {"not_personal", Withhold::NotPersonal}}};
constexpr std::array<std::pair<std::string_view, MissingObject>, 2> kMissingRules{
    {{"fail", MissingObject::Fail}, {"note", MissingObject::Note}}};

/// The name becomes a file in the package, which people unpack anywhere: Windows opens devices by
/// these.
bool is_dataset_name(std::string_view text) {
  constexpr std::array<std::string_view, 4> kDevices{"con", "aux", "nul", "prn"};
  const bool is_port = text.size() == 4 && (text.starts_with("com") || text.starts_with("lpt")) &&
                       text[3] >= '0' && text[3] <= '9';
  return is_identifier(text) && !is_port &&
         std::find(kDevices.begin(), kDevices.end(), text) == kDevices.end();
}

/// `fixed/{account}/`: relative, one component is the account, ends with a slash. Without the slash
/// `{account}` 12 would match the objects of account 123.
bool is_owner_prefix(std::string_view text) {
  if (!text.ends_with('/') || text.size() > 500) return false;
  int accounts = 0;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('/'));
    if (part == "{account}") ++accounts;
    const bool is_refused =
        part.empty() || part == "." || part == ".." ||
        (part != "{account}" && part.find_first_of("{}") != std::string_view::npos);
    if (is_refused) return false;
    text.remove_prefix(part.size() + 1);
  }
  return accounts == 1;
}

/// `events`, `v1/events`: parts of plain characters below the base of an http source.
bool is_resource_path(std::string_view text) {
  if (text.empty() || text.size() > 200 || text.ends_with('/')) return false;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('/'));
    const bool is_plain = std::ranges::all_of(part, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    });
    if (part.empty() || part.front() == '.' || !is_plain) return false;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return true;
}

/// Reads one dataset; a class because every part needs the same four things.
class DatasetReader {
 public:
  DatasetReader(const MappingReader& mapping,
                Problems& problems,
                const DatasetContext& context,
                Dataset& dataset)
      : mapping_(mapping), problems_(problems), context_(context), dataset_(dataset) {}

  void read() {
    read_place();
    if (const auto* title = mapping_.required("title", "name the dataset in words")) {
      dataset_.title = localized(*title, fmt::format("the title of {}", mapping_.what()));
    }
    if (const auto* description = mapping_.optional("description")) {
      dataset_.description =
          localized(*description, fmt::format("the description of {}", mapping_.what()));
    }
    const auto* fields = mapping_.required("fields", "describe every column of the table");
    if (fields != nullptr) read_fields(*fields);
    read_all_facts();
  }

 private:
  LocalizedText localized(const YamlNode& node, std::string_view what) {
    return read_localized(node, problems_, what, context_.languages);
  }

  void read_place() {
    if (const auto* node = mapping_.required("source", "name one of `sources`")) {
      dataset_.source = node->text();
      source_ = context_.find_source(dataset_.source);
      if (source_ == nullptr) {
        problems_.add(*node,
                      fmt::format("there is no source `{}`", dataset_.source.substr(0, 64)),
                      "name one of `sources`");
      } else if (!source_->has_records()) {
        problems_.add(
            *node,
            fmt::format("`{}` is of kind {}, which has no tables", source_->name, source_->kind()),
            "name a source of kind postgresql, odbc, http or manual; objects are reached by "
            "`attach` of a field");
      } else {
        schema_ = source_->default_schema();
      }
    }
    if (is_manual()) {
      dataset_.table = {"", dataset_.name};
      refuse("table", "what a colleague uploads has no table");
      refuse("owner", "an upload is bound to one request and its account");
    } else if (is_http()) {
      read_resource();
      refuse("owner", "each record of the service's answer says its owner in `@owner`");
    } else {
      read_table();
    }
  }

  [[nodiscard]] bool is_manual() const {
    return source_ != nullptr && std::holds_alternative<ManualSettings>(source_->settings);
  }

  [[nodiscard]] bool is_http() const {
    return source_ != nullptr && std::holds_alternative<HttpSettings>(source_->settings);
  }

  void refuse(std::string_view key, std::string_view why) {
    const auto* node = mapping_.optional(key);
    if (node == nullptr) return;
    problems_.add(
        *node, fmt::format("`{}` has no meaning here: {}", key, why), "leave the key out");
  }

  void read_resource() {
    dataset_.table.table = dataset_.name;
    if (const auto* node = mapping_.optional("table")) {
      dataset_.table.table =
          read_word(*node, problems_, "the table", is_resource_path, kResourceCure).value_or("");
    }
  }

  void read_table() {
    if (const auto* node = mapping_.required("table", "name the table or view")) {
      const auto table = parse_table_name(node->text(), schema_);
      if (table) {
        dataset_.table = *table;
      } else if (!refuse_placeholder(*node, problems_, "the table")) {
        problems_.add(*node, "the table is not named: " + table.error().detail, kTableCure);
      }
    }
    if (const auto* node =
            mapping_.required("owner", "name the column that holds the account ID")) {
      read_owners(*node);
    }
  }

  void read_owners(const YamlNode& node) {
    if (node.kind() != YamlNode::Kind::Sequence) {
      read_owner(node);
      return;
    }
    for (const YamlNode& item : node.items()) {
      read_owner(item);
    }
    if (node.items().empty()) {
      problems_.add(node, "`owner` is an empty list", "name at least one owner");
    }
  }

  void read_owner(const YamlNode& node) {
    constexpr std::string_view kCure =
        "write a column, or `column -> table.key . column`; in a list put a path in quotes";
    if (is_placeholder(node.text())) {
      problems_.add(node,
                    fmt::format("nobody has chosen whose the rows of {} are", dataset_.name),
                    "take one of the ways that the comment beside it shows, or write your own");
      return;
    }
    const auto path = parse_owner_path(node.text(), schema_);
    if (!path) {
      problems_.add(node, "the owner is not readable: " + path.error().detail, std::string(kCure));
      return;
    }
    if (std::find(dataset_.owners.begin(), dataset_.owners.end(), *path) != dataset_.owners.end()) {
      problems_.add(node, "the same owner stands here twice", "remove one");
      return;
    }
    dataset_.owners.push_back(*path);
  }

  void read_fields(const YamlNode& node) {
    if (node.kind() != YamlNode::Kind::Mapping || node.entries().empty()) {
      problems_.add(node,
                    fmt::format("`fields` of {} is not a mapping with entries", mapping_.what()),
                    "write `column: { title: … }` for every column");
      return;
    }
    for (const auto& [name, value] : node.entries()) {
      const auto column = read_word(name,
                                    problems_,
                                    "the field",
                                    is_column_name,
                                    "the exact name of a column, 1 to 128 bytes");
      if (column) dataset_.fields.push_back(read_field(*column, value));
    }
  }

  Field read_field(const std::string& name, const YamlNode& node) {
    const std::string what = fmt::format("the field `{}`", name);
    const MappingReader mapping(node, problems_, what, keys::kField);
    Field field;
    field.name = name;
    if (const auto* withhold = mapping.optional("withhold")) {
      field.withhold = read_choice<Withhold>(*withhold, problems_, "`withhold`", kWithholdReasons)
                           .value_or(Withhold::No);
    }
    read_words(mapping, field);
    if (const auto* kind = mapping.optional("kind")) {
      field.kind = read_choice<FieldKind>(*kind, problems_, "the kind", kKinds);
    }
    if (const auto* third_party = mapping.optional("third_party")) {
      read_third_party(*third_party, field);
    }
    if (const auto* attach = mapping.optional("attach")) field.attach = read_attach(*attach, what);
    refuse_contradictions(node, field);
    return field;
  }

  void read_words(const MappingReader& mapping, Field& field) {
    const auto* title = field.withhold == Withhold::NotPersonal
                            ? mapping.optional("title")
                            : mapping.required("title", "name the field in words");
    if (title != nullptr) {
      field.title = localized(*title, fmt::format("the title of {}", mapping.what()));
    }
    if (const auto* description = mapping.optional("description")) {
      field.description =
          localized(*description, fmt::format("the description of {}", mapping.what()));
    }
    if (const auto* codes = mapping.optional("codes")) {
      if (codes->kind() != YamlNode::Kind::Mapping) {
        problems_.add(*codes, "`codes` is not a mapping", "write `value: { en: … }`");
      }
      for (const auto& [code, meaning] : codes->entries()) {
        field.codes.emplace(code.text(),
                            localized(meaning, fmt::format("the code `{}`", code.text())));
      }
    }
  }

  void read_third_party(const YamlNode& node, Field& field) {
    const YamlNode* rule = &node;
    if (node.kind() == YamlNode::Kind::Mapping) {
      const MappingReader mapping(node, problems_, "`third_party`", keys::kThirdParty);
      rule = mapping.required("rule", "write keep, pseudonymise or redact");
      if (const auto* reason = mapping.optional("reason")) {
        field.third_party_reason = localized(*reason, "the reason");
      }
    }
    if (rule == nullptr) return;
    field.third_party = read_choice<ThirdParty>(*rule, problems_, "`third_party`", kThirdPartyRules)
                            .value_or(ThirdParty::Redact);
  }

  Attachment read_attach(const YamlNode& node, const std::string& what) {
    const MappingReader mapping(
        node, problems_, fmt::format("`attach` of {}", what), keys::kAttach);
    Attachment attach;
    if (const auto* name = mapping.required("source", "name a source of kind files or s3")) {
      attach.source = name->text();
      const Source* source = context_.find_source(attach.source);
      if (source == nullptr || !source->has_objects()) {
        problems_.add(
            *name,
            fmt::format("`{}` is not a source of kind files or s3", attach.source.substr(0, 64)),
            "name one of `sources` that is");
      }
    }
    read_object_owner(mapping, attach);
    if (const auto* missing = mapping.optional("missing")) {
      attach.missing = read_choice<MissingObject>(*missing, problems_, "`missing`", kMissingRules)
                           .value_or(MissingObject::Fail);
    }
    return attach;
  }

  void read_object_owner(const MappingReader& mapping, Attachment& attach) {
    const auto* prefix = mapping.optional("owner_prefix");
    const auto* owner = mapping.optional("owner");
    if (prefix != nullptr && owner != nullptr) {
      problems_.add(*owner, "`owner_prefix` and `owner` exclude each other", "remove one");
    } else if (prefix != nullptr) {
      attach.owner_prefix =
          read_word(*prefix,
                    problems_,
                    "the owner_prefix",
                    is_owner_prefix,
                    "a relative folder with the account as one whole part, such as `{account}/`")
              .value_or("{account}/");
    } else if (owner != nullptr) {
      if (owner->text() != "row") {
        problems_.add(*owner, "`owner` of an attachment can only be `row`", "write `owner: row`");
      }
    } else if (mapping.node().kind() == YamlNode::Kind::Mapping) {
      problems_.add(
          mapping.node(),
          "nothing says whose the object is",
          "write `owner_prefix: \"{account}/\"`, or `owner: row` if names carry no owner");
    }
  }

  void refuse_contradictions(const YamlNode& node, const Field& field) {
    const bool has_rule =
        field.third_party == ThirdParty::Redact || field.third_party == ThirdParty::Pseudonymise;
    if (field.withhold != Withhold::No && (field.attach || field.third_party != ThirdParty::None)) {
      problems_.add(node,
                    fmt::format("the field `{}` is withheld and delivered at once", field.name),
                    "remove `withhold`, or `attach` and `third_party`");
    } else if (field.attach && has_rule) {
      problems_.add(node,
                    fmt::format("the field `{}` attaches an object and hides its name", field.name),
                    "an attached object is kept whole: remove `third_party`, or `attach`");
    }
  }

  void read_all_facts() {
    const Facts own = read_facts(mapping_, problems_, context_.languages);
    const Facts& defaults = context_.defaults;
    take(
        own.purposes, defaults.purposes, dataset_.purposes, "purposes", "name why (Art. 15(1)(a))");
    take(own.categories,
         defaults.categories,
         dataset_.categories,
         "categories",
         "name the categories of data (Art. 15(1)(b))");
    take(own.recipients,
         defaults.recipients,
         dataset_.recipients,
         "recipients",
         "name who gets the data (Art. 15(1)(c)), or write []");
    take(own.retention,
         defaults.retention,
         dataset_.retention,
         "retention",
         "say how long (Art. 15(1)(d))");
    take(own.origin, defaults.origin, dataset_.origin, "origin", "say where from (Art. 15(1)(g))");
    check_retention(own.retention_node != nullptr ? *own.retention_node : mapping_.node());
  }

  template <class T>
  void take(const std::optional<T>& own,
            const std::optional<T>& fallback,
            T& to,
            std::string_view key,
            std::string_view cure) {
    if (own) {
      to = *own;
    } else if (fallback) {
      to = *fallback;
    } else if (mapping_.node().find(key) == nullptr) {
      problems_.add(mapping_.node(),
                    fmt::format("`{}` is missing in {}", key, mapping_.what()),
                    fmt::format("{}; here, or in `defaults`", cure));
    }
  }

  void check_retention(const YamlNode& at) {
    if (dataset_.retention.from.empty()) return;
    const Field* field = dataset_.find_field(dataset_.retention.from);
    if (field != nullptr && field->withhold == Withhold::No) return;
    problems_.add(at,
                  fmt::format("the retention of {} counts from `{}`, which is no delivered field",
                              mapping_.what(),
                              dataset_.retention.from),
                  "name a field of this dataset");
  }

  static constexpr const char* kTableCure =
      "write `table` or `schema.table`, parts with other characters in double quotes";
  static constexpr const char* kResourceCure =
      "the path below the service's address, such as `events` or `v1/events`";

  const MappingReader& mapping_;
  Problems& problems_;
  const DatasetContext& context_;
  Dataset& dataset_;
  const Source* source_ = nullptr;
  std::string schema_ = "public";
};

}  // namespace

const Source* DatasetContext::find_source(std::string_view name) const {
  const auto found = std::find_if(
      sources.begin(), sources.end(), [&](const Source& source) { return source.name == name; });
  return found == sources.end() ? nullptr : &*found;
}

std::optional<Dataset> read_dataset(const YamlNode& node,
                                    Problems& problems,
                                    const DatasetContext& context) {
  const YamlNode* name = node.find("name");
  const bool has_name = name != nullptr && is_dataset_name(name->text());
  const std::string what = has_name ? fmt::format("dataset {}", name->text()) : "a dataset";
  const MappingReader mapping(node, problems, what, keys::kDataset);
  Dataset dataset;
  if (const auto* given = mapping.required("name", "name the dataset: it names its file")) {
    dataset.name = read_word(*given,
                             problems,
                             "the dataset's name",
                             is_dataset_name,
                             "1 to 64 of a-z, 0-9 and _; not con, aux, nul, prn, com0-9, lpt0-9, "
                             "which are devices on Windows")
                       .value_or("");
  }
  if (node.kind() != YamlNode::Kind::Mapping) return std::nullopt;
  DatasetReader(mapping, problems, context, dataset).read();
  if (dataset.name.empty()) return std::nullopt;
  return dataset;
}

}  // namespace rightful::catalog
