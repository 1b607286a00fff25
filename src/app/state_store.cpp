#include "app/state_store.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/lifecycle/erasure.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/log_succession.hpp"

#include "app/ledger_view.hpp"
#include "app/program_settings.hpp"
#include "app/signer_place.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabase = "rightful";

/// Others may pass through (PostgreSQL's own user must), and see nothing: what lies inside has
/// modes of its own.
Result<void> make_data_directory(const fs::path& data) {
  std::error_code error;
  fs::create_directories(data, error);
  if (error) {
    return fail(ErrorCode::Denied,
                fmt::format("cannot make {} ({}); name another place with --data-dir",
                            data.string(),
                            error.message()));
  }
  return {};
}

store::ConnectionSettings connection(const std::string& url, std::string_view name) {
  store::ConnectionSettings settings;
  settings.url = url;
  settings.application_name = name;
  return settings;
}

bool has_log(store::Pool& pool) {
  store::Transaction transaction = pool.begin();
  return !store::ledger_tables::list_logs(transaction).empty();
}

std::unexpected<Error> no_signer_key(const Error& error, const fs::path& directory) {
  return fail(error.code,
              fmt::format("the ledger's signing key cannot be made below {}: {}. A database that "
                          "was made anew needs a ledger.origin with another last part; a folder of "
                          "another user is written by `rightful migrate`, run once as root",
                          directory.string(),
                          error.detail));
}

/// Before the log's own row: a log that nobody can sign is never opened.
Result<void> make_signer_key(const store::ConnectionSettings& settings,
                             const ledger::Origin& origin,
                             const fs::path& directory,
                             Random& random) {
  store::Pool pool(settings, 1, nullptr);
  if (has_log(pool)) return {};
  const auto key = SignerPlace(directory).open_log(origin, random);
  if (!key) return no_signer_key(key.error(), directory);
  return {};
}

/// Also for a log that was opened before signers were: it gets its key here.
Result<void> record_signer_key(const store::ConnectionSettings& settings,
                               const fs::path& directory,
                               Random& random) {
  store::Pool pool(settings, 1, nullptr);
  RIGHTFUL_TRY(const auto log, store::find_log_without_key(pool));
  if (!log) return {};
  const auto key = SignerPlace(directory).open_log(log->origin, random);
  if (!key) return no_signer_key(key.error(), directory);
  return store::add_first_key(pool, log->log_id, *key);
}

/// Whether people are answered from this state, or its log goes on; commands that mend it are let
/// in. `demo` makes its state anew, so there is nothing that was restored.
bool serves(const StateStoreOptions& options) {
  const std::string_view role = options.role.text();
  return role == "serve" || role == "work" || role == "sequencer";
}

/// Before an epoch begins: a start that is refused must not make a restored log grow.
Result<void> check_restored(const store::ConnectionSettings& settings, const fs::path& directory) {
  store::Pool pool(settings, 1, nullptr);
  return lifecycle::check_erasures_replayed(pool, directory);
}

}  // namespace

Result<StateStoreOptions> state_store_options(const Settings& settings,
                                              const std::vector<std::string>& environment) {
  StateStoreOptions options;
  RIGHTFUL_TRY(options.data, data_directory(settings, environment));
  options.keys = key_directory(settings, options.data);
  options.database = settings.text("database");
  options.ledger_origin = settings.text("ledger.origin");
  options.ledger_directory = ledger_directory(settings, options.data);
  options.signer_directory = signer_directory(settings, options.data);
  return options;
}

Result<std::unique_ptr<StateStore>> StateStore::open(const StateStoreOptions& options,
                                                     Clock& clock,
                                                     Random& random) {
  std::unique_ptr<StateStore> state(new StateStore());
  state->options_ = options;
  state->clock_ = &clock;
  state->random_ = &random;
  if (options.ledger_directory.empty()) state->options_.ledger_directory = options.data / "ledger";
  if (options.signer_directory.empty()) state->options_.signer_directory = options.data / "signer";
  RIGHTFUL_TRY(make_data_directory(options.data));
  RIGHTFUL_TRY(auto keys, crypto::ServerKeys::open(options.keys));
  state->keys_.emplace(std::move(keys));
  RIGHTFUL_TRY(state->open_cluster(options));
  RIGHTFUL_TRY(state->open_schema(options));
  if (options.ledger == LedgerUse::Write) {
    RIGHTFUL_TRY(state->open_ledger(options, clock, random));
  }
  state->pool_ = std::make_unique<store::Pool>(
      connection(state->url_, "rightful"), options.connections, state->ledger_.get());
  state->heartbeat_ = std::make_unique<store::Pool>(
      connection(state->url_, "rightful-heartbeat"), 1, state->ledger_.get());
  if (options.ledger == LedgerUse::Write) store::record_migrations(*state->pool_);
  return state;
}

