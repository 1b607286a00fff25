// The demo's catalog describes the demo's schema: what a stranger copies from must be right.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "rightful/sources/schema_check.hpp"

#include "tests/integration/sources/company.hpp"

namespace rightful::sources {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(RIGHTFUL_SOURCE_DIR "/" + path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST(DemoCompanyCheck, FindsNoError) {
  const auto database = rightful::testing::TestDatabase::create_empty();
  rightful::testing::create_test_role("rightful_reader");
  database.execute(content_of("demo/schema.sql"));
  database.execute_as_admin(content_of("demo/policies.sql"));
  const rightful::testing::TestFolder folder;
  const catalog::Catalog catalog = testing::parse_catalog(content_of("demo/catalog.yaml"));

  const auto findings = check_against_schema(catalog,
                                             {{"shop", database.url("rightful_reader")},
                                              {"voice", folder.path()},
                                              {"doorbell", folder.path()}});

  for (const Finding& finding : findings) {
    EXPECT_NE(finding.severity, Severity::Error) << finding.what << "; " << finding.cure;
  }
}

}  // namespace
}  // namespace rightful::sources
