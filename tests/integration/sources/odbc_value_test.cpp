// Every type of real databases as exact typed values.
#include <gmock/gmock.h>

#include "tests/integration/sources/odbc_company.hpp"

namespace rightful::sources {
namespace {

using ::testing::ElementsAre;
using testing::OdbcCompany;
using testing::OdbcServer;

constexpr const char* kEmoji = "x😀é🧑‍💻 ";

/// The value of one column of one row, as the sink saw it.
std::string delivered(const OdbcCompany& company,
                      const std::string& field,
                      const std::string& table = "v") {
  return company.read({table, "account_id", {field}}, "anna")
      .column(field.substr(0, field.find(": {")))
      .at(0);
}

/// A table `v` with `account_id` and one column `x` of `type` that holds `literal`.
std::string one(OdbcServer server,
                const std::string& type,
                const std::string& literal,
                const std::string& further = "") {
  OdbcCompany company(server,
                      "CREATE TABLE v (account_id varchar(20), x " + type + ");\n" +
                          "INSERT INTO v VALUES ('anna', " + literal + ");\n");
  if (further.find("instant") != std::string::npos) company.source_options = ", timezone: UTC";
  return delivered(company, "x" + further);
}

TEST(OdbcValueMariadb, Numbers) {
  const auto value = [](const char* type, const char* literal) {
    return one(OdbcServer::Mariadb, type, literal);
  };

  EXPECT_EQ(value("tinyint", "-128"), "integer:-128");
  EXPECT_EQ(value("tinyint unsigned", "255"), "integer:255");
  EXPECT_EQ(value("int unsigned", "4294967295"), "integer:4294967295");
  EXPECT_EQ(value("bigint", "-9223372036854775808"), "integer:-9223372036854775808");
  EXPECT_EQ(value("bigint unsigned", "18446744073709551615"), "integer:18446744073709551615");
  EXPECT_EQ(value("decimal(38,10)", "1234567890123456789012345678.0123456789"),
            "decimal:1234567890123456789012345678.0123456789");
  EXPECT_EQ(value("decimal(5,2)", "-0.50"), "decimal:-0.50");
  EXPECT_EQ(value("double", "0.30000000000000004"), "double:0.30000000000000004");
  EXPECT_EQ(value("double", "1e300"), "double:1e+300");
  EXPECT_EQ(value("float", "0.1"), "double:0.1");
  EXPECT_EQ(value("year", "2024"), "integer:2024");
  EXPECT_EQ(value("bit(1)", "b'1'"), "boolean:true");
  EXPECT_EQ(value("bit(20)", "b'10101010101010101010'"), "bytes:Cqqq");
}

TEST(OdbcValueMariadb, TimesWithAndWithoutZone) {
  const auto value = [](const char* type, const char* literal, const char* further = "") {
    return one(OdbcServer::Mariadb, type, literal, further);
  };

  EXPECT_EQ(value("date", "'2024-02-29'"), "date:2024-02-29");
  EXPECT_EQ(value("time(6)", "'12:34:56.789'"), "time:12:34:56.789");
  EXPECT_EQ(value("time", "'-12:34:56'"), "text:-12:34:56");
  EXPECT_EQ(value("time", "'838:59:59'"), "text:838:59:59");
  EXPECT_EQ(value("datetime(6)", "'2024-02-29 12:00:00.5'"), "datetime:2024-02-29T12:00:00.5");
  EXPECT_EQ(value("datetime", "'2024-02-29 12:00:00'"), "datetime:2024-02-29T12:00:00");
  EXPECT_EQ(value("datetime", "'2024-02-29 12:00:00'", ": { kind: instant }"),
            "instant:2024-02-29T12:00:00Z");
}

TEST(OdbcValueMariadb, ATimestampIsAnInstantWhateverTheZoneOfItsWriter) {
  const OdbcCompany company(OdbcServer::Mariadb,
                            "SET time_zone = '+05:30';\n"
                            "CREATE TABLE v (account_id varchar(20), x timestamp(3) NULL);\n"
                            "INSERT INTO v VALUES ('anna', '2024-02-29 12:00:00.250');\n");

  EXPECT_EQ(delivered(company, "x"), "instant:2024-02-29T06:30:00.25Z");
}

TEST(OdbcValueMariadb, DatesThatDoNotExistAreTextNotNull) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "SET sql_mode = '';\nCREATE TABLE v (account_id varchar(20), d date, t datetime);\n"
      "INSERT INTO v VALUES ('anna', '0000-00-00', '2024-00-00 00:00:00');\n");

