#include "sources/row_reader.hpp"

#include "sources/postgres_values.hpp"

namespace rightful::sources {

RowReader::RowReader(const DatasetPlan& plan, RecordGate& gate) : plan_(plan), gate_(gate) {
  values_.resize(plan.columns.size());
  scratch_.resize(plan.columns.size());
}

SourceResult<void> RowReader::read(std::string_view line) {
  const std::span<const Field> fields =
      decoder_.decode(line, plan_.owners.size() + plan_.columns.size());
  owners_.clear();
  array_owners_.clear();
  for (std::size_t i = 0; i < plan_.owners.size(); ++i) {
    collect_owners(plan_.owners[i], fields[i]);
  }
  const std::span<const Field> columns = fields.subspan(plan_.owners.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    values_[i] = value_of(i, columns[i]);
  }
  return gate_.pass({owners_, values_});
}

void RowReader::collect_owners(const PlannedOwner& owner, const Field& field) {
  if (owner.leads_to_one || !field) {
    owners_.push_back(field);
    return;
  }
  decode_text_array(*field, array_);
  for (std::optional<std::string>& element : array_) {
    if (element) owners_.emplace_back(array_owners_.emplace_back(*std::move(element)));
  }
}

Value RowReader::value_of(std::size_t column, const Field& field) {
  if (!field) return {};
  const PlannedColumn& planned = plan_.columns[column];
  if (planned.reading == Reading::Presence) {
    return {*field == "f" ? ValueKind::Null : ValueKind::Redacted, {}};
  }
  return to_value(planned.facts->kind, *field, scratch_[column]);
}

}  // namespace rightful::sources
