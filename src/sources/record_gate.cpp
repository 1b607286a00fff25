#include "sources/record_gate.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/check.hpp"

namespace rightful::sources {

RecordGate::RecordGate(DatasetHead head, ReadContext& context, RecordSink& sink)
    : head_(std::move(head)), context_(context), sink_(sink) {
  facts_.dataset = head_.dataset->name;
  facts_.source = head_.dataset->source;
  for (const ColumnHead& column : head_.columns) {
    const catalog::ThirdParty rule = column.field->third_party;
    if (rule == catalog::ThirdParty::Redact) facts_.redacted[column.field->name] = 0;
    if (rule == catalog::ThirdParty::Pseudonymise) facts_.pseudonymised[column.field->name] = 0;
  }
  values_.resize(head_.columns.size());
  sink_.begin_dataset(head_);
}

SourceResult<void> RecordGate::pass(const SourceRow& row) {
  RIGHTFUL_CHECK(row.values.size() == head_.columns.size());
  RIGHTFUL_TRY(context_.guard.check(facts_.source, facts_.dataset, row.owners));
  RIGHTFUL_TRY(check_objects(row.values));
  if (facts_.rows == head_.rows) {
    return std::unexpected(
        error(SourceErrorKind::CountMismatch,
              fmt::format("{} rows were counted and more came in the same snapshot", head_.rows)));
  }
  collect_owners(row.owners);
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    values_[i] = delivered(*head_.columns[i].field, row.values[i]);
  }
  ++facts_.rows;
  sink_.on_record({facts_.rows, distinct_owners_, values_});
  deliver_objects(values_);
  return {};
}

SourceResult<DatasetFacts> RecordGate::close() const {
  if (facts_.rows != head_.rows) {
    return std::unexpected(error(
        SourceErrorKind::CountMismatch,
        fmt::format(
            "{} rows were counted and {} came in the same snapshot", head_.rows, facts_.rows)));
  }
  return facts_;
}

SourceResult<void> RecordGate::check_objects(std::span<const Value> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const catalog::Field& field = *head_.columns[i].field;
    const bool names_nothing =
        values[i].kind == ValueKind::Null || values[i].kind == ValueKind::Redacted;
    if (!field.attach || names_nothing) continue;
    const ObjectNames names = names_in(context_, field.attach->source);
    if (values[i].kind != ValueKind::Text || !is_plain_name(values[i].text, names)) {
      return std::unexpected(
          error(SourceErrorKind::RefusedReference,
                "the field `" + field.name + "` names an object outside of its folder"));
    }
    RIGHTFUL_TRY(context_.guard.check_object(
        field.attach->source, facts_.dataset, field.attach->owner_prefix, values[i].text));
  }
  return {};
}

void RecordGate::collect_owners(std::span<const std::optional<std::string_view>> owners) {
  distinct_owners_.clear();
  for (const auto& owner : owners) {
    const bool is_new =
        owner && std::find(distinct_owners_.begin(), distinct_owners_.end(), *owner) ==
                     distinct_owners_.end();
    if (is_new) distinct_owners_.push_back(*owner);
  }
}

Value RecordGate::delivered(const catalog::Field& field, const Value& value) {
  if (value.kind == ValueKind::Null) return value;
  if (value.kind == ValueKind::Redacted) {
    ++facts_.redacted[field.name];
    return {ValueKind::Redacted, {}};
  }
  const bool is_masked = field.third_party == catalog::ThirdParty::Redact ||
                         field.third_party == catalog::ThirdParty::Pseudonymise;
  // The account's own ID is not a third party's.
  if (!is_masked || context_.pseudonyms.is_own(value.text)) return value;
  if (field.third_party == catalog::ThirdParty::Redact) {
    ++facts_.redacted[field.name];
    return {ValueKind::Redacted, {}};
  }
  ++facts_.pseudonymised[field.name];
  return {ValueKind::Pseudonym, context_.pseudonyms.number_of(value.text)};
}

void RecordGate::deliver_objects(std::span<const Value> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const catalog::Field& field = *head_.columns[i].field;
    if (!field.attach || values[i].kind != ValueKind::Text) continue;
    ++facts_.objects;
    sink_.on_object({head_.dataset, &field, facts_.rows, std::string(values[i].text)});
  }
}

SourceError RecordGate::error(SourceErrorKind kind, std::string detail) const {
  return {kind, facts_.source, facts_.dataset, std::move(detail)};
}

}  // namespace rightful::sources