  const auto sink = company.read({"v", "account_id", {"d", "t"}}, "anna");

  EXPECT_THAT(sink.column("d"), ElementsAre("text:0000-00-00"));
  EXPECT_THAT(sink.column("t"), ElementsAre("text:2024-00-00 00:00:00"));
}

TEST(OdbcValueMariadb, Texts) {
  const auto value = [](const std::string& type, const std::string& literal) {
    return one(OdbcServer::Mariadb, type, literal);
  };

  EXPECT_EQ(value("varchar(100)", "'" + std::string(kEmoji) + "'"), "text:" + std::string(kEmoji));
  EXPECT_EQ(value("varchar(20) character set latin1", "'müx'"), "text:müx");
  EXPECT_EQ(value("varchar(20) character set utf16", "'ẞ€'"), "text:ẞ€");
  EXPECT_EQ(value("char(5)", "'ab'"), "text:ab");
  EXPECT_EQ(value("varchar(5)", "''"), "text:");
  EXPECT_EQ(value("varchar(5)", "NULL"), "null");
  EXPECT_EQ(value("enum('a','ü')", "'ü'"), "text:ü");
  EXPECT_EQ(value("set('x','y')", "'x,y'"), "text:x,y");
  EXPECT_EQ(value("json", "'{\"a\": 1.0}'"), "text:{\"a\": 1.0}");
  EXPECT_EQ(value("uuid", "'6BA7B810-9DAD-41D1-80B4-00C04FD430C8'"),
            "uuid:6ba7b810-9dad-41d1-80b4-00c04fd430c8");
  EXPECT_EQ(value("inet6", "'::1'"), "text:::1");
  EXPECT_EQ(value("varchar(5)", "'a\\0b'"), "text:a" + std::string(1, '\0') + "b");
}

TEST(OdbcValueMariadb, TextsThatTheCatalogKnowsMoreAbout) {
  const auto value = [](const char* type, const char* literal, const char* kind) {
    return one(OdbcServer::Mariadb, type, literal, std::string(": { kind: ") + kind + " }");
  };

  EXPECT_EQ(value("json", "'{\"a\": 1.0}'", "json"), "json:{\"a\": 1.0}");
  EXPECT_EQ(value("text", "'no {json'", "json"), "text:no {json");
  EXPECT_EQ(value("varchar(30)", "'2024-02-29T12:00:00+02:00'", "instant"),
            "instant:2024-02-29T10:00:00Z");
  EXPECT_EQ(value("tinyint(1)", "1", "boolean"), "boolean:true");
  EXPECT_EQ(value("tinyint(1)", "2", "boolean"), "text:2");
}

TEST(OdbcValueMariadb, Bytes) {
  EXPECT_EQ(one(OdbcServer::Mariadb, "varbinary(10)", "x'00ff'"), "bytes:AP8=");
  EXPECT_EQ(one(OdbcServer::Mariadb, "longblob", "x''"), "bytes");
  EXPECT_EQ(one(OdbcServer::Mariadb, "binary(2)", "x'01'"), "bytes:AQA=");
}

TEST(OdbcValueMariadb, ValuesOfManyMegabytes) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE v (id int PRIMARY KEY, account_id varchar(20), t longtext, b longblob);\n"
      "INSERT INTO v VALUES (1, 'anna', repeat('aé😀', 1000000), repeat(x'00ff41', 2000000)), "
      "(2, 'anna', '', NULL);\n");

  const auto sink = company.read({"v", "account_id", {"id", "t", "b"}}, "anna");

  std::string text;
  for (int i = 0; i < 1000000; ++i)
    text += "aé😀";
  EXPECT_TRUE(sink.column("t")[0] == "text:" + text);
  std::string bytes;
  for (int i = 0; i < 2000000; ++i)
    bytes += "AP9B";
  EXPECT_TRUE(sink.column("b")[0] == "bytes:" + bytes);
  EXPECT_EQ(sink.column("t")[1], "text:");
  EXPECT_EQ(sink.column("b")[1], "null");
}

