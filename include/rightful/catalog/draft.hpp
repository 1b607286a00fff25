/// @file
/// A catalog that a program proposes and a person finishes: what is known stands there, what only a
/// person can say stands there as a placeholder, which Catalog::parse refuses by name.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/catalog/owner_path.hpp"

namespace rightful::catalog {

/// Comments are single lines of any text; what could not stand in a comment is taken out.
struct DraftField {
  std::string name;           ///< the column, exactly
  std::string words;          ///< proposed for the title, such as `First name`; never taken as said
  std::string withhold = {};  ///< `security` or `not_personal`; empty = delivered
  std::string third_party = {};  ///< `keep`, `pseudonymise` or `redact`; may be empty
  std::vector<std::string> codes = {};
  std::vector<std::string> comments = {};  ///< above the field
};

struct DraftDataset {
  std::string name;
  std::string source;
  TableName table;
  std::vector<OwnerPath> owners = {};            ///< empty = a person must choose
  std::vector<std::string> owner_comments = {};  ///< above the owner
  std::string words;
  std::vector<std::string> categories = {};  ///< DPV terms; empty = a person must say
  std::vector<std::string> comments = {};    ///< above the dataset
  std::vector<DraftField> fields = {};
};

struct DraftNotPersonal {
  std::string source;
  TableName table;
  std::string reason;
  bool is_undecided = false;  ///< written as a placeholder: a person must agree
};

struct DraftSource {
  std::string name;
  std::string kind;
  std::string default_schema = {};  ///< left out of the names of tables
  std::vector<std::pair<std::string, std::string>> keys = {};
};

struct Draft {
  std::vector<std::string> head = {};           ///< comments at the top
  std::vector<std::string> languages = {"en"};  ///< at least one
  std::vector<DraftSource> sources = {};
  std::vector<DraftDataset> datasets = {};
  std::vector<DraftNotPersonal> not_personal = {};
  std::vector<std::string> notes = {};  ///< comments at the end
};

/// The draft as YAML. The same draft gives the same bytes; the text is always valid YAML.
[[nodiscard]] std::string to_yaml(const Draft& draft);

/// A name for the dataset of each table: from the table's own, unique among all, the same for the
/// same tables in the same order.
[[nodiscard]] std::vector<std::string> dataset_names(const std::vector<TableName>& tables);

/// `first_name`, `firstName` → `First name`.
[[nodiscard]] std::string words_from(std::string_view name);

}  // namespace rightful::catalog
