#include "sources/http_record_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rightful::sources {

HttpRecordReader::HttpRecordReader(const catalog::Dataset& dataset, RecordGate& gate)
    : dataset_(dataset), gate_(gate), columns_(columns_of(dataset)) {
  values_.resize(columns_.size());
  scratch_.resize(columns_.size());
}

std::vector<ColumnHead> HttpRecordReader::columns_of(const catalog::Dataset& dataset) {
  std::vector<ColumnHead> columns;
  for (const catalog::Field& field : dataset.fields) {
    if (field.withhold == catalog::Withhold::No) columns.push_back({&field, value_kind_of(field)});
  }
  return columns;
}

SourceResult<void> HttpRecordReader::read(const PageRecord& record) {
  ++number_;
  RIGHTFUL_TRY(check_key(record));
  RIGHTFUL_TRY(collect(record));
  owners_.assign(record.owners.begin(), record.owners.end());
  return gate_.pass({owners_, values_});
}

/// Ascending keys tell of every record that comes twice, on whichever page, without keeping one.
SourceResult<void> HttpRecordReader::check_key(const PageRecord& record) {
  if (!record.key || record.key->empty()) {
    return std::unexpected(
        error(SourceErrorKind::BadAnswer, fmt::format("record {} has no `@key`", number_)));
  }
  if (number_ > 1 && *record.key <= last_key_) {
    return std::unexpected(error(
        SourceErrorKind::RepeatedRecord,
        fmt::format("the `@key` of record {} does not come after the one before it", number_)));
  }
  last_key_ = *record.key;
  return {};
}

SourceResult<void> HttpRecordReader::collect(const PageRecord& record) {
  seen_.assign(columns_.size(), false);
  for (const auto& [name, value] : record.members) {
    const auto column = column_of(name);
    if (!column) {
      // Its name is not repeated: it may be anything.
      return std::unexpected(error(
          SourceErrorKind::SchemaChanged,
          fmt::format("record {} has a member that was not asked for: describe it as a field, "
                      "or let the service leave it out",
                      number_)));
    }
    const auto typed = to_value(columns_[*column].kind, value, scratch_[*column]);
    if (!typed) {
      return std::unexpected(error(SourceErrorKind::SchemaChanged,
                                   fmt::format("`{}` of record {} is no {}",
                                               columns_[*column].field->name,
                                               number_,
                                               name_of(columns_[*column].kind))));
    }
    values_[*column] = *typed;
    seen_[*column] = true;
  }
  const auto missing = std::ranges::find(seen_, false);
  if (missing == seen_.end()) return {};
  const auto& field = *columns_[static_cast<std::size_t>(missing - seen_.begin())].field;
  return std::unexpected(error(
      SourceErrorKind::SchemaChanged,
      fmt::format("record {} has no `{}`: a value that is absent is `null`", number_, field.name)));
}

std::optional<std::size_t> HttpRecordReader::column_of(std::string_view member) const {
  const auto found = std::ranges::find_if(
      columns_, [&](const ColumnHead& column) { return column.field->name == member; });
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

SourceError HttpRecordReader::error(SourceErrorKind kind, std::string detail) const {
  return {kind, dataset_.source, dataset_.name, std::move(detail)};
}

}  // namespace rightful::sources
