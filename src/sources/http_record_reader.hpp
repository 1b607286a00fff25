/// @file
/// One record of a service's page into one typed row for the gate. Knows the dataset, not the
/// connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/http_page.hpp"
#include "sources/record_gate.hpp"

namespace rightful::sources {

/// Made for one dataset. Threads  one. Cost  buffers of the size of the largest record.
class HttpRecordReader {
 public:
  /// All arguments outlive the reader. @param gate  with the columns of columns_of().
  HttpRecordReader(const catalog::Dataset& dataset, RecordGate& gate);

  /// What a record of the dataset has: every field that is not withheld, in the catalog's order.
  [[nodiscard]] static std::vector<ColumnHead> columns_of(const catalog::Dataset& dataset);

  /// @return RepeatedRecord, SchemaChanged, BadAnswer, or as RecordGate::pass
  [[nodiscard]] SourceResult<void> read(const PageRecord& record);

 private:
  SourceResult<void> check_key(const PageRecord& record);
  SourceResult<void> collect(const PageRecord& record);
  [[nodiscard]] std::optional<std::size_t> column_of(std::string_view member) const;
  [[nodiscard]] SourceError error(SourceErrorKind kind, std::string detail) const;

  const catalog::Dataset& dataset_;
  RecordGate& gate_;
  std::vector<ColumnHead> columns_;
  std::string last_key_;
  std::uint64_t number_ = 0;
  std::vector<std::optional<std::string_view>> owners_;
  std::vector<Value> values_;
  std::vector<bool> seen_;
  std::vector<std::string> scratch_;  ///< one per column
};

}  // namespace rightful::sources
