/// @file
/// One line of COPY into one typed row for the gate. Knows the plan of a dataset, not the
/// connection.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/copy_text.hpp"
#include "sources/dataset_plan.hpp"
#include "sources/record_gate.hpp"

namespace rightful::sources {

/// Threads  one. Cost  buffers of the size of the largest row.
class RowReader {
 public:
  /// All arguments outlive the reader. @param gate  with one column per column of the plan.
  RowReader(const DatasetPlan& plan, RecordGate& gate);

  /// @return as RecordGate::pass
  [[nodiscard]] SourceResult<void> read(std::string_view line);

 private:
  using Field = CopyTextDecoder::Field;

  void collect_owners(const PlannedOwner& owner, const Field& field);
  Value value_of(std::size_t column, const Field& field);

  const DatasetPlan& plan_;
  RecordGate& gate_;
  CopyTextDecoder decoder_;
  std::vector<std::optional<std::string>> array_;
  std::deque<std::string> array_owners_;  ///< keeps what `owners_` points to
  std::vector<std::optional<std::string_view>> owners_;
  std::vector<Value> values_;
  std::vector<std::string> scratch_;  ///< one per column
};

}  // namespace rightful::sources
