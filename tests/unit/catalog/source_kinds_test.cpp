// The kinds of sources: what each key becomes, and one refusal for each rule.
#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"

#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string with_source(std::string_view source) {
  return testing::with("  voice: {", std::string(source) + "\n  voice: {");
}

Catalog parse_ok(std::string_view text) {
  auto catalog = Catalog::parse(text, "catalog.yaml");
  if (!catalog) {
    for (const CatalogProblem& problem : catalog.error()) {
      ADD_FAILURE() << to_string(problem);
    }
    std::abort();
  }
  return *std::move(catalog);
}

template <class Settings>
Settings settings_of(const Catalog& catalog) {
  return std::get<Settings>(catalog.find_source("x")->settings);
}

std::vector<std::string> variables_of(const Catalog& catalog) {
  std::vector<std::string> all;
  for (const SourceVariable& variable : catalog.find_source("x")->variables()) {
    all.push_back(variable.key + "=" + variable.variable);
  }
  return all;
}

TEST(SourceKinds, ReadsABucket) {
  const Catalog catalog = parse_ok(
      with_source("  x: { kind: s3, bucket: voice.eu, endpoint: 'https://s3.internal:8443/', "
                  "region: eu-central-1, prefix: a/b/, access_key_env: A, secret_key_env: S, "
                  "session_token_env: T, owner_metadata: account, ca_file: /etc/ca.pem }"));

  const auto settings = settings_of<S3Settings>(catalog);
  EXPECT_EQ(settings.bucket, "voice.eu");
  EXPECT_EQ(settings.endpoint, "https://s3.internal:8443");
  EXPECT_EQ(settings.region, "eu-central-1");
  EXPECT_EQ(settings.prefix, "a/b/");
  EXPECT_EQ(settings.owner_metadata, "account");
  EXPECT_EQ(settings.ca_file, "/etc/ca.pem");
  EXPECT_TRUE(settings.has_path_style);
  EXPECT_THAT(variables_of(catalog),
              ElementsAre("x.access_key_env=A", "x.secret_key_env=S", "x.session_token_env=T"));
  EXPECT_TRUE(catalog.find_source("x")->has_objects());
  EXPECT_FALSE(catalog.find_source("x")->has_records());
  EXPECT_EQ(catalog.find_source("x")->location_env(), "");
}

TEST(SourceKinds, TakesAmazonsOwnPlaceForABucketWithoutEndpoint) {
  const Catalog catalog =
      parse_ok(with_source("  x: { kind: s3, bucket: abc, access_key_env: A, secret_key_env: S }"));

  const auto settings = settings_of<S3Settings>(catalog);
  EXPECT_EQ(settings.endpoint, "");
  EXPECT_EQ(settings.region, "us-east-1");
  EXPECT_FALSE(settings.has_path_style);
  EXPECT_THAT(variables_of(catalog), SizeIs(2));
}

TEST(SourceKinds, ReadsAService) {
  const Catalog catalog = parse_ok(
      with_source("  x: { kind: http, base: 'https://events.internal/api/', auth_env: TOKEN, "
                  "timeout: 90 }"));

  const auto settings = settings_of<HttpSettings>(catalog);
  EXPECT_EQ(settings.base, "https://events.internal/api");
  EXPECT_EQ(settings.timeout, std::chrono::seconds{90});
  EXPECT_THAT(variables_of(catalog), ElementsAre("x=TOKEN"));
  EXPECT_TRUE(catalog.find_source("x")->has_records());
  EXPECT_FALSE(catalog.find_source("x")->has_tables());
}

TEST(SourceKinds, AllowsHttpOnThisMachineOnly) {
  for (const char* base :
       {"http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:9", "https://10.0.0.1"}) {
    const Catalog catalog =
        parse_ok(with_source(std::string("  x: { kind: http, base: '") + base + "' }"));
    EXPECT_EQ(settings_of<HttpSettings>(catalog).base, base);
    EXPECT_THAT(variables_of(catalog), IsEmpty());
  }
}

