/// @file
/// The page that helps to find something in a dataset of several pages, without a script: what
/// stands on which page, and where one search covers all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/sources/record_sink.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {

/// `pages/<dataset>-0001.html`. @param number  from 1.
[[nodiscard]] std::string page_name(std::string_view dataset, std::uint64_t number);
/// `pages/<dataset>-find.html`
[[nodiscard]] std::string find_page_name(std::string_view dataset);
/// `pages/<dataset>-all.html`
[[nodiscard]] std::string all_page_name(std::string_view dataset);
/// The same names as seen from another page of the folder `pages`.
[[nodiscard]] std::string_view beside(std::string_view page_name);

/// What one page holds.
struct PageFacts {
  std::uint64_t size = 0;  ///< bytes of its records' HTML
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool is_masked = false;  ///< something about other people is missing or replaced on it
  std::string from;        ///< of the key column: the earliest, or the first
  std::string to;          ///< of the key column: the latest, or the last
};

/// The column by which people look for a record: the first with a time, else the first with plain
/// values. @return the number of columns when there is none.
[[nodiscard]] std::size_t key_column_of(const sources::DatasetHead& head);

/// What the page links to.
struct FindFacts {
  const sources::DatasetHead& head;
  const std::vector<PageFacts>& pages;
  std::size_t key_column;
  bool has_all;  ///< one page holds all records
  bool has_csv;
};

/// The page itself. Cost  at most 1,000 rows: with more pages each row is a stretch of pages.
[[nodiscard]] std::string find_page(const Phrases& phrases, const FindFacts& facts);

}  // namespace rightful::exporting
