/// @file
/// A sink that keeps everything as text, for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rightful/sources/record_sink.hpp"

namespace rightful::sources::testing {

struct KeptRecord {
  std::vector<std::string> owners;
  /// field → `kind:text`, `null`
  std::map<std::string, std::string> values;
};

class RecordingSink final : public RecordSink {
 public:
  void begin_dataset(const DatasetHead& head) override {
    head_ = head;
    counted = head.rows;
  }

  void on_record(const Record& record) override {
    KeptRecord kept{{record.owners.begin(), record.owners.end()}, {}};
    for (std::size_t i = 0; i < record.values.size(); ++i) {
      const Value& value = record.values[i];
      std::string text(name_of(value.kind));
      if (!value.text.empty() || value.kind == ValueKind::Text)
        text += ":" + std::string(value.text);
      kept.values.emplace(head_.columns.empty() ? std::to_string(i) : head_.columns[i].field->name,
                          std::move(text));
    }
    records.push_back(std::move(kept));
  }

  void on_object(const ObjectReference& object) override { objects.push_back(object); }

  /// All values of one field, in order.
  [[nodiscard]] std::vector<std::string> column(const std::string& field) const {
    std::vector<std::string> texts;
    for (const KeptRecord& record : records) {
      texts.push_back(record.values.at(field));
    }
    return texts;
  }

  std::uint64_t counted = 0;
  std::vector<KeptRecord> records;
  std::vector<ObjectReference> objects;

 private:
  DatasetHead head_;
};

}  // namespace rightful::sources::testing
