// A page of a service: what the reader accepts, the library reads the same, value for value, and no
// value breaks any kind of field.
#include <nlohmann/json.hpp>
#include <string>

#include "rightful/core/check.hpp"

#include "sources/http_page.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using nlohmann::json;
using sources::JsonType;
using sources::JsonValue;
using sources::ValueKind;

json value_of(const JsonValue& value) {
  return value.type == JsonType::Text ? json(value.text) : json::parse(value.text);
}

void check_kinds(const JsonValue& value) {
  for (int kind = 0; kind <= static_cast<int>(ValueKind::Uuid); ++kind) {
    std::string scratch;
    const auto made = to_value(static_cast<ValueKind>(kind), value, scratch);
    if (value.type == JsonType::Null) RIGHTFUL_CHECK(made && made->kind == ValueKind::Null);
    if (made && made->kind == ValueKind::Json) {
      RIGHTFUL_CHECK(json::parse(made->text) == value_of(value));
    }
    if (made && made->kind == ValueKind::Text) RIGHTFUL_CHECK(made->text == value.text);
  }
}

void check_record(const sources::PageRecord& record, const json& expected) {
  std::size_t members = record.members.size();
  if (expected.contains("@key")) {
    ++members;
    RIGHTFUL_CHECK(record.key == expected["@key"].get<std::string>());
  }
  if (expected.contains("@owner")) {
    ++members;
    const json& owner = expected["@owner"];
    const json owners = owner.is_array()  ? owner
                        : owner.is_null() ? json::array()
                                          : json::array({owner});
    RIGHTFUL_CHECK(record.owners == owners.get<std::vector<std::string>>());
  }
  RIGHTFUL_CHECK(members == expected.size());
  for (const auto& [name, value] : record.members) {
    RIGHTFUL_CHECK(value_of(value) == expected.at(name));
    check_kinds(value);
  }
}

}  // namespace

void run_one(std::string_view input) {
  const auto head = sources::read_page_head(input);
  if (!head) return;
  const json expected = json::parse(input, nullptr, false);
  RIGHTFUL_CHECK(expected.is_object() && expected.size() == 7);
  RIGHTFUL_CHECK(head->account == expected["account"].get<std::string>());
  RIGHTFUL_CHECK(head->count == expected["count"].get<std::uint64_t>());
  RIGHTFUL_CHECK(head->records == expected["records"].size());
  RIGHTFUL_CHECK(head->next.has_value() == expected["next"].is_string());
  std::size_t number = 0;
  sources::read_page_records(input, [&](const sources::PageRecord& record) {
    check_record(record, expected["records"].at(number++));
    return true;
  });
  RIGHTFUL_CHECK(number == head->records);
}

}  // namespace rightful::fuzz