TEST(OdbcValueSqlite, KeepsWhatItsDriverWouldCut) {
  const auto value = [](const std::string& type, const std::string& literal) {
    return one(OdbcServer::Sqlite, type, literal);
  };

  EXPECT_EQ(value("integer", "9223372036854775807"), "integer:9223372036854775807");
  EXPECT_EQ(value("real", "0.30000000000000004"), "double:0.30000000000000004");
  EXPECT_EQ(value("real", "1e300"), "double:1e+300");
  EXPECT_EQ(value("real", "9e999"), "double:Infinity");
  EXPECT_EQ(value("text", "'a' || char(0) || 'b'"), "text:a" + std::string(1, '\0') + "b");
  EXPECT_EQ(value("text", "'" + std::string(kEmoji) + "'"), "text:" + std::string(kEmoji));
  EXPECT_EQ(value("text", "''"), "text:");
  EXPECT_EQ(value("text", "'X''41'''"), "text:X'41'");
  EXPECT_EQ(value("text", "NULL"), "null");
  EXPECT_EQ(value("blob", "x'00ff'"), "bytes:AP8=");
  EXPECT_EQ(value("boolean", "1"), "boolean:true");
  EXPECT_EQ(value("date", "'2024-02-29'"), "date:2024-02-29");
  EXPECT_EQ(value("datetime", "'2024-02-29 12:00:00.5'"), "datetime:2024-02-29T12:00:00.5");
  EXPECT_EQ(value("time", "'12:00:00'"), "time:12:00:00");
  EXPECT_EQ(value("decimal(10,2)", "12.5"), "decimal:12.5");
}

TEST(OdbcValueSqlite, AValueOfAnotherTypeThanItsColumnIsText) {
  const auto value = [](const std::string& type, const std::string& literal) {
    return one(OdbcServer::Sqlite, type, literal);
  };

  EXPECT_EQ(value("integer", "'abc'"), "text:abc");
  EXPECT_EQ(value("integer", "1.5"), "text:1.5");
  EXPECT_EQ(value("real", "'abc'"), "text:abc");
  EXPECT_EQ(value("date", "20240229"), "text:20240229");
  EXPECT_EQ(value("text", "x'41c3a9'"), "text:Aé");
  EXPECT_EQ(value("blob", "'abc'"), "bytes:YWJj");
}

TEST(OdbcValueSqlite, ATextThatTheCatalogSaysIsAnInstant) {
  EXPECT_EQ(one(OdbcServer::Sqlite, "text", "'2024-02-29T12:00:00Z'", ": { kind: instant }"),
            "instant:2024-02-29T12:00:00Z");
}

TEST(OdbcValueSqlite, ValuesOfManyMegabytes) {
  const OdbcCompany company(
      OdbcServer::Sqlite,
      "CREATE TABLE v (account_id text, t text, b blob);\n"
      "INSERT INTO v VALUES ('anna', replace(hex(zeroblob(500000)), '00', 'aé😀'), "
      "zeroblob(6000000));\n");

  const auto sink = company.read({"v", "account_id", {"t", "b"}}, "anna");

  std::string text;
  for (int i = 0; i < 500000; ++i)
    text += "aé😀";
  EXPECT_TRUE(sink.column("t")[0] == "text:" + text);
  EXPECT_TRUE(sink.column("b")[0] == "bytes:" + std::string(8000000, 'A'));
}

// The path of every other driver: standard SQL, texts as UTF-16.
TEST(OdbcValuePostgres, ReadsByTheCommonPath) {
  const auto value = [](const std::string& type, const std::string& literal) {
    return one(OdbcServer::Postgres, type, literal);
  };

  EXPECT_EQ(value("integer", "-5"), "integer:-5");
  EXPECT_EQ(value("bigint", "9223372036854775807"), "integer:9223372036854775807");
  EXPECT_EQ(value("numeric(30,5)", "1234567890123456789012345.12345"),
            "decimal:1234567890123456789012345.12345");
  EXPECT_EQ(value("double precision", "0.30000000000000004"), "double:0.30000000000000004");
  EXPECT_EQ(value("real", "0.1"), "double:0.1");
  EXPECT_EQ(value("text", "'" + std::string(kEmoji) + "'"), "text:" + std::string(kEmoji));
  EXPECT_EQ(value("text", "repeat('aé😀', 100000)").size(), 5 + 700000U);
  EXPECT_EQ(value("bytea", "'\\x00ff'"), "bytes:AP8=");
  EXPECT_EQ(value("date", "'2024-02-29'"), "date:2024-02-29");
  EXPECT_EQ(value("timestamp", "'2024-02-29 12:00:00.5'"), "datetime:2024-02-29T12:00:00.5");
  EXPECT_EQ(value("uuid", "'6ba7b810-9dad-41d1-80b4-00c04fd430c8'"),
            "uuid:6ba7b810-9dad-41d1-80b4-00c04fd430c8");
}

}  // namespace
}  // namespace rightful::sources
