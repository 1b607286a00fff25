#include "export/dataset_collector.hpp"

#include <algorithm>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "export/dataset_schema.hpp"
#include "export/export_stopped.hpp"
#include "export/json_text.hpp"

namespace rightful::exporting {

namespace {

constexpr std::size_t kFlushBytes = 32U << 10U;
constexpr std::uint64_t kRecordsPerProgress = 64;

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
  dataset_index_ = static_cast<std::size_t>(head.dataset - parts_.catalog.datasets().data());
  RIGHTFUL_CHECK(dataset_index_ < parts_.catalog.datasets().size());
  cells_.resize(head.columns.size());
  pages_ = std::make_unique<RecordPages>(parts_.phrases, head, parts_.spool);
  check_entry(parts_.zip.begin_entry("data/" + head.dataset->name + ".json",
                                     archive::Compression::Deflate));
  json_ = "[";
}

void DatasetCollector::on_record(const sources::Record& record) {
  write_record();  // the one before: all its objects are known now
  RIGHTFUL_CHECK(record.values.size() == cells_.size());
  has_record_ = true;
  record_number_ = record.number;
  owner_.clear();
  append_owner(owner_, record.owners, parts_.scope.account().expose());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    Piece& cell = cells_[i];
    cell.json.clear();
    cell.html.clear();
    cell.slot.reset();
    cell.field = summary_.columns[i].field;
    const sources::Value& value = record.values[i];
    append_json_value(cell.json, value);
    append_html_value(cell.html, parts_.phrases, *cell.field, value);
    if (cell.field->attach && value.kind == sources::ValueKind::Text) {
      cell.slot = Slot{cell.field, std::string(value.text), {}};
    }
  }
  ++summary_.rows;
  if (summary_.rows % kRecordsPerProgress == 0) parts_.on_progress(summary_);
}

void DatasetCollector::on_object(const sources::ObjectReference& object) {
  const auto cell = std::ranges::find_if(
      cells_, [&](const Piece& piece) { return piece.slot && piece.slot->field == object.field; });
  RIGHTFUL_CHECK(cell != cells_.end());
  // Opened now, so that a missing object is known before its record is written; read when all
  // records are done.
  const auto opened = parts_.reader.open_object(object);
  if (opened) {
    ++summary_.objects;
    cell->slot->object = PageObject{parts_.media.add(object, dataset_index_, summary_.objects)};
  } else if (opened.error().kind == sources::SourceErrorKind::MissingObject &&
             may_be_missing(*object.field)) {
    ++summary_.missing_objects;
    cell->slot->object = PageObject{};
  } else {
    throw ExportStopped(Retry::Never, cause_of(opened.error().kind), summary_.dataset->name);
  }
}

void DatasetCollector::append_slot(const Slot& slot) {
  // The value itself is part of the copy too.
  json_ += R"({"value":)";
  append_json_string(json_, slot.value);
  json_ += R"(,"file":)";
  if (slot.object && !slot.object->entry_name.empty()) {
    append_json_string(json_, slot.object->entry_name);
  } else {
    json_ += "null";
  }
  json_ += '}';
}

void DatasetCollector::write_record() {
  if (!has_record_) return;
  has_record_ = false;
  json_ += summary_.rows > 1 ? ",\n" : "\n";
  json_ += R"({"@owner":)";
  json_ += owner_;
  pages_->begin_record(record_number_);
  for (Piece& cell : cells_) {
    json_ += ',';
    append_json_string(json_, cell.field->name);
    json_ += ':';
    if (cell.slot) {
      append_slot(*cell.slot);
      if (cell.slot->object) {
        cell.html += " ";
        append_html_object(cell.html, parts_.phrases, *cell.slot->object);
      }
    } else {
      json_ += cell.json;
    }
    pages_->cell(*cell.field, cell.html);
  }
  json_ += '}';
  pages_->end_record();
  if (json_.size() >= kFlushBytes) flush_json();
}

void DatasetCollector::flush_json() {
  parts_.zip.write(as_bytes(json_));
  summary_.bytes += json_.size();
  json_.clear();
}

DatasetSummary DatasetCollector::finish(const sources::DatasetFacts& facts) {
  RIGHTFUL_CHECK(pages_ != nullptr);
  write_record();
  json_ += summary_.rows > 0 ? "\n]\n" : "]\n";
  flush_json();
  const std::string& name = summary_.dataset->name;
  parts_.manifest.add(parts_.zip.end_entry(), {.dataset = name, .records = summary_.rows});
  if (facts.rows != summary_.rows) throw ExportStopped(Retry::Never, "count_mismatch", name);
  const auto schema =
      parts_.zip.add("data/" + name + ".schema.json",
                     archive::Compression::Deflate,
                     as_bytes(dataset_schema(summary_.columns, *summary_.dataset, parts_.phrases)));
  if (!schema)
    throw Failure(Retry::Never, "internal", "a schema was refused: " + schema.error().detail);
  parts_.manifest.add(*schema, {});
  summary_.pages = pages_->write(parts_.zip, parts_.manifest);
  summary_.redacted = facts.redacted;
  summary_.pseudonymised = facts.pseudonymised;
  return std::move(summary_);
}

}  // namespace rightful::exporting
