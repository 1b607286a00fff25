#include "export/dataset_schema.hpp"

#include <nlohmann/json.hpp>

namespace rightful::exporting {

namespace {

using nlohmann::ordered_json;
using sources::ValueKind;

ordered_json object_schema(const char* member, ordered_json type) {
  return {{"type", "object"},
          {"properties", {{member, std::move(type)}}},
          {"required", ordered_json::array({member})},
          {"additionalProperties", false}};
}

ordered_json form_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::Boolean:
      return {{"type", "boolean"}};
    case ValueKind::Integer:
      return {{"type", "integer"}};
    case ValueKind::Double:
      // NaN and the infinities are no JSON numbers and stand as text.
      return {{"type", ordered_json::array({"number", "string"})}};
    case ValueKind::Decimal:
      return {{"type", "string"}, {"description", "an exact decimal number"}};
    case ValueKind::Instant:
      return {{"type", "string"}, {"format", "date-time"}};
    case ValueKind::DateTime:
      return {{"type", "string"}, {"description", "date and time without a zone"}};
    case ValueKind::Date:
      return {{"type", "string"}, {"format", "date"}};
    case ValueKind::Time:
      return {{"type", "string"}, {"description", "time of day"}};
    case ValueKind::Interval:
      return {{"type", "string"}, {"format", "duration"}};
    case ValueKind::Bytes:
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case ValueKind::Uuid:
      return {{"type", "string"}, {"format", "uuid"}};
    case ValueKind::Json:
      return ordered_json::object();
    case ValueKind::Null:
    case ValueKind::Text:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      return {{"type", "string"}};
  }
  return {{"type", "string"}};
}

ordered_json file_form() {
  return {{"type", "object"},
          {"properties",
           {{"value", {{"type", "string"}}},
            {"file",
             {{"type", ordered_json::array({"string", "null"})},
              {"description", "its path in this package"}}}}},
          {"required", ordered_json::array({"value", "file"})},
          {"additionalProperties", false}};
}

/// A value in its own form, as text where the form has no room for it, or absent, or replaced by a
/// rule.
ordered_json property_of(const sources::ColumnHead& column, const Phrases& phrases) {
  ordered_json alternatives = ordered_json::array();
  alternatives.push_back(column.field->attach ? file_form() : form_of(column.kind));
  if (column.kind != ValueKind::Text) alternatives.push_back({{"type", "string"}});
  alternatives.push_back({{"type", "null"}});
  if (column.field->third_party == catalog::ThirdParty::Redact) {
    alternatives.push_back(object_schema("@redacted", {{"const", true}}));
  }
  if (column.field->third_party == catalog::ThirdParty::Pseudonymise) {
    alternatives.push_back(object_schema("@person", {{"type", "integer"}, {"minimum", 1}}));
  }
  ordered_json property = ordered_json::object();
  if (const auto& title = column.field->title.in(phrases.language); !title.empty())
    property["title"] = title;
  if (const auto& text = column.field->description.in(phrases.language); !text.empty())
    property["description"] = text;
  property["anyOf"] = std::move(alternatives);
  return property;
}

}  // namespace

std::string dataset_schema(std::span<const sources::ColumnHead> columns,
                           const catalog::Dataset& dataset,
                           const Phrases& phrases) {
  ordered_json properties = ordered_json::object();
  properties["@owner"] = {
      {"description",
       "the account that the record belongs to; a list where it is shared with other people"},
      {"anyOf",
       ordered_json::array(
           {{{"type", "string"}},
            {{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 2}}})}};
  ordered_json required = ordered_json::array({"@owner"});
  for (const auto& column : columns) {
    properties[column.field->name] = property_of(column, phrases);
    required.push_back(column.field->name);
  }
  ordered_json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", dataset.title.in(phrases.language)}};
  if (const auto& text = dataset.description.in(phrases.language); !text.empty())
    schema["description"] = text;
  schema["type"] = "array";
  schema["items"] = {{"type", "object"},
                     {"properties", std::move(properties)},
                     {"required", std::move(required)},
                     {"additionalProperties", false}};
  return schema.dump(2) + "\n";
}

}  // namespace rightful::exporting
