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

void check_problems(const std::vector<CatalogProblem>& problems) {
  RIGHTFUL_CHECK(!problems.empty());
  for (const CatalogProblem& problem : problems) {
    RIGHTFUL_CHECK(problem.file == "catalog.yaml");
    RIGHTFUL_CHECK(problem.line >= 1 && problem.column >= 1);
    RIGHTFUL_CHECK(!problem.what.empty());
    RIGHTFUL_CHECK(to_string(problem).starts_with("catalog.yaml:"));
  }
}

void check_dataset(const Catalog& catalog, const Dataset& dataset) {
  RIGHTFUL_CHECK(catalog.find_dataset(dataset.name) == &dataset);
  RIGHTFUL_CHECK(catalog.find_source(dataset.source) != nullptr);
  RIGHTFUL_CHECK(!dataset.owners.empty());
  std::set<std::string> fields;
  for (const auto& field : dataset.fields) {
    RIGHTFUL_CHECK(fields.insert(field.name).second);
    RIGHTFUL_CHECK(dataset.find_field(field.name) == &field);
    if (field.attach) RIGHTFUL_CHECK(catalog.find_source(field.attach->source) != nullptr);
  }
}

}  // namespace

void run_one(std::string_view input) {
  const auto catalog = Catalog::parse(input, "catalog.yaml");
  if (!catalog) return check_problems(catalog.error());
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
