/// @file
/// A database with one of the schemas of tests/data/schemas, or with Chinook, a role that may only
/// read it, and the catalog that is discovered in it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/discover.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::sources::testing {

inline constexpr std::string_view kReader = "catalog_reader";

/// What a person chose where the draft asks: dataset → owner as YAML.
using Choices = std::map<std::string, std::string, std::less<>>;

/// The draft with the words written: every placeholder loses its `TODO: `, the facts are invented,
/// and `choices` are made. Datasets without a choice keep their `owner: TODO`.
[[nodiscard]] std::string with_words(std::string draft, const Choices& choices = {});

/// What is chosen for the schema of the market place.
[[nodiscard]] const Choices& market_choices();

/// The content of a file of tests/data/schemas.
[[nodiscard]] std::string schema_file(std::string_view name);

class LiveSchema {
 public:
  /// @param script   makes tables and rows; as the owner of the database.
  /// @param source   the source's name in the catalog.
  LiveSchema(const std::string& script, std::string source, std::string accounts);

  /// With Chinook's tables and rows; nothing when the script is not on this machine.
  [[nodiscard]] static std::unique_ptr<LiveSchema> chinook();

  [[nodiscard]] Discovery discover(std::string_view accounts = {}) const;

  /// Aborts the test with the problems if there are any.
  [[nodiscard]] catalog::Catalog catalog(const Choices& choices) const;

  [[nodiscard]] SourceLocations locations() const;

  /// Rows of the account by dataset, as `catalog explain` counts them.
  [[nodiscard]] std::map<std::string, std::uint64_t> rows_of(const catalog::Catalog& catalog,
                                                             std::string_view account) const;

  [[nodiscard]] std::int64_t count(const std::string& statement) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& statement) const;

  void execute(const std::string& script) const { database_.execute(script); }

  [[nodiscard]] const rightful::testing::TestDatabase& database() const { return database_; }

 private:
  rightful::testing::TestDatabase database_;
  std::string source_;
  std::string accounts_;
};

}  // namespace rightful::sources::testing
