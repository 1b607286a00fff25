#include "sources/row_reader.hpp"

#include <algorithm>

#include "sources/postgres_values.hpp"

namespace rightful::sources {

RowReader::RowReader(const DatasetPlan& plan, ReadContext& context, RecordSink& sink)
    : plan_(plan), context_(context), sink_(sink) {
  facts_.dataset = plan.dataset->name;
  facts_.source = plan.dataset->source;
  for (const PlannedColumn& column : plan.columns) {
    const catalog::ThirdParty rule = column.field->third_party;
    if (rule == catalog::ThirdParty::Redact) facts_.redacted[column.field->name] = 0;
    if (rule == catalog::ThirdParty::Pseudonymise) facts_.pseudonymised[column.field->name] = 0;
  }
  values_.resize(plan.columns.size());
  scratch_.resize(plan.columns.size());
}

SourceResult<void> RowReader::read(std::string_view line) {
  const std::span<const Field> fields =
      decoder_.decode(line, plan_.owners.size() + plan_.columns.size());
  RIGHTFUL_TRY(check_owners(fields.first(plan_.owners.size())));
  const std::span<const Field> columns = fields.subspan(plan_.owners.size());
  RIGHTFUL_TRY(check_objects(columns));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    values_[i] = value_of(i, columns[i]);
  }
  ++facts_.rows;
  sink_.on_record({facts_.rows, distinct_owners_, values_});
  deliver_objects();
  return {};
}

SourceResult<void> RowReader::check_owners(std::span<const Field> fields) {
  owners_.clear();
  array_owners_.clear();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    collect_owners(plan_.owners[i], fields[i]);
  }
  RIGHTFUL_TRY(context_.guard.check(plan_.dataset->source, plan_.dataset->name, owners_));
  distinct_owners_.clear();
  for (const auto& owner : owners_) {
    const bool is_new =
        owner && std::find(distinct_owners_.begin(), distinct_owners_.end(), *owner) ==
                     distinct_owners_.end();
    if (is_new) distinct_owners_.push_back(*owner);
  }
  return {};
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

SourceResult<void> RowReader::check_objects(std::span<const Field> fields) {
  const catalog::Dataset& dataset = *plan_.dataset;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const catalog::Field& field = *plan_.columns[i].field;
    if (!field.attach || !fields[i]) continue;
    if (!is_plain_reference(*fields[i])) {
      return std::unexpected(
          SourceError{SourceErrorKind::RefusedReference,
                      dataset.source,
                      dataset.name,
                      "the field `" + field.name + "` names an object outside of its folder"});
    }
    RIGHTFUL_TRY(context_.guard.check_object(
        field.attach->source, dataset.name, field.attach->owner_prefix, *fields[i]));
  }
  return {};
}

Value RowReader::value_of(std::size_t column, const Field& field) {
  if (!field) return {};
  const PlannedColumn& planned = plan_.columns[column];
  if (planned.reading == Reading::Presence) {
    if (*field == "f") return {};
    ++facts_.redacted[planned.field->name];
    return {ValueKind::Redacted, {}};
  }
  const catalog::ThirdParty rule = planned.field->third_party;
  if (rule == catalog::ThirdParty::Redact || rule == catalog::ThirdParty::Pseudonymise) {
    if (!context_.pseudonyms.is_own(*field)) return masked(planned, *field);
  }
  return to_value(planned.facts->kind, *field, scratch_[column]);
}

Value RowReader::masked(const PlannedColumn& column, std::string_view text) {
  if (column.field->third_party == catalog::ThirdParty::Redact) {
    ++facts_.redacted[column.field->name];
    return {ValueKind::Redacted, {}};
  }
  ++facts_.pseudonymised[column.field->name];
  return {ValueKind::Pseudonym, context_.pseudonyms.number_of(text)};
}

void RowReader::deliver_objects() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const catalog::Field& field = *plan_.columns[i].field;
    if (!field.attach || values_[i].kind == ValueKind::Null) continue;
    ++facts_.objects;
    sink_.on_object({plan_.dataset, &field, facts_.rows, std::string(values_[i].text)});
  }
}

bool is_plain_reference(std::string_view reference) {
  constexpr std::size_t kMaxBytes = 4096;
  if (reference.size() > kMaxBytes || reference.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const std::size_t slash = reference.find('/');
    const std::string_view part = reference.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    reference.remove_prefix(slash + 1);
  }
}

}  // namespace rightful::sources
