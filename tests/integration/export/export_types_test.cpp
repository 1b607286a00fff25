// What PostgreSQL holds is what a program reads from the package, type by type: from a real server
// through the whole export to the readers of others.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/subprocess.hpp"

#include "tests/integration/export/export_world.hpp"

namespace rightful::exporting {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using testing::ExportWorld;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// A column, what is put into it, and the JSON that must come out, character by character.
struct TypeCase {
  std::string name;
  std::string type;
  std::string literal;
  std::string json;
};

const std::string kThousandDigits = "1" + std::string(998, '7') + "9";

std::vector<TypeCase> type_cases() {
  return {
      {"int2_least", "smallint", "-32768", "-32768"},
      {"int8_most", "bigint", "9223372036854775807", "9223372036854775807"},
      {"int8_least", "bigint", "-9223372036854775808", "-9223372036854775808"},
      {"int8_odd", "bigint", "9007199254740993", "9007199254740993"},
      {"numeric_scale", "numeric(12,2)", "1234567890.1", "\"1234567890.10\""},
      {"numeric_long", "numeric", kThousandDigits, "\"" + kThousandDigits + "\""},
      {"numeric_fine", "numeric", "-0." + kThousandDigits, "\"-0." + kThousandDigits + "\""},
      {"numeric_nan", "numeric", "'NaN'", "\"NaN\""},
      {"numeric_infinity", "numeric", "'-Infinity'", "\"-Infinity\""},
      {"float4", "real", "0.1", "0.1"},
      {"float8", "double precision", "1e300", "1e+300"},
      {"float8_least", "double precision", "5e-324", "5e-324"},
      {"float8_nan", "double precision", "'NaN'", "\"NaN\""},
      {"float8_infinity", "double precision", "'Infinity'", "\"Infinity\""},
      {"money", "numeric", "'0.00'", "\"0.00\""},
      {"yes", "boolean", "true", "true"},
      {"instant",
       "timestamptz",
       "'2024-02-29 12:00:00.123456+02'",
       "\"2024-02-29T10:00:00.123456Z\""},
      {"instant_infinity", "timestamptz", "'infinity'", "\"infinity\""},
      {"instant_bc", "timestamptz", "'0044-03-15 12:00+00 BC'", "\"0044-03-15 12:00:00+00 BC\""},
      {"instant_far", "timestamptz", "'12024-01-01 00:00+00'", "\"12024-01-01 00:00:00+00\""},
      {"datetime", "timestamp", "'2024-02-29 12:00'", "\"2024-02-29T12:00:00\""},
      {"datetime_infinity", "timestamp", "'-infinity'", "\"-infinity\""},
      {"day", "date", "'2024-02-29'", "\"2024-02-29\""},
      {"day_bc", "date", "'0044-03-15 BC'", "\"0044-03-15 BC\""},
      {"day_infinity", "date", "'infinity'", "\"infinity\""},
      {"clock", "time", "'23:59:59.5'", "\"23:59:59.5\""},
      {"clock_zone", "timetz", "'23:59:59+02'", "\"23:59:59+02\""},
      {"span", "interval", "'1 year 2 mons 3 days 04:05:06.7'", "\"P1Y2M3DT4H5M6.7S\""},
      {"span_negative", "interval", "'-1 year 3 days -04:00'", "\"P-1Y3DT-4H\""},
      {"span_none", "interval", "'0'", "\"PT0S\""},
      {"bytes", "bytea", "'\\x00ff5c'", "\"AP9c\""},
      {"bytes_none", "bytea", "''", "\"\""},
      {"key",
       "uuid",
       "'6BA7B810-9DAD-11D1-80B4-00C04FD430C8'",
       "\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\""},
      {"document",
       "jsonb",
       R"('{"n": 123456789012345678901234567890.10, "u": "\u00e4"}')",
       R"({"n": 123456789012345678901234567890.10, "u": "ä"})"},
      {"document_text", "json", R"('{"b":1.10, "a":[], "a":2}')", R"({"b":1.10, "a":[], "a":2})"},
      {"document_null", "jsonb", "'null'", "null"},
      {"texts", "text[]", R"(ARRAY['a', NULL, 'c,"d', ''])", R"(["a",null,"c,\"d",""])"},
      {"numbers", "int8[]", "'{{1,2},{3,9223372036854775807}}'", "[[1,2],[3,9223372036854775807]]"},
      {"exact_numbers", "numeric[]", "ARRAY[1.10, 'NaN']::numeric[]", R"([1.10,"NaN"])"},
      {"texts_none", "text[]", "'{}'", "[]"},
      {"range", "int4range", "'[1,5)'", "\"[1,5)\""},
      {"range_time",
       "tstzrange",
       "'[2024-01-01 00:00+00,)'",
       R"x("[\"2024-01-01 00:00:00+00\",)")x"},
      {"range_none", "numrange", "'empty'", "\"empty\""},
      {"ranges", "int4multirange", "'{[1,3),[5,9)}'", "\"{[1,3),[5,9)}\""},
      {"mood", "mood", "'bad \"day\"'", R"("bad \"day\"")"},
      {"price", "price", "1.5", "\"1.50\""},
      {"tags", "tags", "ARRAY['x']", R"(["x"])"},
      {"place", "place", "ROW(1, 'a \"b\"', 1.50)", R"({"x":1,"name":"a \"b\"","cost":1.50})"},
      {"places",
       "place[]",
       "ARRAY[ROW(1, NULL, NULL)::place]",
       R"([{"x":1,"name":null,"cost":null}])"},
      {"address", "inet", "'2001:db8::1/64'", "\"2001:db8::1/64\""},
      {"bits", "bit varying(8)", "B'0101'", "\"0101\""},
      {"point", "point", "'(1.5,-2)'", "\"(1.5,-2)\""},
      {"xml", "xml", "'<a>&amp;</a>'", "\"<a>&amp;</a>\""},
      {"padded", "char(5)", "'ab'", "\"ab   \""},
      {"controls",
       "text",
       "E'\\x01\\x1f\\x7f\\t\\n\\\\\\\"'",
       "\"\\u0001\\u001f\x7f\\t\\n\\\\\\\"\""},
      {"absent", "text", "NULL", "null"},
  };
}

constexpr std::string_view kHead = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  dpo: dpo@example.org
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
package: { csv: true }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
defaults:
  purposes: [ServiceProvision, { term: Bookbinding, title: Binding of books }]
  categories: [Name]
  recipients: [ { name: Transcribe Inc., country: US, role: processor, safeguard: Standard clauses } ]
  retention: { period: P2W, from: id }
  origin: the subject
datasets:
  - name: thing
    source: shop
    table: thing
    owner: account_id
    title: Things
    fields:
      id: { title: Number }
)";

class ExportTypes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new ExportWorld();
    std::string columns;
    std::string values;
    std::string catalog(kHead);
    for (const auto& one : type_cases()) {
      columns += fmt::format(", {} {}", one.name, one.type);
      values += ", " + one.literal;
      catalog += fmt::format("      {}: {{ title: {} }}\n", one.name, one.name);
    }
    world_->company(
        "CREATE TYPE mood AS ENUM ('good', 'bad \"day\"'); CREATE DOMAIN price AS numeric(6,2);"
        "CREATE DOMAIN tags AS text[]; CREATE TYPE place AS (x int, name text, cost numeric);"
        "CREATE TABLE thing (id bigint PRIMARY KEY, account_id text NOT NULL" +
        columns + "); CREATE INDEX ON thing (account_id);" + "INSERT INTO thing VALUES (1, 'anna'" +
        values + "); INSERT INTO thing (id, account_id) VALUES (2, 'anna')");
    world_->activate_catalog(catalog);
    world_->add_account("anna");
    const auto request = world_->ask("anna");
    ASSERT_TRUE(world_->work());
    ASSERT_EQ(world_->state(request), "ready") << world_->cause(request);
    files_ = world_->unpack(request, "anna");
    folder_ = world_->folder / ("opened-" + request.to_string()) / "files";
  }

  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  /// What other people's readers found in the folder; null when they refused it.
  static json read_by_others() {
    SubprocessSpec spec;
    spec.program = "/usr/bin/python3";
    spec.arguments = {RIGHTFUL_SOURCE_DIR "/tests/peers/check_content.py",
                      folder_.string(),
                      RIGHTFUL_SOURCE_DIR "/tests/vectors/dpv/terms.txt"};
    const auto captured = run_captured(std::move(spec));
    EXPECT_TRUE(captured.status.is_success()) << captured.output;
    return captured.status.is_success() ? json::parse(captured.output) : json();
  }

  static ExportWorld* world_;
  static std::map<std::string, std::string> files_;
  static std::filesystem::path folder_;
};

