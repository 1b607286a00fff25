/// @file
/// The one way of a row from any kind of source to the sink: its owners are compared, the objects
/// that it names are looked at, what is about others is masked, and rows are counted.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sources/source.hpp"

namespace rightful::sources {

/// A row as its source gave it. Nothing of it was decided yet.
struct SourceRow {
  /// Every owner, as the source wrote it; an absent one (NULL) is nobody.
  std::span<const std::optional<std::string_view>> owners;
  /// One per column of the head. Redacted stands for a value that was there and was not even read.
  std::span<const Value> values;
};

/// Made for one dataset.
///
/// Errors   sticky as the guard's: what was refused once is not delivered afterwards.
/// Threads  one. Cost  one entry per column.
class RecordGate {
 public:
  /// Tells the sink that `head` begins. All arguments outlive the gate, the head is copied.
  RecordGate(DatasetHead head, ReadContext& context, RecordSink& sink);

  /// @return ForeignRecord, RefusedReference, or CountMismatch for a row more than was counted; the
  ///         sink has not seen the row then.
  [[nodiscard]] SourceResult<void> pass(const SourceRow& row);

  /// After the last row. @return CountMismatch when rows are missing.
  [[nodiscard]] SourceResult<DatasetFacts> close() const;

  [[nodiscard]] const DatasetFacts& facts() const noexcept { return facts_; }

 private:
  [[nodiscard]] SourceResult<void> check_objects(std::span<const Value> values) const;
  void collect_owners(std::span<const std::optional<std::string_view>> owners);
  Value delivered(const catalog::Field& field, const Value& value);
  void deliver_objects(std::span<const Value> values);
  [[nodiscard]] SourceError error(SourceErrorKind kind, std::string detail) const;

  DatasetHead head_;
  ReadContext& context_;
  RecordSink& sink_;
  DatasetFacts facts_;
  std::vector<std::string_view> distinct_owners_;
  std::vector<Value> values_;
};

}  // namespace rightful::sources
