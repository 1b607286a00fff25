/// @file
/// What a schema says, as a catalog that a person finishes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rightful/catalog/draft.hpp"

#include "sources/ownership.hpp"
#include "sources/schema_survey.hpp"

namespace rightful::sources {

struct ProposalOrder {
  std::string source;
  std::string url_env;
  std::string default_schema;
  std::vector<std::string> languages;
};

[[nodiscard]] catalog::Draft propose_catalog(
    const SchemaSurvey& survey,
    const std::map<catalog::TableName, TableStanding>& standings,
    const AccountColumn& account,
    const ProposalOrder& order);

}  // namespace rightful::sources
