#include "export/dataset_collector.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "export/dataset_schema.hpp"
#include "export/export_stopped.hpp"
#include "export/json_text.hpp"

namespace rightful::exporting {

namespace {

constexpr std::size_t kFlushBytes = 32U << 10U;
constexpr std::uint64_t kRecordsPerProgress = 64;
constexpr std::string_view kNoFile = "null";

void check_entry(const Result<void>& begun) {
  if (!begun)
    throw Failure(Retry::Never, "internal", "an entry was refused: " + begun.error().detail);
}

bool may_be_missing(const catalog::Field& field) {
  return field.attach && field.attach->missing == catalog::MissingObject::Note;
}

}  // namespace

void DatasetCollector::begin_dataset(const sources::DatasetHead& head) {
  summary_.dataset = head.dataset;
  summary_.columns = head.columns;
  summary_.has_csv = parts_.catalog.packaging().has_csv;
  dataset_index_ = static_cast<std::size_t>(head.dataset - parts_.catalog.datasets().data());
  RIGHTFUL_CHECK(dataset_index_ < parts_.catalog.datasets().size());
  for (const auto& column : head.columns) {
    std::string& member = members_.emplace_back(",");
    append_json_string(member, column.field->name);
    member += ':';
  }
  object_at_.resize(head.columns.size());
  pages_ = std::make_unique<RecordPages>(parts_.phrases, head, parts_.spool);
  lane_ = std::make_unique<PageLane>(*pages_);
  if (summary_.has_csv) csv_.emplace(head, parts_.spool);
  check_entry(parts_.zip.begin_entry("data/" + head.dataset->name + ".json",
                                     archive::Compression::Deflate));
  json_.reserve(2 * kFlushBytes);
  json_ = "[";
}

void DatasetCollector::on_record(const sources::Record& record) {
  end_record();  // the one before: all its objects are known now
  RIGHTFUL_CHECK(record.values.size() == members_.size());
  has_record_ = true;
  const std::string_view account = parts_.account.expose();
  json_ += summary_.rows > 0 ? ",\n{\"@owner\":" : "\n{\"@owner\":";
  append_owner(json_, record.owners, account);
  lane_->record(record);
  if (csv_) csv_->begin_record(record.owners, account);
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    const sources::Value& value = record.values[i];
    append_json(i, value);
    if (csv_) csv_->cell(i, value);
  }
  json_ += '}';
  ++summary_.rows;
  if (summary_.rows % kRecordsPerProgress == 0) parts_.on_progress(summary_);
}

void DatasetCollector::append_json(std::size_t column, const sources::Value& value) {
  json_ += members_[column];
  if (!summary_.columns[column].field->attach || value.kind == sources::ValueKind::Null)
    return append_json_value(json_, value);
  // The value itself is part of the copy too.
  json_ += R"({"value":)";
  append_json_value(json_, value);
  json_ += R"(,"file":)";
  object_at_[column] = json_.size();
  json_ += kNoFile;
  json_ += '}';
}

void DatasetCollector::on_object(const sources::ObjectReference& object) {
  const auto found = std::ranges::find(summary_.columns, object.field, &sources::ColumnHead::field);
  RIGHTFUL_CHECK(has_record_ && found != summary_.columns.end());
  const auto column = static_cast<std::size_t>(found - summary_.columns.begin());
  // Opened now, so that a missing object is known before its record is written; read when all
  // records are done.
  const auto opened = parts_.open_object(object);
  if (opened) {
    ++summary_.objects;
    sources::ObjectReference seen = object;
    seen.version = (*opened)->version();
    place_object(column,
                 {.entry_name = parts_.media.add(seen, dataset_index_, summary_.objects),
                  .size = (*opened)->size()});
  } else if (opened.error().kind == sources::SourceErrorKind::MissingObject &&
             may_be_missing(*object.field)) {
    ++summary_.missing_objects;
    place_object(column, {});
  } else {
    throw ExportStopped(Retry::Never, cause_of(opened.error().kind), summary_.dataset->name);
  }
}

void DatasetCollector::place_object(std::size_t column, const PageObject& object) {
  lane_->object(column, object);
  if (object.entry_name.empty()) return;
  if (csv_) csv_->object(column, object.entry_name);
  std::string name;
  append_json_string(name, object.entry_name);
  json_.replace(object_at_[column], kNoFile.size(), name);
  for (std::size_t later = column + 1; later < object_at_.size(); ++later)
    object_at_[later] += name.size() - kNoFile.size();
}

void DatasetCollector::end_record() {
  if (std::exchange(has_record_, false) && json_.size() >= kFlushBytes) flush_json();
}

void DatasetCollector::flush_json() {
  parts_.zip.write(as_bytes(json_));
  summary_.bytes += json_.size();
  json_.clear();
}

void DatasetCollector::write_schema() {
  const auto schema =
      parts_.zip.add("data/" + summary_.dataset->name + ".schema.json",
                     archive::Compression::Deflate,
                     as_bytes(dataset_schema(summary_.columns, *summary_.dataset, parts_.phrases)));
  if (!schema)
    throw Failure(Retry::Never, "internal", "a schema was refused: " + schema.error().detail);
  parts_.manifest.add(*schema, {});
}

DatasetSummary DatasetCollector::finish(const sources::DatasetFacts& facts) {
  RIGHTFUL_CHECK(pages_ != nullptr);
  end_record();
  json_ += summary_.rows > 0 ? "\n]\n" : "]\n";
  flush_json();
  const std::string& name = summary_.dataset->name;
  parts_.manifest.add(parts_.zip.end_entry(), {.dataset = name, .records = summary_.rows});
  if (facts.rows != summary_.rows) throw ExportStopped(Retry::Never, "count_mismatch", name);
  summary_.redacted = facts.redacted;
  summary_.pseudonymised = facts.pseudonymised;
  write_schema();
  if (csv_) csv_->write(parts_.zip, parts_.manifest);
  lane_->finish();
  summary_.pages = pages_->write(summary_, parts_.zip, parts_.manifest);
  return std::move(summary_);
}

}  // namespace rightful::exporting
