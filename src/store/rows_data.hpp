/// @file
/// The memory behind Rows: one block of bytes and where each cell lies in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rightful::store {

struct RowsData {
  struct Cell {
    std::size_t offset = 0;
    std::size_t size_bytes = 0;
    bool is_null = true;
  };

  std::string query;  ///< name, for errors
  std::vector<std::string> columns;
  std::vector<Cell> cells;  ///< row after row
  std::string bytes;
  std::size_t rows = 0;
  std::uint64_t affected = 0;

  void add_null() { cells.push_back({}); }

  void add(std::string_view text) {
    cells.push_back({.offset = bytes.size(), .size_bytes = text.size(), .is_null = false});
    bytes.append(text);
  }
};

}  // namespace rightful::store