TEST(SourceKinds, ReadsAnOdbcDataSource) {
  const Catalog by_name =
      parse_ok(with_source("  x: { kind: odbc, dsn: crm, schema: dbo, timezone: "
                           "UTC, allow_writable_role: true }"));
  const Catalog by_variable = parse_ok(with_source("  x: { kind: odbc, connection_env: CRM }"));

  const auto settings = settings_of<OdbcSettings>(by_name);
  EXPECT_EQ(settings.dsn, "crm");
  EXPECT_EQ(settings.schema, "dbo");
  EXPECT_EQ(settings.timezone, "UTC");
  EXPECT_TRUE(settings.allows_writable_role);
  EXPECT_THAT(variables_of(by_name), IsEmpty());
  EXPECT_THAT(variables_of(by_variable), ElementsAre("x=CRM"));
  EXPECT_EQ(by_variable.find_source("x")->default_schema(), "");
  EXPECT_TRUE(by_variable.find_source("x")->has_tables());
}

TEST(SourceKinds, ReadsAColleague) {
  const Catalog catalog =
      parse_ok(with_source("  x: { kind: manual, instructions: { en: Look, de: Schau }, assignee: "
                           "hr@musterton.example, max_mib: 5 }"));

  const auto settings = settings_of<ManualSettings>(catalog);
  EXPECT_EQ(settings.instructions.in("de"), "Schau");
  EXPECT_EQ(settings.assignee, "hr@musterton.example");
  EXPECT_EQ(settings.max_mib, 5);
  EXPECT_THAT(variables_of(catalog), IsEmpty());
}

std::string with_dataset(std::string_view source, std::string_view dataset) {
  std::string text = with_source(source);
  const std::size_t at = text.find("not_personal");
  return text.insert(at, std::string(dataset) + "\n");
}

TEST(SourceKinds, ADatasetOfATableMayHaveNoSchema) {
  const Catalog catalog = parse_ok(
      with_dataset("  x: { kind: odbc, dsn: crm }",
                   "  - { name: contact, source: x, table: contact, owner: 'id -> person.id . "
                   "account', title: { en: C, de: K }, fields: { a: { title: { en: A, de: A } } } "
                   "}"));

  const Dataset& dataset = *catalog.find_dataset("contact");
  EXPECT_EQ(dataset.table, (TableName{"", "contact"}));
  EXPECT_EQ(dataset.owners.front().steps.front().table, (TableName{"", "person"}));
}

TEST(SourceKinds, ADatasetOfAServiceHasAPathAndNoOwner) {
  const auto parse_with = [](std::string_view table) {
    return parse_ok(
        with_dataset("  x: { kind: http, base: 'https://e.internal' }",
                     "  - { name: event, source: x, " + std::string(table) +
                         "title: { en: E, de: E }, fields: { a: { title: { en: A, de: A } } } }"));
  };

  EXPECT_EQ(parse_with("table: v1/events, ").find_dataset("event")->table.table, "v1/events");
  EXPECT_EQ(parse_with("").find_dataset("event")->table.table, "event");
  EXPECT_THAT(parse_with("").find_dataset("event")->owners, IsEmpty());
}

TEST(SourceKinds, AnUploadHasNoTableAndNoOwner) {
  const Catalog catalog =
      parse_ok(with_dataset("  x: { kind: manual }",
                            "  - { name: paper, source: x, title: { en: P, de: P }, fields: { a: { "
                            "title: { en: A, de: A } } } }"));

  EXPECT_EQ(catalog.find_dataset("paper")->table, (TableName{"", "paper"}));
  EXPECT_THAT(catalog.find_dataset("paper")->owners, IsEmpty());
}

TEST(SourceKinds, AttachmentsComeFromBuckets) {
  std::string text =
      with_source("  x: { kind: s3, bucket: abc, access_key_env: A, secret_key_env: S }");
  text.replace(text.find("attach: { source: voice"), 23, "attach: { source: x");

  EXPECT_EQ(parse_ok(text).find_dataset("note")->find_field("path")->attach->source, "x");
}

struct Refusal {
  const char* source;
  const char* what;
  const char* cure;
};

class SourceKindRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(SourceKindRefusal, NamesPlaceCauseAndCure) {
  const auto catalog =
      Catalog::parse(with_source("  x: { " + std::string(GetParam().source) + " }"), "c.yaml");