Result<void> StateStore::open_cluster(const StateStoreOptions& options) {
  if (options.database != "embedded") {
    url_ = options.database;
    return {};
  }
  store::EmbeddedClusterSettings settings;
  settings.directory = options.data;
  auto cluster = options.cluster == ClusterUse::Own
                     ? store::EmbeddedCluster::start_or_adopt(settings)
                     : store::EmbeddedCluster::attach(settings);
  if (!cluster) return std::unexpected(cluster.error());
  cluster_.emplace(*std::move(cluster));
  RIGHTFUL_TRY(cluster_->create_database(kDatabase));
  url_ = cluster_->url(kDatabase);
  return {};
}

Result<void> StateStore::open_schema(const StateStoreOptions& options) {
  const store::ConnectionSettings settings = connection(url_, "rightful-migrate");
  if (options.schema == SchemaUse::Check && !cluster_) return store::check_schema(settings);
  RIGHTFUL_TRY(migrated_, store::migrate(settings));
  return {};
}

Result<void> StateStore::open_ledger(const StateStoreOptions& options,
                                     Clock& clock,
                                     Random& random) {
  const store::ConnectionSettings settings = connection(url_, "rightful-ledger");
  RIGHTFUL_TRY(const auto origin, ledger::Origin::parse(options.ledger_origin));
  RIGHTFUL_TRY(const auto build, ledger::Build::parse(RIGHTFUL_VERSION));
  RIGHTFUL_TRY(make_signer_key(settings, origin, options_.signer_directory, random));
  RIGHTFUL_TRY(store::open_ledger(settings, origin, keys(), clock, random));
  RIGHTFUL_TRY(record_signer_key(settings, options_.signer_directory, random));
  if (serves(options)) RIGHTFUL_TRY(check_restored(settings, options_.ledger_directory));
  ledger_ = std::make_unique<store::LedgerWriter>(
      settings,
      store::LedgerWriterSettings{.role = options.role, .build = build},
      keys(),
      clock,
      random);
  return ledger_->start();
}

StateStore::~StateStore() {
  heartbeat_.reset();
  pool_.reset();
  if (ledger_) ledger_->stop();
  if (loop_) loop_->finish();
}

// A machine that has neither the signer's folder nor the published one would only freeze the log:
// its signer remembers nothing. Where one of the two is gone, freezing is right.
Result<void> StateStore::check_ledger_place() {
  const auto live = view_live_log(*pool_);
  std::error_code unknown;  // of another user's folder: then it is there
  if (!live || fs::exists(options_.signer_directory / live->name, unknown) || unknown) return {};
  if (!live->newest) return move_signer_key(*live);
  if (fs::exists(options_.ledger_directory / live->name, unknown) || unknown) return {};
  return fail(ErrorCode::Conflict,
              fmt::format("the ledger {} is published and signed elsewhere: neither {} nor {} has "
                          "it. Start with --ledger-sequencer elsewhere, or name its places with "
                          "--ledger-dir and --signer-dir",
                          live->log.origin.text(),
                          options_.ledger_directory.string(),
                          options_.signer_directory.string()));
}

// `migrate` may have run as another user, or on another machine: nothing was signed with its key.
Result<void> StateStore::move_signer_key(const LogView& live) {
  const auto key = SignerPlace(options_.signer_directory).open_log(live.log.origin, *random_);
  if (!key) return no_signer_key(key.error(), options_.signer_directory);
  log::warn("ledger_signer_key_made_here", "log={}", live.name);
  return store::replace_unused_key(*pool_, live.log.log_id, *key);
}

Result<void> StateStore::run_ledger(SignerUse use) {
  RIGHTFUL_TRY(check_ledger_place());
  loop_ = std::make_unique<LedgerLoop>(
      LedgerWorkers{.database = connection(url_, "rightful-ledger"),
                    .ledger_directory = options_.ledger_directory,
                    .signer_socket = SignerPlace(options_.signer_directory).socket(),
                    .build = *ledger::Build::parse(RIGHTFUL_VERSION),
                    .keys = keys(),
                    .clock = *clock_,
                    .random = *random_},
      options_.signer_directory,
      use);
  loop_->start();
  return {};
}

void StateStore::keep() {
  keys().forget_destroyed_keks(clock_->steady_now());
  try {
    if (cluster_ && cluster_->is_owner()) {
      const auto restarted = cluster_->ensure_running();
      if (!restarted) log::error("database_down", "cause={}", name_of(restarted.error().code));
      if (restarted && *restarted) log::warn("database_restarted");
    }
    if (ledger_) ledger_->keep_alive();
  } catch (const Failure& failure) {
    log::warn("keeper_failed", "cause={}", failure.cause());
  }
}

}  // namespace rightful::app
