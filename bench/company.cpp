#include "bench/company.hpp"

#include "app/demo_shop.hpp"
#include "bench/measured_run.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabase = "company";
constexpr std::string_view kReader = "bench_reader";
constexpr const char* kAccount = "anna-schmidt";

constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  dpo: dpo@example.org
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  voice: { kind: files, root_env: VOICE_ROOT }
defaults:
  purposes: [ServiceProvision]
  categories: [VoiceCommunicationRecording]
  recipients: []
  retention: { criteria: until the account is closed }
  origin: the subject
datasets:
  - name: search
    source: shop
    table: search
    owner: account_id
    title: Questions
    fields:
      id: { title: Number }
      at: { title: Asked at, kind: instant }
      words: { title: Words }
      device: { title: Device }
      confidence: { title: Confidence }
      answer: { title: Answer }
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: Voice recordings
    fields:
      id: { title: Number }
      taken_at: { title: Taken at, kind: instant }
      path: { title: File, attach: { source: voice, owner_prefix: "{account}/" } }
)";

// Every eleventh row is somebody else's. 286,000 rows of one account are 50 MB of JSON.
constexpr std::string_view kRows = R"(
CREATE TABLE search (
  id bigint PRIMARY KEY, account_id text NOT NULL, at timestamptz NOT NULL, words text NOT NULL,
  device text NOT NULL, confidence numeric(4, 3) NOT NULL, answer text NOT NULL);
INSERT INTO search
SELECT i, CASE WHEN i % 11 = 0 THEN 'bruno-weber' ELSE 'anna-schmidt' END,
       timestamptz '2024-01-01T00:00:00Z' + i * interval '97 seconds',
       'play the ' || CASE WHEN i % 2 = 0 THEN 'song' ELSE 'forecast' END || ' of ' || i * 7919 % 9999,
       'kitchen-' || i % 5, (i * 271 % 1000) / 1000.0, left(md5(i::text), 16)
FROM generate_series(1::bigint, 314600) AS i;
CREATE INDEX ON search (account_id);
CREATE TABLE recording (
  id bigint PRIMARY KEY, account_id text NOT NULL, taken_at timestamptz NOT NULL, path text NOT NULL);
INSERT INTO recording
SELECT i, 'anna-schmidt', timestamptz '2024-01-01T00:00:00Z' + i * interval '5 hours',
       'anna-schmidt/' || to_char(i, 'FM000000') || '.wav'
FROM generate_series(1, 1700) AS i;
CREATE INDEX ON recording (account_id);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO bench_reader;
ANALYZE;
)";

}  // namespace

Company Company::build(const Setup& setup, const fs::path& place) {
  const fs::path made = place / "made";
  const fs::path recordings = place / "recordings";
  run_apart({setup.programs.self.string(), "--make", "V", made.string()});
  fs::create_directories(recordings);
  fs::rename(made / "media", recordings / kAccount);

  auto cluster = value_of(store::EmbeddedCluster::start_or_adopt(
      {.directory = place / "database", .durability = store::Durability::Unsynced}));
  value_of(cluster.create_database(kDatabase));
  value_of(cluster.create_role(kReader));
  value_of(app::run_psql(cluster.url(kDatabase), kRows, place));
  return {std::move(cluster), recordings};
}

ExportedData Company::exported() const {
  return {
      .account = kAccount,
      .catalog = std::string(kCatalog),
      .locations = {{"shop", cluster_.url(kDatabase, kReader)}, {"voice", recordings_.string()}}};
}

}  // namespace rightful::bench
