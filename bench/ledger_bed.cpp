#include "bench/ledger_bed.hpp"

#include "rightful/store/migrate.hpp"

#include "app/demo_shop.hpp"
#include "bench/measured_run.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

// The plain table is B of the goals; the chain is what is often built: one head row that every
// append locks.
constexpr const char* kPeerTables = R"(
CREATE SCHEMA peer;
CREATE TABLE peer.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE peer.chain_event (
  id bigint PRIMARY KEY, body bytea NOT NULL, hash bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE peer.chain_head (one boolean PRIMARY KEY, size bigint NOT NULL, hash bytea NOT NULL)
  WITH (fillfactor = 10);
INSERT INTO peer.chain_head VALUES (true, 0, sha256(''));
)";

}  // namespace

LedgerBed LedgerBed::build(const fs::path& place) {
  const fs::path data = place / "data";
  fs::create_directories(data);
  // PostgreSQL runs as a user of its own and passes through.
  fs::permissions(place, fs::perms::others_exec, fs::perm_options::add);
  auto cluster = value_of(store::EmbeddedCluster::start_or_adopt({.directory = data}));
  value_of(cluster.create_database(kDatabase));
  SystemRandom random;
  value_of(crypto::ServerKeys::create(data / "keys", random));
  LedgerBed bed(data, std::move(cluster), value_of(crypto::ServerKeys::open(data / "keys")));
  static_cast<void>(value_of(store::migrate(bed.connection())));
  const auto origin = value_of(ledger::Origin::parse(kLedgerOrigin));
  value_of(store::open_ledger(bed.connection(), origin, bed.keys(), bed.clock_, bed.random_));
  bed.run_sql(kPeerTables);
  return bed;
}

store::ConnectionSettings LedgerBed::connection() const {
  store::ConnectionSettings settings;
  settings.url = url();
  settings.application_name = "bench";
  return settings;
}

store::LedgerWriterSettings LedgerBed::writer_settings() const {
  return {
      .role = "serve", .build = value_of(ledger::Build::parse("0.0.1")), .span = ledger::kMaxSpan};
}

std::string LedgerBed::run_sql(const std::string& text) const {
  const std::string psql = value_of(app::find_postgresql_program("psql")).string();
  std::string printed = run_apart({psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", text, url()});
  while (!printed.empty() && printed.back() == '\n')
    printed.pop_back();
  return printed;
}

}  // namespace rightful::bench
