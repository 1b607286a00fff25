/// @file
/// A company's database behind ODBC for one test, and a catalog of one dataset in few words.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/schema_check.hpp"

#include "tests/integration/sources/company.hpp"

namespace rightful::sources::testing {

/// Which real database a test runs against.
enum class OdbcServer : std::uint8_t { Mariadb, Sqlite, Postgres };

[[nodiscard]] std::string name_of(OdbcServer server);

class OdbcCompany {
 public:
  /// @param schema  statements divided by lines that end in `;`.
  OdbcCompany(OdbcServer server, const std::string& schema);
  ~OdbcCompany();
  OdbcCompany(const OdbcCompany&) = delete;
  OdbcCompany& operator=(const OdbcCompany&) = delete;

  void execute(const std::string& script) const;

  [[nodiscard]] SourceLocations locations() const;

  /// One source `crm` of kind odbc.
  [[nodiscard]] catalog::Catalog catalog(const DatasetText& dataset,
                                         std::string_view not_personal = "") const;
  [[nodiscard]] SourceResult<AccountReader> open(const catalog::Catalog& catalog,
                                                 std::string_view account) const;
  /// Reads the only dataset; fails the test if that is refused.
  [[nodiscard]] RecordingSink read(const DatasetText& dataset, std::string_view account) const;
  /// Reads the only dataset, expecting a refusal, at the start or on the way.
  [[nodiscard]] SourceError refused(const DatasetText& dataset, std::string_view account) const;
  [[nodiscard]] std::vector<Finding> check(const DatasetText& dataset,
                                           std::string_view not_personal = "") const;

  std::string connection;      ///< how Rightful reaches it
  std::string source_options;  ///< further keys of the source

 private:
  std::string admin_;
  rightful::testing::TestFolder folder_;
  std::optional<rightful::testing::TestDatabase> postgres_;
};

}  // namespace rightful::sources::testing
