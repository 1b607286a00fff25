#include "export/dataset_schema.hpp"

#include <cstdint>
#include <limits>
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

ordered_json text_form(const char* pattern, const char* description) {
  return {{"type", "string"}, {"pattern", pattern}, {"description", description}};
}

ordered_json integer_form() {
  return {
      {"type", "integer"},
      {"format", "int64"},
      {"minimum", std::numeric_limits<std::int64_t>::min()},
      {"maximum", std::numeric_limits<std::int64_t>::max()},
      {"description",
       "written exactly, up to 64 bits; a reader that makes every number a double (JavaScript's "
       "JSON.parse) rounds what is beyond 2^53"}};
}

ordered_json double_form() {
  return {
      {"anyOf",
       ordered_json::array({{{"type", "number"}},
                            {{"enum", ordered_json::array({"NaN", "Infinity", "-Infinity"})}}})},
      {"description", "NaN and the infinities are no JSON numbers and stand as text"}};
}

ordered_json form_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::Boolean:
      return {{"type", "boolean"}};
    case ValueKind::Integer:
      return integer_form();
    case ValueKind::Double:
      return double_form();
    case ValueKind::Decimal:
      return text_form(R"(^(-?[0-9]+(\.[0-9]+)?|NaN|-?Infinity)$)",
                       "an exact decimal number of any length");
    case ValueKind::Instant:
      return {{"type", "string"},
              {"format", "date-time"},
              {"pattern", R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$)"},
              {"description", "RFC 3339, in UTC"}};
    case ValueKind::DateTime:
      return text_form(R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?$)",
                       "date and time without a zone");
    case ValueKind::Date:
      return {{"type", "string"}, {"format", "date"}};
    case ValueKind::Time:
      return text_form(R"(^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([+-][0-9]{2}(:[0-9]{2}){0,2})?$)",
                       "time of day, with the offset from UTC where the source has one");
    case ValueKind::Interval:
      return text_form(R"(^P(-?[0-9]+[YMWD])*(T(-?[0-9]+(\.[0-9]+)?[HMS])+)?$)",
                       "ISO 8601 duration; parts may be negative");
    case ValueKind::Bytes:
      return {{"type", "string"}, {"contentEncoding", "base64"}};
    case ValueKind::Uuid:
      return {{"type", "string"}, {"format", "uuid"}};
    case ValueKind::Json:
      return {{"description", "any JSON; its numbers are written as the source has them"}};
    case ValueKind::Null:
    case ValueKind::Text:
    case ValueKind::Redacted:
    case ValueKind::Pseudonym:
      return {{"type", "string"}};
  }
  return {{"type", "string"}};
}

ordered_json file_form(ValueKind kind) {
  return {{"type", "object"},
          {"properties",
           {{"value", form_of(kind)},
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
  alternatives.push_back(column.field->attach ? file_form(column.kind) : form_of(column.kind));
  if (column.kind != ValueKind::Text)
    alternatives.push_back(
        {{"type", "string"},
         {"description",
          "as the source wrote it, where the form before has no room for it: a date "
          "before Christ, an infinite instant"}});
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
