/// @file
/// A database behind ODBC as a source of records: one connection, one transaction, one account.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sources/odbc_connection.hpp"
#include "sources/odbc_schema.hpp"
#include "sources/odbc_statement.hpp"
#include "sources/record_gate.hpp"
#include "sources/source.hpp"

namespace rightful::sources {

/// Cost     one row, or one page of at most kPageBytes where a driver keeps its whole result
///          (MariaDB, MySQL); a table without a key cannot be paged and is kept by such a driver.
class OdbcSource final : public RecordSource {
 public:
  static constexpr std::uint64_t kPageBytes = 4 << 20U;

  /// Connects, takes the snapshot, and holds role and schema against the catalog: nothing is read
  /// when anything does not fit.
  [[nodiscard]] static SourceResult<std::unique_ptr<RecordSource>> open(
      const SourceOrder& order, const catalog::OdbcSettings& settings);

  [[nodiscard]] SnapshotFacts snapshot() const override { return snapshot_; }

  [[nodiscard]] SourceResult<DatasetFacts> read(const catalog::Dataset& dataset,
                                                RecordSink& sink) override;

  void end_records() noexcept override { connection_.reset(); }

 private:
  struct Prepared {
    DatasetPlan plan;
    std::uint64_t rows = 0;  ///< counted when the source was opened
    bool is_paged = false;
    std::uint64_t row_bytes = 0;            ///< at most, where no value is long
    std::vector<std::size_t> long_columns;  ///< positions in the plan
  };
  struct LastKey;

  OdbcSource(const SourceOrder& order,
             const catalog::OdbcSettings& settings,
             std::unique_ptr<OdbcConnection> connection);

  SourceResult<void> check_texts();
  SourceResult<void> check_role();
  void begin();
  SourceResult<void> plan_all(const std::vector<const catalog::Dataset*>& datasets);
  SourceResult<void> plan_one(const catalog::Dataset& dataset);
  [[nodiscard]] SourceResult<void> check_names(const DatasetPlan& plan) const;
  void prepare_pages(Prepared& prepared) const;
  [[nodiscard]] std::uint64_t count(const DatasetPlan& plan);
  SourceResult<void> read_all(const Prepared& prepared, RecordGate& gate);
  SourceResult<void> read_pages(const Prepared& prepared, RecordGate& gate);
  SourceResult<std::uint64_t> read_page(const Prepared& prepared,
                                        const OdbcPage& page,
                                        LastKey& key,
                                        RecordGate& gate);
  void read_key(OdbcStatement& statement, int column, const DatasetPlan& plan, LastKey& key) const;
  [[nodiscard]] std::uint64_t weight(const Prepared& prepared,
                                     const OdbcPage& page,
                                     const LastKey& key);
  [[nodiscard]] std::vector<OdbcParameter> parameters(const OdbcQuery& query,
                                                      const DatasetPlan& plan,
                                                      const LastKey& key) const;

  const catalog::Source& source_;
  const catalog::OdbcSettings& settings_;
  const AccountId account_;
  ReadContext& context_;
  std::unique_ptr<OdbcConnection> connection_;
  OdbcSqlStyle style_;
  SnapshotFacts snapshot_;
  OdbcSchema schema_;
  std::map<const catalog::Dataset*, Prepared> datasets_;
};

/// The connection string of a source: `DSN=…` or what the variable holds. @return NotConfigured
[[nodiscard]] SourceResult<std::string> odbc_connection_string(
    const catalog::Source& source,
    const catalog::OdbcSettings& settings,
    const SourceLocations& locations);

/// What the catalog says about times without a zone.
[[nodiscard]] WrittenIn zone_of(const catalog::OdbcSettings& settings);

/// Whether the database says that we may change something; false where it cannot tell.
[[nodiscard]] bool may_write(OdbcConnection& connection);

/// One line of MySQL's SHOW GRANTS: whether it grants more than reading.
[[nodiscard]] bool grants_writing(std::string_view grant);

}  // namespace rightful::sources
