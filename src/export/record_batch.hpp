/// @file
/// Records and what they name, copied so that another thread can make pages of them later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rightful/sources/record_sink.hpp"

#include "export/record_pages.hpp"
#include "export/value_html.hpp"

namespace rightful::exporting {

/// Reusable. Threads  one at a time. Cost  about kBytes and one record.
class RecordBatch {
 public:
  void add(const sources::Record& record);
  /// Named by the record that was added last.
  void add_object(std::size_t column, PageObject object);

  [[nodiscard]] bool is_empty() const noexcept { return records_.empty(); }

  [[nodiscard]] bool is_full() const noexcept {
    return texts_.size() >= kBytes || cells_.size() >= kCells;
  }

  /// Everything in its order; the batch is empty then.
  void give_to(RecordPages& pages);

 private:
  static constexpr std::size_t kBytes = 64U << 10U;
  static constexpr std::size_t kCells = 8192;

  struct Entry {
    std::uint64_t number;
    std::size_t cells;
    std::size_t objects;
  };

  struct Cell {
    sources::ValueKind kind;
    std::size_t size;  ///< of its text
  };

  struct Object {
    std::size_t column = 0;
    PageObject object;
  };

  std::vector<Entry> records_;
  std::vector<Cell> cells_;
  std::vector<Object> objects_;
  std::string texts_;  ///< of all cells, one after the other
};

}  // namespace rightful::exporting
