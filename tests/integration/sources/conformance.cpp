#include "tests/integration/sources/conformance.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "tests/integration/sources/company.hpp"

namespace rightful::sources::testing {

const std::vector<NoteField>& note_fields() {
  static const std::vector<NoteField> fields{
      {"body", "text", "Grüße & \"<b>\" \\ 'x'"},
      {"amount", "decimal", "12.50"},
      {"ratio", "double", "0.1"},
      {"is_on", "boolean", "true"},
      {"taken", "instant", "2024-02-29T12:00:00.5Z"},
      {"meeting", "datetime", "2024-02-29T12:00:00"},
      {"day", "date", "2024-02-29"},
      {"hour", "time", "12:30:00"},
      {"span", "interval", "P1Y2M3DT4H5M6S"},
      {"data", "bytes", "AP+A"},
      {"extra", "json", R"({"a": [1, null]})"},
      {"uid", "uuid", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"}};
  return fields;
}

std::string_view value_of(std::string_view field) {
  return std::ranges::find(note_fields(), field, &NoteField::name)->value;
}

std::string sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

catalog::Catalog note_catalog(const RecordKind& kind, const SourceText& source) {
  std::string text(catalog_head());
  text += "sources:\n  place: " + source.text +
          "\ndatasets:\n  - name: note\n    source: place\n    title: T\n" + kind.dataset_lines() +
          "    fields:\n      number: { title: T, kind: integer }\n";
  for (const std::string& name : kind.fields()) {
    text += "      " + name + ": { title: T, kind: " +
            std::string(std::ranges::find(note_fields(), name, &NoteField::name)->kind) + " }\n";
  }
  return parse_catalog(text);
}

long peak_memory_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace rightful::sources::testing
