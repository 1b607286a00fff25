/// @file
/// What every command that touches Rightful's state needs first: cluster, schema, keys, ledger,
/// pool, in this order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/writer.hpp"
#include "rightful/store/embedded_cluster.hpp"
#include "rightful/store/ledger_writer.hpp"
#include "rightful/store/migrate.hpp"
#include "rightful/store/pool.hpp"

#include "app/ledger_loop.hpp"

namespace rightful::app {

struct LogView;

enum class ClusterUse : std::uint8_t {
  Own,    ///< `serve`, `demo`: hold the lock on the data directory
  Attach  ///< `work`, `migrate`, `admin`: use a running cluster, or start it for the while
};

enum class SchemaUse : std::uint8_t {
  Check,   ///< refuse an old schema, naming `rightful migrate`; an embedded database is brought up
           ///< to date all the same
  Migrate  ///< bring it up to date
};

enum class LedgerUse : std::uint8_t {
  Write,  ///< opens the ledger where there is none, and begins an epoch of its own
  Read    ///< leaves no trace: nothing can be recorded
};

struct StateStoreOptions {
  std::filesystem::path data;  ///< absolute
  std::filesystem::path keys;
  std::string database;  ///< `embedded` or a URL
  std::string ledger_origin;
  std::filesystem::path ledger_directory = {};  ///< absolute; empty = `<data>/ledger`
  std::filesystem::path signer_directory = {};  ///< absolute; empty = `<data>/signer`
  ClusterUse cluster = ClusterUse::Attach;
  SchemaUse schema = SchemaUse::Check;
  LedgerUse ledger = LedgerUse::Write;
  ledger::WriterRole role = "admin";
  std::size_t connections = 4;
};

/// Owns     everything it opens. Destruction is the orderly end: pool, ledger epoch, the ledger's
///          loop, which publishes the epoch's last leaf, cluster.
/// Threads  pool() may be used from any thread; keep() from one.
class StateStore {
 public:
  /// @return Conflict: another program owns the data directory, or the schema does not fit;
  /// NotFound: no keys yet, or
  ///         PostgreSQL is not installed; Unavailable: the database does not answer. The text says
  ///         what to do.
  [[nodiscard]] static Result<std::unique_ptr<StateStore>> open(const StateStoreOptions& options,
                                                                Clock& clock,
                                                                Random& random);
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  [[nodiscard]] store::Pool& pool() { return *pool_; }

  /// A further pool on the same database, for leases alone.
  [[nodiscard]] store::Pool& heartbeat() { return *heartbeat_; }

  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): open() gives no store without keys
  [[nodiscard]] const crypto::ServerKeys& keys() const { return *keys_; }

  /// What opening changed in the schema.
  [[nodiscard]] const store::MigrationReport& migrated() const { return migrated_; }

  [[nodiscard]] const std::filesystem::path& ledger_directory() const {
    return options_.ledger_directory;
  }

  [[nodiscard]] const std::filesystem::path& signer_directory() const {
    return options_.signer_directory;
  }

  /// Of the database, for pg_dump and the like; an external one's URL may hold a password.
  [[nodiscard]] const std::string& url() const { return url_; }

  /// Sequences and publishes the ledger from now on, until the end of this object. Once.
  /// @return Conflict when the ledger is published and signed on another machine.
  [[nodiscard]] Result<void> run_ledger(SignerUse use);

  /// To be called every second or so: the ledger's sign of life, a look after an embedded server,
  /// and key-encryption keys that were destroyed go out of memory. Errors  none: what fails is
  /// logged and tried again.
  void keep();

 private:
  StateStore() = default;

  [[nodiscard]] Result<void> open_cluster(const StateStoreOptions& options);
  [[nodiscard]] Result<void> open_schema(const StateStoreOptions& options);
  [[nodiscard]] Result<void> open_ledger(const StateStoreOptions& options,
                                         Clock& clock,
                                         Random& random);
  [[nodiscard]] Result<void> check_ledger_place();
  [[nodiscard]] Result<void> move_signer_key(const LogView& live);

  StateStoreOptions options_;
  Clock* clock_ = nullptr;
  Random* random_ = nullptr;
  std::string url_;
  store::MigrationReport migrated_;
  std::optional<store::EmbeddedCluster> cluster_;
  std::optional<crypto::ServerKeys> keys_;
  std::unique_ptr<LedgerLoop> loop_;
  std::unique_ptr<store::LedgerWriter> ledger_;
  std::unique_ptr<store::Pool> pool_;
  std::unique_ptr<store::Pool> heartbeat_;
};

/// The options that follow from settings.
[[nodiscard]] Result<StateStoreOptions> state_store_options(
    const Settings& settings, const std::vector<std::string>& environment);

}  // namespace rightful::app