ExportWorld* ExportTypes::world_ = nullptr;
std::map<std::string, std::string> ExportTypes::files_;
std::filesystem::path ExportTypes::folder_;

TEST_F(ExportTypes, ComeOutCharacterByCharacter) {
  const std::string& data = files_.at("data/thing.json");

  for (const auto& one : type_cases()) {
    const std::string member = fmt::format(",\"{}\":{}", one.name, one.json);
    const auto at = data.find(member);
    ASSERT_NE(at, std::string::npos) << one.name;
    EXPECT_THAT(data.substr(at + member.size(), 1), ::testing::AnyOf(",", "}")) << one.name;
  }
}

TEST_F(ExportTypes, FitTheirSchemaInAnotherReader) {
  const json found = read_by_others();

  ASSERT_TRUE(found.is_object());
  EXPECT_EQ(found.at("datasets").at("thing").at("records"), 2);
  EXPECT_EQ(found.at("datasets").at("thing").at("csv"), true);
  EXPECT_THAT(found.at("datasets").at("thing").at("misfits").get<std::vector<std::string>>(),
              UnorderedElementsAre("instant_infinity",
                                   "instant_bc",
                                   "instant_far",
                                   "datetime_infinity",
                                   "day_bc",
                                   "day_infinity"));
}

TEST_F(ExportTypes, SchemaSaysThatIntegersMayExceedDoubles) {
  const auto schema = json::parse(files_.at("data/thing.schema.json"));
  const auto& form = schema.at("items").at("properties").at("int8_most").at("anyOf")[0];

  EXPECT_EQ(form.at("maximum"), 9223372036854775807);
  EXPECT_THAT(form.at("description").get<std::string>(), HasSubstr("2^53"));
}

