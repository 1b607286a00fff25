/// @file
/// One line of COPY into one checked, typed record for the sink. Knows the plan of a dataset, not
/// the connection.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/copy_text.hpp"
#include "sources/dataset_plan.hpp"
#include "sources/source.hpp"

namespace rightful::sources {

/// Threads  one. Cost  buffers of the size of the largest row.
class RowReader {
 public:
  /// All arguments outlive the reader.
  RowReader(const DatasetPlan& plan, ReadContext& context, RecordSink& sink);

  /// Checks the owners, then the objects' names, then hands the record over.
  /// @return ForeignRecord, RefusedReference
  [[nodiscard]] SourceResult<void> read(std::string_view line);

  [[nodiscard]] const DatasetFacts& facts() const noexcept { return facts_; }

 private:
  using Field = CopyTextDecoder::Field;

  SourceResult<void> check_owners(std::span<const Field> fields);
  SourceResult<void> check_objects(std::span<const Field> fields);
  void collect_owners(const PlannedOwner& owner, const Field& field);
  Value value_of(std::size_t column, const Field& field);
  Value masked(const PlannedColumn& column, std::string_view text);
  void deliver_objects();

  const DatasetPlan& plan_;
  ReadContext& context_;
  RecordSink& sink_;
  DatasetFacts facts_;
  CopyTextDecoder decoder_;
  std::vector<std::optional<std::string>> array_;
  std::deque<std::string> array_owners_;  ///< keeps what `owners_` points to
  std::vector<std::optional<std::string_view>> owners_;
  std::vector<std::string_view> distinct_owners_;
  std::vector<Value> values_;
  std::vector<std::string> scratch_;  ///< one per column
};

/// Relative, without empty parts, `.` and `..`, without NUL, at most 4096 bytes.
[[nodiscard]] bool is_plain_reference(std::string_view reference);

}  // namespace rightful::sources
