#include "export/record_batch.hpp"

#include <string_view>
#include <utility>

#include "rightful/core/check.hpp"

namespace rightful::exporting {

void RecordBatch::add(const sources::Record& record) {
  records_.push_back({record.number, record.values.size(), 0});
  for (const sources::Value& value : record.values) {
    cells_.push_back({value.kind, value.text.size()});
    texts_ += value.text;
  }
}

void RecordBatch::add_object(std::size_t column, PageObject object) {
  RIGHTFUL_CHECK(!records_.empty());
  objects_.push_back({column, std::move(object)});
  ++records_.back().objects;
}

void RecordBatch::give_to(RecordPages& pages) {
  auto cell = cells_.begin();
  auto object = objects_.begin();
  std::string_view texts = texts_;
  for (const Entry& record : records_) {
    pages.begin_record(record.number);
    for (std::size_t column = 0; column < record.cells; ++column, ++cell) {
      pages.cell(column, {cell->kind, texts.substr(0, cell->size)});
      texts.remove_prefix(cell->size);
    }
    for (std::size_t i = 0; i < record.objects; ++i, ++object)
      pages.object(object->column, object->object);
  }
  records_.clear();
  cells_.clear();
  objects_.clear();
  texts_.clear();
}

}  // namespace rightful::exporting