TEST_F(ExportTypes, DisclosureIsRdfWithTermsThatExist) {
  const json found = read_by_others();

  ASSERT_TRUE(found.is_object());
  const auto& disclosure = found.at("disclosure");
  EXPECT_EQ(disclosure.at("controller"), json({"Musterton GmbH"}));
  EXPECT_EQ(disclosure.at("dpo"), json({"dpo@example.org"}));
  EXPECT_EQ(disclosure.at("authority"), json({"BlnBDI"}));
  ASSERT_EQ(disclosure.at("processes").size(), 1U);
  const auto& process = disclosure.at("processes").at("thing");
  EXPECT_EQ(process.at("title"), json({"Things"}));
  EXPECT_THAT(process.at("purposes").dump(), HasSubstr("https://w3id.org/dpv#ServiceProvision"));
  EXPECT_EQ(process.at("purposes").size(), 2U) << "one of them is no term of the vocabulary";
  EXPECT_EQ(process.at("categories"), json({"https://w3id.org/dpv/pd#Name"}));
  EXPECT_EQ(process.at("recipients"), json({"Transcribe Inc."}));
  EXPECT_EQ(process.at("countries"), json({"https://w3id.org/dpv/loc#US"}));
  EXPECT_EQ(process.at("retention"), json({"P14D", "counted from Number"}));
  EXPECT_EQ(process.at("source"), json({"You gave us these data yourself."}));
  EXPECT_EQ(process.at("rights"), json({"A16", "A17", "A18", "A20", "A21", "A77"}));
}

TEST_F(ExportTypes, TheManifestListsTheTableToo) {
  const auto manifest = json::parse(files_.at("manifest.json"));

  EXPECT_THAT(manifest.dump(), HasSubstr("\"data/thing.csv\""));
  EXPECT_THAT(files_.at("data/thing.csv"), HasSubstr("9223372036854775807"));
}

}  // namespace
}  // namespace rightful::exporting
