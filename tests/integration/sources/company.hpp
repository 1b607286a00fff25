/// @file
/// A company's database for one test, a role that may only read it, and a catalog that is written
/// in few words: the Art. 15 facts, which these tests do not look at, are filled in.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/account_reader.hpp"

#include "tests/support/test_database.hpp"
#include "tests/unit/sources/recording_sink.hpp"

namespace rightful::sources::testing {

inline constexpr std::string_view kReader = "source_reader";

/// One entry of `datasets`; fields are plain names, or `name: { … }` with further keys.
struct DatasetText {
  std::string name;
  std::string owner;
  std::vector<std::string> fields;
  std::string table = {};  ///< default: the name
};

/// Everything above `sources`, with the facts that every catalog must have.
[[nodiscard]] std::string_view catalog_head();

/// The source is `shop`; `voice` are the files.
[[nodiscard]] std::string catalog_text(const std::vector<DatasetText>& datasets,
                                       std::string_view source_options = "",
                                       std::string_view not_personal = "");

/// Aborts the test with the problems if there are any.
[[nodiscard]] catalog::Catalog parse_catalog(const std::string& text);

class Company {
 public:
  /// @param schema  statements that make tables and rows; the reader may SELECT from all of them.
  explicit Company(const std::string& schema);

  [[nodiscard]] SourceLocations locations() const;

  /// Opens all for one account; fails the test if that is refused.
  [[nodiscard]] AccountReader open(const catalog::Catalog& catalog, std::string_view account) const;

  /// Reads the only dataset of the catalog.
  [[nodiscard]] RecordingSink read(const DatasetText& dataset, std::string_view account) const;

  /// Reads the only dataset, expecting a refusal, at the start or on the way.
  [[nodiscard]] SourceError refused(const DatasetText& dataset,
                                    std::string_view account,
                                    std::string_view source_options = "") const;

  void execute(const std::string& script) const { database_.execute(script); }

  [[nodiscard]] const rightful::testing::TestDatabase& database() const { return database_; }

  std::string files_root = "/nonexistent";
  std::string role{kReader};

 private:
  rightful::testing::TestDatabase database_;
};

}  // namespace rightful::sources::testing
