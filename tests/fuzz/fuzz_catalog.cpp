// The data map: complete and consistent, or a list of problems, each with a place and a cure.
#include <set>
#include <string>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/check.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using catalog::Catalog;
using catalog::CatalogProblem;
using catalog::Dataset;

/// Files of a bundle are called by the names in it.
void check_problems(std::string_view input, const std::vector<CatalogProblem>& problems) {
  const bool is_bundle = input.starts_with("# rightful catalog bundle 1\n");
  RIGHTFUL_CHECK(!problems.empty());
  for (const CatalogProblem& problem : problems) {
    RIGHTFUL_CHECK(is_bundle || problem.file == "catalog.yaml");
    RIGHTFUL_CHECK(problem.line >= 1 && problem.column >= 1);
    RIGHTFUL_CHECK(!problem.what.empty());
    RIGHTFUL_CHECK(to_string(problem).starts_with(problem.file + ":"));
  }
}

void check_dataset(const Catalog& catalog, const Dataset& dataset) {
  RIGHTFUL_CHECK(catalog.find_dataset(dataset.name) == &dataset);
  const catalog::Source* source = catalog.find_source(dataset.source);
  RIGHTFUL_CHECK(source != nullptr && source->has_records());
  // No row of a table is without an owner; a service's records and uploads say theirs themselves.
  RIGHTFUL_CHECK(source->has_tables() == !dataset.owners.empty());
  RIGHTFUL_CHECK(!dataset.fields.empty());
  std::set<std::string> fields;
  for (const auto& field : dataset.fields) {
    RIGHTFUL_CHECK(fields.insert(field.name).second);
    RIGHTFUL_CHECK(dataset.find_field(field.name) == &field);
    if (!field.attach) continue;
    const catalog::Source* objects = catalog.find_source(field.attach->source);
    RIGHTFUL_CHECK(objects != nullptr && objects->has_objects());
  }
}

}  // namespace

void run_one(std::string_view input) {
  const auto catalog = Catalog::parse(input, "catalog.yaml");
  if (!catalog) return check_problems(input, catalog.error());
  RIGHTFUL_CHECK(catalog->datasets().size() <= Catalog::kMaxDatasets);
  RIGHTFUL_CHECK(!catalog->controller().languages.empty());
  RIGHTFUL_CHECK(catalog->language_for("xx").size() == 2);
  for (const auto& source : catalog->sources()) {
    RIGHTFUL_CHECK(catalog->find_source(source.name) == &source);
  }
  for (const Dataset& dataset : catalog->datasets())
    check_dataset(*catalog, dataset);
}

}  // namespace rightful::fuzz
