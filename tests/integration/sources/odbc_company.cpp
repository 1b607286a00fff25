#include "tests/integration/sources/odbc_company.hpp"

#include <fstream>
#include <regex>

#include <gtest/gtest.h>

#include "tests/integration/sources/mariadb_server.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources::testing {
namespace {

std::string next_name() {
  static int number = 0;
  return "company_" + std::to_string(++number);
}

/// `postgresql:///name?host=/folder&port=5432&user=role` as ODBC's words.
std::string postgres_connection(const std::string& url) {
  const auto part = [&](const char* pattern) {
    std::smatch found;
    const bool is_there = std::regex_search(url, found, std::regex(pattern));
    return is_there ? std::regex_replace(found[1].str(), std::regex("%2F"), "/") : std::string();
  };
  return "Driver=PostgreSQL Unicode;UseDeclareFetch=1;Fetch=100;Server=" + part("host=([^&]+)") +
         ";Port=" + part("port=([0-9]+)") + ";UID=" + part("user=([^&]+)") +
         ";Database=" + part("//[^/]*/([^?]+)");
}

}  // namespace

std::string name_of(OdbcServer server) {
  switch (server) {
    case OdbcServer::Mariadb:
      return "Mariadb";
    case OdbcServer::Sqlite:
      return "Sqlite";
    case OdbcServer::Postgres:
      return "Postgres";
  }
  return "";
}

OdbcCompany::OdbcCompany(OdbcServer server, const std::string& schema) {
  switch (server) {
    case OdbcServer::Mariadb: {
      const std::string name = next_name();
      MariadbServer::shared().make_database(name);
      admin_ = MariadbServer::shared().connection(name, "root");
      connection = MariadbServer::shared().connection(name);
      break;
    }
    case OdbcServer::Sqlite: {
      const std::string file = (folder_.path() / "crm.db").string();
      std::ofstream(file).flush();
      admin_ = "Driver=SQLite3;Database=" + file;
      connection = admin_;
      break;
    }
    case OdbcServer::Postgres:
      postgres_.emplace(rightful::testing::TestDatabase::create_empty());
      rightful::testing::create_test_role(kReader);
      break;
  }
  execute(schema);
  if (postgres_) {
    postgres_->execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + std::string(kReader));
    connection = postgres_connection(postgres_->url(kReader));
  }
}

OdbcCompany::~OdbcCompany() = default;

void OdbcCompany::execute(const std::string& script) const {
  if (postgres_) {
    postgres_->execute(script);
  } else {
    execute_over_odbc(admin_, script);
  }
}

SourceLocations OdbcCompany::locations() const {
  return {{"crm", connection}};
}

catalog::Catalog OdbcCompany::catalog(const DatasetText& dataset,
                                      std::string_view not_personal) const {
  std::string text = catalog_text({dataset}, "", not_personal);
  const std::string source = "shop: { kind: postgresql, url_env: SHOP_URL }";
  text.replace(text.find(source),
               source.size(),
               "crm: { kind: odbc, connection_env: CRM" + source_options + " }");
  const std::string use = "source: shop";
  text.replace(text.find(use), use.size(), "source: crm");
  return parse_catalog(text);
}

SourceResult<AccountReader> OdbcCompany::open(const catalog::Catalog& catalog,
                                              std::string_view account) const {
  return AccountReader::open(catalog, scope_for(account), locations());
}

RecordingSink OdbcCompany::read(const DatasetText& dataset, std::string_view account) const {
  const catalog::Catalog described = catalog(dataset);
  RecordingSink sink;
  auto reader = open(described, account);
  if (!reader) {
    ADD_FAILURE() << to_string(reader.error());
    return sink;
  }
  const auto facts = reader->read(described.datasets().front(), sink);
  if (!facts) {
    ADD_FAILURE() << to_string(facts.error());
    return sink;
  }
  EXPECT_EQ(facts->rows, sink.records.size());
  EXPECT_EQ(facts->rows, sink.counted);
  return sink;
}

SourceError OdbcCompany::refused(const DatasetText& dataset, std::string_view account) const {
  const catalog::Catalog described = catalog(dataset);
  auto reader = open(described, account);
  if (!reader) return reader.error();
  RecordingSink sink;
  const auto facts = reader->read(described.datasets().front(), sink);
  if (!facts) return facts.error();
  ADD_FAILURE() << "nothing was refused, " << sink.records.size() << " records came";
  return {};
}

std::vector<Finding> OdbcCompany::check(const DatasetText& dataset,
                                        std::string_view not_personal) const {
  return check_against_schema(catalog(dataset, not_personal), locations());
}

}  // namespace rightful::sources::testing
