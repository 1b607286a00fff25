// Memory does not grow with an account's rows: MariaDB's driver keeps whole results, so they come
// in pages. Each reading runs in a process of its own, whose peak tells.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/integration/sources/odbc_company.hpp"

namespace rightful::sources {
namespace {

using testing::OdbcCompany;
using testing::OdbcServer;

class CountingSink final : public RecordSink {
 public:
  void begin_dataset(const DatasetHead& /*head*/) override {}

  void on_record(const Record& record) override {
    rows = record.number;
    for (const Value& value : record.values)
      bytes += value.text.size();
  }

  void on_object(const ObjectReference& /*object*/) override {}

  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

struct Reading {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  long grown_kib = 0;  ///< peak beyond what the process had when the source was open
};

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

Reading read_here(const OdbcCompany& company, const testing::DatasetText& dataset) {
  const catalog::Catalog described = company.catalog(dataset);
  auto reader = company.open(described, "anna");
  if (!reader) return {};
  const long before = peak_kib();
  CountingSink sink;
  if (!reader->read(described.datasets().front(), sink)) return {};
  return {sink.rows, sink.bytes, peak_kib() - before};
}

Reading read_in_child(const OdbcCompany& company, const testing::DatasetText& dataset) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    const Reading reading = read_here(company, dataset);
    const bool is_told = ::write(ends[1], &reading, sizeof reading) == sizeof reading;
    ::_exit(is_told ? 0 : 1);
  }
  ::close(ends[1]);
  Reading reading;
  const bool is_told = ::read(ends[0], &reading, sizeof reading) == sizeof reading;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return is_told ? reading : Reading{};
}

#ifdef RIGHTFUL_SANITIZED
constexpr long kMostKib = 4096L * 1024;  // a sanitizer's own memory hides what is measured
#else
constexpr long kMostKib = 24 * 1024;
#endif

TEST(OdbcMemory, MariadbRowsComeInPages) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20), body varchar(1000), KEY "
      "(account_id));\n"
      "INSERT INTO note SELECT seq, 'anna', repeat('x', 900) FROM seq_1_to_200000;\n");

  const Reading reading = read_in_child(company, {"note", "account_id", {"id", "body"}});

  EXPECT_EQ(reading.rows, 200000U);
  EXPECT_GT(reading.bytes, 180000000U);
  EXPECT_LT(reading.grown_kib, kMostKib);
}

TEST(OdbcMemory, MariadbLongValuesAreWeighedBeforeTheyAreRead) {
  // 64 rows of 3 MiB behind 5000 small ones: a page of rows would hold them all.
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(20), body longtext, KEY "
      "(account_id));\n"
      "INSERT INTO note SELECT seq, 'anna', 'small' FROM seq_1_to_5000;\n"
      "INSERT INTO note SELECT 10000 + seq, 'anna', repeat('x', 3145728) FROM seq_1_to_64;\n");

  const Reading reading = read_in_child(company, {"note", "account_id", {"id", "body"}});

  EXPECT_EQ(reading.rows, 5064U);
  EXPECT_GT(reading.bytes, 200000000U);
  EXPECT_LT(reading.grown_kib, kMostKib);
}

TEST(OdbcMemory, MariadbPagesFollowKeysOfSeveralTypes) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE note (region varchar(5), day date, raw binary(4), account_id varchar(20), "
      "PRIMARY KEY (region, day, raw), KEY (account_id));\n"
      "INSERT INTO note SELECT concat('r', seq % 3), date_add('2020-01-01', interval seq % 700 "
      "day), unhex(lpad(hex(seq), 8, '0')), 'anna' FROM seq_1_to_30000;\n");

  const auto sink = company.read({"note", "account_id", {"region", "day", "raw"}}, "anna");

  EXPECT_EQ(sink.records.size(), 30000U);
  std::set<std::string> keys;
  for (const auto& record : sink.records) {
    keys.insert(record.values.at("region") + record.values.at("day") + record.values.at("raw"));
  }
  EXPECT_EQ(keys.size(), 30000U);
}

TEST(OdbcMemory, SqliteRowsStream) {
  const OdbcCompany company(
      OdbcServer::Sqlite,
      "CREATE TABLE note (id integer PRIMARY KEY, account_id text, body text);\n"
      "CREATE INDEX note_account ON note (account_id);\n"
      "INSERT INTO note WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
      "200000) SELECT i, 'anna', hex(zeroblob(450)) FROM n;\n");

  const Reading reading = read_in_child(company, {"note", "account_id", {"id", "body"}});

  EXPECT_EQ(reading.rows, 200000U);
  EXPECT_LT(reading.grown_kib, kMostKib);
}

}  // namespace
}  // namespace rightful::sources
