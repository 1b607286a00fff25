#include "sources/schema_facts.hpp"

#include <algorithm>

namespace rightful::sources {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

const ColumnFacts* TableFacts::find_column(std::string_view column) const noexcept {
  const auto found = std::find_if(
      columns.begin(), columns.end(), [&](const ColumnFacts& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

bool TableFacts::is_unique_by(const std::vector<std::string>& key) const {
  if (has_children && kind != 'p') return false;
  return std::any_of(indexes.begin(), indexes.end(), [&](const IndexFacts& index) {
    return index.is_unique &&
           std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& column) {
             return contains(key, column);
           });
  });
}

bool TableFacts::has_index_on(const std::vector<std::string>& key) const {
  return std::any_of(indexes.begin(), indexes.end(), [&](const IndexFacts& index) {
    return index.columns.size() >= key.size() &&
           std::all_of(index.columns.begin(),
                       index.columns.begin() + static_cast<std::ptrdiff_t>(key.size()),
                       [&](const std::string& column) { return contains(key, column); });
  });
}

std::vector<std::string> TableFacts::row_identity() const {
  if (has_children && kind != 'p') return {};
  for (const bool wants_primary : {true, false}) {
    for (const IndexFacts& index : indexes) {
      const bool is_complete =
          index.is_unique && (index.is_primary || !wants_primary) &&
          std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& column) {
            const ColumnFacts* facts = find_column(column);
            return facts != nullptr && !facts->is_nullable && facts->is_readable;
          });
      if (is_complete) return index.columns;
    }
  }
  return {};
}

const TableFacts* SchemaFacts::find(const catalog::TableName& name) const {
  const auto found = tables.find(name);
  return found == tables.end() ? nullptr : &found->second;
}

}  // namespace rightful::sources
