#include "bench/search_tables.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "app/demo_shop.hpp"
#include "bench/measured_run.hpp"
#include "bench/page_cache.hpp"
#include "bench/plain_file.hpp"
#include "bench/stop_request.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabase = "company";
constexpr std::string_view kReader = "bench_reader";
constexpr std::uint64_t kDiskBytesPerRow = 400;  // heap, two indexes, sorting, a package
constexpr std::uint64_t kRowsAtOnce = 500'000;   // so that progress shows, and Ctrl-C is soon heard

constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  dpo: dpo@example.org
  timezone: Europe/Berlin
  authority: {{ name: BlnBDI, address: Alt-Moabit 59 }}
  languages: [en]
sources:
  shop: {{ kind: postgresql, url_env: SHOP_URL }}
defaults:
  purposes: [ServiceProvision]
  categories: [VoiceCommunicationRecording]
  recipients: []
  retention: {{ criteria: until the account is closed }}
  origin: the subject
datasets:
  - name: search
    source: shop
    table: {table}
    owner: account_id
    title: Questions
    fields:
      id: {{ title: Number }}
      at: {{ title: Asked at, kind: instant }}
      words: {{ title: Words }}
      device: {{ title: Device }}
      confidence: {{ title: Confidence }}
      answer: {{ title: Answer }}
)";

constexpr std::string_view kMakeTable = R"(
DROP TABLE IF EXISTS {table};
CREATE UNLOGGED TABLE {table} (
  id bigint NOT NULL, account_id text NOT NULL, at timestamptz NOT NULL, words text NOT NULL,
  device text NOT NULL, confidence numeric(4, 3) NOT NULL, answer text NOT NULL)
  WITH (autovacuum_enabled = false);
)";

constexpr std::string_view kAddRows = R"(
INSERT INTO {table}
SELECT i,
       CASE WHEN i % 10 = 0 THEN 'anna-schmidt'
            WHEN i % {step} BETWEEN 1 AND {small_accounts} THEN 'small-' || i % {step}
            ELSE 'customer-' || i * 7919 % 99991 END,
       timestamptz '2024-01-01T00:00:00Z' + i * interval '97 seconds',
       'play the ' || CASE WHEN i % 2 = 0 THEN 'song' ELSE 'forecast' END || ' of ' || i * 7919 % 9999,
       'kitchen-' || i % 5, (i * 271 % 1000) / 1000.0, left(md5(i::text), 16)
FROM generate_series({first}::bigint, {last}) AS i;
)";

constexpr std::string_view kAddIndexes = R"(
SET maintenance_work_mem = '256MB';
ALTER TABLE {table} ADD PRIMARY KEY (id);
CREATE INDEX {table}_owner ON {table} (account_id);
)";

constexpr std::string_view kSetIndex = R"(
SET maintenance_work_mem = '256MB';
CREATE INDEX IF NOT EXISTS {table}_{wanted} ON {table} ({columns});
DROP INDEX IF EXISTS {table}_{other};
)";

constexpr std::string_view kSettle = R"(
VACUUM ANALYZE {table};
GRANT SELECT ON {table} TO bench_reader;
)";

store::EmbeddedCluster start(const fs::path& directory) {
  return value_of(store::EmbeddedCluster::start_or_adopt(
      {.directory = directory, .durability = store::Durability::Unsynced}));
}

std::string psql() {
  return value_of(app::find_postgresql_program("psql")).string();
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3)
    digits.insert(at - 3, ",");
  return digits;
}

}  // namespace

SearchTables SearchTables::build(const Setup& setup,
                                 const fs::path& place,
                                 const std::vector<std::uint64_t>& sizes) {
  const fs::path directory = place / "database";
  setup.progress.begin("tables");
  setup.progress.show("starting PostgreSQL");
  SearchTables tables(directory, start(directory));
  value_of(tables.cluster_.create_database(kDatabase));
  value_of(tables.cluster_.create_role(kReader));
  for (const std::uint64_t rows : sizes) {
    // Written when all is done: a table that an interrupted run began is made anew.
    const fs::path loaded = directory / table_name(rows);
    if (fs::exists(loaded)) continue;
    tables.load(setup, rows);
    write_file(loaded, "");
  }
  return tables;
}

void SearchTables::run(const std::string& script) const {
  value_of(app::run_psql(cluster_.url(kDatabase), script, directory_));
  throw_if_stop_requested();
}

void SearchTables::set_index(const Setup& setup, std::uint64_t rows, OwnerIndex index) const {
  const bool has_key = index == OwnerIndex::OwnerAndKey;
  setup.progress.show("setting the index of " + table_name(rows));
  run(fmt::format(fmt::runtime(kSetIndex),
                  fmt::arg("table", table_name(rows)),
                  fmt::arg("wanted", has_key ? "owner_key" : "owner"),
                  fmt::arg("columns", has_key ? "account_id, id" : "account_id"),
                  fmt::arg("other", has_key ? "owner" : "owner_key")));
}

void SearchTables::load(const Setup& setup, std::uint64_t rows) const {
  const std::string name = table_name(rows);
  setup.folder.demand_space(rows * kDiskBytesPerRow, "the table " + name);
  run(fmt::format(fmt::runtime(kMakeTable), fmt::arg("table", name)));
  for (std::uint64_t first = 1; first <= rows; first += kRowsAtOnce) {
    setup.progress.show(
        fmt::format("loading {}: {} of {} rows", name, with_commas(first - 1), with_commas(rows)));
    run(fmt::format(fmt::runtime(kAddRows),
                    fmt::arg("table", name),
                    fmt::arg("step", rows / kSmallAccountRows),
                    fmt::arg("small_accounts", kSmallAccounts),
                    fmt::arg("first", first),
                    fmt::arg("last", std::min(rows, first + kRowsAtOnce - 1))));
  }
  setup.progress.show("making the indexes of " + name);
  run(fmt::format(fmt::runtime(kAddIndexes), fmt::arg("table", name)));
  setup.progress.show("vacuuming " + name);
  run(fmt::format(fmt::runtime(kSettle), fmt::arg("table", name)));
}

std::string SearchTables::table_name(std::uint64_t rows) {
  return fmt::format("search_{}", rows);
}

std::string SearchTables::small_account(int number) {
  return fmt::format("small-{}", number);
}

ExportedData SearchTables::exported(std::uint64_t rows, const std::string& account) const {
  return {.account = account,
          .catalog = fmt::format(fmt::runtime(kCatalog), fmt::arg("table", table_name(rows))),
          .locations = {{"shop", url()}}};
}

std::string SearchTables::url() const {
  return cluster_.url(kDatabase, kReader);
}

std::string SearchTables::server_version() {
  std::string text = run_apart({psql(), "--version"});
  while (text.ends_with('\n'))
    text.pop_back();
  return text;
}

double SearchTables::server_cpu_s() const {
  run_apart({psql(), "-X", "-q", "-d", url(), "-c", "SELECT pg_sleep(0.2)"});
  // The fields behind the name, which ends with the last parenthesis; the 16th and 17th of all are
  // those of the children that were waited for.
  constexpr int kFieldsBefore = 13;
  std::ifstream file(fmt::format("/proc/{}/stat", cluster_.pid()));
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void SearchTables::forget_everything_read() {
  cluster_.stop();
  evict_from_page_cache(directory_ / "postgres" / "base");
  cluster_ = start(directory_);
}

}  // namespace rightful::bench
