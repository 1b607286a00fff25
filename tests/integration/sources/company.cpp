#include "tests/integration/sources/company.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources::testing {
namespace {

constexpr std::string_view kHead = R"(version: 1
controller:
  name: Test GmbH
  address: Weg 1
  timezone: Europe/Berlin
  authority: { name: A, address: B }
  languages: [en]
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until the end }
  origin: the subject
)";

std::string field_text(const std::string& field) {
  const std::size_t colon = field.find(": {");
  if (colon == std::string::npos) return "      \"" + field + "\": { title: T }\n";
  return "      \"" + field.substr(0, colon) + "\": { title: T, " + field.substr(colon + 3) + "\n";
}

}  // namespace

std::string_view catalog_head() {
  return kHead;
}

std::string catalog_text(const std::vector<DatasetText>& datasets,
                         std::string_view source_options,
                         std::string_view not_personal) {
  std::string text(kHead);
  text += "sources:\n  shop: { kind: postgresql, url_env: SHOP_URL" + std::string(source_options) +
          " }\n  voice: { kind: files, root_env: VOICE_ROOT }\ndatasets:\n";
  for (const DatasetText& dataset : datasets) {
    text += "  - name: " + dataset.name + "\n    source: shop\n    table: '" +
            (dataset.table.empty() ? dataset.name : dataset.table) +
            "'\n    owner: " + dataset.owner + "\n    title: T\n    fields:\n";
    for (const std::string& field : dataset.fields) {
      text += field_text(field);
    }
  }
  if (!not_personal.empty()) text += "not_personal: [" + std::string(not_personal) + "]\n";
  return text;
}

catalog::Catalog parse_catalog(const std::string& text) {
  auto catalog = catalog::Catalog::parse(text, "catalog.yaml");
  if (!catalog) {
    for (const catalog::CatalogProblem& problem : catalog.error()) {
      ADD_FAILURE() << to_string(problem);
    }
    std::abort();
  }
  return *std::move(catalog);
}

Company::Company(const std::string& schema)
    : database_(rightful::testing::TestDatabase::create_empty()) {
  rightful::testing::create_test_role(kReader);
  database_.execute(schema + "; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " +
                    std::string(kReader));
}

SourceLocations Company::locations() const {
  return {{"shop", database_.url(role)}, {"voice", files_root}};
}

AccountReader Company::open(const catalog::Catalog& catalog, std::string_view account) const {
  auto reader = AccountReader::open(catalog, scope_for(account), locations());
  if (!reader) {
    ADD_FAILURE() << to_string(reader.error());
    std::abort();
  }
  return *std::move(reader);
}

RecordingSink Company::read(const DatasetText& dataset, std::string_view account) const {
  const catalog::Catalog catalog = parse_catalog(catalog_text({dataset}));
  AccountReader reader = open(catalog, account);
  RecordingSink sink;
  const auto facts = reader.read(catalog.datasets().front(), sink);
  if (facts) {
    EXPECT_EQ(facts->rows, sink.records.size());
    EXPECT_EQ(facts->rows, sink.counted);
  } else {
    ADD_FAILURE() << to_string(facts.error());
  }
  return sink;
}

SourceError Company::refused(const DatasetText& dataset,
                             std::string_view account,
                             std::string_view source_options) const {
  const catalog::Catalog catalog = parse_catalog(catalog_text({dataset}, source_options));
  auto reader = AccountReader::open(catalog, scope_for(account), locations());
  if (!reader) return reader.error();
  RecordingSink sink;
  const auto facts = reader->read(catalog.datasets().front(), sink);
  if (!facts) return facts.error();
  ADD_FAILURE() << "nothing was refused";
  return {};
}

}  // namespace rightful::sources::testing