  ASSERT_FALSE(catalog.has_value());
  EXPECT_THAT(catalog.error(), SizeIs(1)) << to_string(catalog.error().back());
  EXPECT_THAT(catalog.error().front().what, HasSubstr(GetParam().what));
  EXPECT_THAT(catalog.error().front().cure, HasSubstr(GetParam().cure));
  EXPECT_EQ(catalog.error().front().line, 10);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    SourceKindRefusal,
    ::testing::Values(
        Refusal{"kind: s3, access_key_env: A, secret_key_env: S", "`bucket` is missing", "name"},
        Refusal{"kind: s3, bucket: abc, access_key_env: A", "`secret_key_env` is missing", "name"},
        Refusal{"kind: s3, bucket: abc, secret_key_env: A", "`access_key_env` is missing", "name"},
        Refusal{
            "kind: s3, bucket: a/b, access_key_env: A, secret_key_env: S", "the bucket", "3 to"},
        Refusal{"kind: s3, bucket: ab, access_key_env: A, secret_key_env: S", "the bucket", "3 to"},
        Refusal{"kind: s3, bucket: abc, prefix: ../x/, access_key_env: A, secret_key_env: S",
                "the prefix",
                "ends with a slash"},
        Refusal{"kind: s3, bucket: abc, prefix: x, access_key_env: A, secret_key_env: S",
                "the prefix",
                "ends with a slash"},
        Refusal{"kind: s3, bucket: abc, region: EU, access_key_env: A, secret_key_env: S",
                "the region",
                "eu-central-1"},
        Refusal{"kind: s3, bucket: abc, endpoint: 'http://s3.internal', access_key_env: A, "
                "secret_key_env: S",
                "the endpoint",
                "https://"},
        Refusal{"kind: s3, bucket: abc, endpoint: 'https://s3.internal/x', access_key_env: A, "
                "secret_key_env: S",
                "the endpoint",
                "without a path"},
        Refusal{"kind: http", "`base` is missing", "address"},
        Refusal{"kind: http, base: 'http://events.internal'", "the base", "https://"},
        Refusal{"kind: http, base: 'http://127.0.0.1.evil.example'", "the base", "https://"},
        Refusal{"kind: http, base: 'http://localhost.evil.example'", "the base", "https://"},
        Refusal{"kind: http, base: 'https://a:b@events.internal'", "the base", "without user"},
        Refusal{"kind: http, base: 'https://e.internal/?x'", "the base", "query"},
        Refusal{"kind: http, base: 'https://e.internal', timeout: 0", "`timeout`", "1 to 3600"},
        Refusal{"kind: http, base: 'https://e.internal', timeout: 3601", "`timeout`", "1 to 3600"},
        Refusal{"kind: http, base: 'https://e.internal', timeout: 9s", "`timeout`", "1 to 3600"},
        Refusal{"kind: http, base: 'https://e.internal', ca_file: ca.pem", "ca_file", "absolute"},
        Refusal{"kind: odbc", "has no data source", "connection_env"},
        Refusal{"kind: odbc, dsn: a, connection_env: B", "more than one data source", "remove one"},
        Refusal{"kind: odbc, dsn: 'a;PWD=x'", "the dsn", "odbc.ini"},
        Refusal{"kind: odbc, dsn: a, timezone: Europe/Berlin", "written in UTC", "kind: datetime"},
        Refusal{"kind: manual, assignee: hr", "the assignee", "mailbox"},
        Refusal{"kind: manual, instructions: Look", "not given by language", "en: …, de"},
        Refusal{"kind: manual, max_mib: -1", "`max_mib`", "1 to"}));

TEST(SourceKinds, RefusesOwnersWhereTheSourceSaysThem) {
  for (const char* source : {"{ kind: manual }", "{ kind: http, base: 'https://e.internal' }"}) {
    const auto catalog = Catalog::parse(
        with_dataset(std::string("  x: ") + source,
                     "  - { name: event, source: x, owner: a, title: { en: E, de: E }, fields: { "
                     "a: { title: { en: A, de: A } } } }"),
        "c.yaml");

    ASSERT_FALSE(catalog.has_value());
    EXPECT_THAT(catalog.error(), SizeIs(1));
    EXPECT_THAT(catalog.error().front().what, HasSubstr("`owner` has no meaning here"));
  }
}

TEST(SourceKinds, RefusesAPathThatLeavesTheService) {
  for (const char* table : {"../admin", "/x", "a//b", "a?b", "a/", "a b"}) {
    const auto catalog = Catalog::parse(
        with_dataset(
            "  x: { kind: http, base: 'https://e.internal' }",
            std::string("  - { name: event, source: x, table: '") + table +
                "', title: { en: E, de: E }, fields: { a: { title: { en: A, de: A } } } }"),
        "c.yaml");

    ASSERT_FALSE(catalog.has_value()) << table;
    EXPECT_THAT(catalog.error().front().what, HasSubstr("the table")) << table;
  }
}

}  // namespace
}  // namespace rightful::catalog
