#include "rightful/store/migrate.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "rightful/core/bytes.hpp"
#include "rightful/core/check.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/pool.hpp"

#include "store/queries/schema_migration.hpp"
#include "store/session.hpp"

namespace rightful::store {
namespace {

constexpr std::chrono::seconds kOtherProcessLimit{120};
constexpr int kCreateAttempts = 5;

std::string label(int version, std::string_view name) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "%04d", version);
  return std::string(number.data()) + "_" + std::string(name);
}

/// A migration may take long; only the wait for another process has an end.
ConnectionSettings patient(ConnectionSettings settings) {
  settings.statement_timeout = std::chrono::milliseconds(0);
  settings.idle_in_transaction_timeout = std::chrono::milliseconds(0);
  settings.lock_timeout = kOtherProcessLimit;
  return settings;
}

Rows run(Session& session, const Sql& sql, const std::vector<Value>& values = {}) {
  return session.run(sql, values);
}

/// Rolls back unless committed.
class OpenTransaction {
 public:
  OpenTransaction(Session& session, const ConnectionSettings& settings) : session_(session) {
    session.begin(Isolation::ReadCommitted, settings);
  }

  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  OpenTransaction(OpenTransaction&&) = delete;
  OpenTransaction& operator=(OpenTransaction&&) = delete;

  ~OpenTransaction() {
    if (!is_over_) session_.rollback();
  }

  void commit() {
    is_over_ = true;
    try {
      session_.commit();
    } catch (const CommitInDoubt&) {
      throw DatabaseFailure(Retry::Later,
                            "commit_in_doubt",
                            "the connection broke during a migration; run it again",
                            {});
    }
  }

 private:
  Session& session_;
  bool is_over_ = false;
};

/// CREATE TABLE IF NOT EXISTS met another one in the middle: duplicate key in a catalog, duplicate
/// type, duplicate table.
bool is_made_by_another(const DatabaseFailure& failure) {
  return failure.sqlstate() == "23505" || failure.sqlstate() == "42710" ||
         failure.sqlstate() == "42P07";
}

void create_table(Session& session, const ConnectionSettings& settings) {
  for (int attempt = 1;; ++attempt) {
    try {
      OpenTransaction transaction(session, settings);
      run(session, queries::kCreateSchemaMigration);
      transaction.commit();
      return;
    } catch (const DatabaseFailure& failure) {
      if (!is_made_by_another(failure) || attempt == kCreateAttempts) throw;
    }
  }
}

/// Compares what the database had with what this program knows.
/// @return the highest version that was applied.
Result<int> compare(const Rows& applied, std::span<const Migration> migrations) {
  int head = 0;
  for (const Row& row : applied) {
    const auto version = static_cast<int>(row.integer("version"));
    const std::string name = label(version, row.text("name"));
    if (version != head + 1) {
      return fail(ErrorCode::Conflict,
                  "the database had migration " + name +
                      " but not the one before it: restore it from a backup");
    }
    head = version;
    if (static_cast<std::size_t>(version) > migrations.size()) {
      return fail(ErrorCode::Conflict,
                  "the database had migration " + name +
                      ", which this program does not know: use the newer program");
    }
    const Migration& known = migrations[static_cast<std::size_t>(version) - 1];
    if (to_hex(row.bytes("sha256")) != known.sha256) {
      return fail(ErrorCode::Conflict,
                  "migration " + name + " was applied with another content than migrations/" +
                      label(known.version, known.name) +
                      ".sql has in this program: a migration is never edited, add a new one");
    }
  }
  return head;
}

/// One step under the table lock. @return the version it applied, or 0 = nothing left.
Result<int> apply_next(Session& session,
                       const ConnectionSettings& settings,
                       std::span<const Migration> migrations) {
  OpenTransaction transaction(session, settings);
  run(session, queries::kLockSchemaMigration);
  RIGHTFUL_TRY(const int head, compare(run(session, queries::kListSchemaMigration), migrations));
  if (static_cast<std::size_t>(head) == migrations.size()) return 0;
  const Migration& next = migrations[static_cast<std::size_t>(head)];
  const std::string name = label(next.version, next.name);
  session.run_script("migration_" + name, std::string(next.text));
  const auto digest = from_hex(next.sha256);
  RIGHTFUL_CHECK(digest.has_value());
  run(session, queries::kAddSchemaMigration, {next.version, std::string(next.name), *digest});
  transaction.commit();
  return next.version;
}

void check_order(std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    RIGHTFUL_CHECK(static_cast<std::size_t>(migrations[i].version) == i + 1);
  }
}

constexpr std::string_view kDenied = "42501";

/// What to grant, where the role may not do what a step does. Everything else goes on as it came.
Error denied(std::string_view what, std::string_view cure) {
  return {ErrorCode::Denied,
          "the database's role " + std::string(what) + ". A superuser of that PostgreSQL has to " +
              std::string(cure) +
              ". Then run `rightful migrate` again, it goes on where it stopped"};
}

Result<void> make_table(Session& session, const ConnectionSettings& settings) {
  try {
    create_table(session, settings);
    return {};
  } catch (const DatabaseFailure& failure) {
    if (failure.sqlstate() != kDenied) throw;
    return std::unexpected(
        denied("may not make tables in this database", "make it the owner of the database"));
  }
}

Result<int> apply_allowed(Session& session,
                          const ConnectionSettings& settings,
                          std::span<const Migration> migrations) {
  try {
    return apply_next(session, settings, migrations);
  } catch (const DatabaseFailure& failure) {
    if (failure.sqlstate() != kDenied) throw;
    return std::unexpected(
        denied("may not do what the next schema step does: it makes tables, and the group roles of "
               "the ledger",
               "give it CREATEROLE and make it the owner of the database"));
  }
}

}  // namespace

Result<MigrationReport> migrate(const ConnectionSettings& settings,
                                std::span<const Migration> migrations) {
  check_order(migrations);
  const ConnectionSettings slow = patient(settings);
  Session session(slow);
  RIGHTFUL_TRY(make_table(session, slow));
  MigrationReport report;
  for (;;) {
    RIGHTFUL_TRY(const int version, apply_allowed(session, slow, migrations));
    if (version == 0) break;
    report.applied.push_back(version);
  }
  report.head = static_cast<int>(migrations.size());
  return report;
}

Result<void> check_schema(const ConnectionSettings& settings,
                          std::span<const Migration> migrations) {
  check_order(migrations);
  Session session(settings);
  OpenTransaction transaction(session, settings);
  int head = 0;
  if (run(session, queries::kHasSchemaMigration).only().boolean("found")) {
    RIGHTFUL_TRY(head, compare(run(session, queries::kListSchemaMigration), migrations));
  }
  if (static_cast<std::size_t>(head) < migrations.size()) {
    return fail(ErrorCode::Conflict,
                "the database is at migration " + std::to_string(head) + " of " +
                    std::to_string(migrations.size()) + ": run `rightful migrate`");
  }
  return {};
}

int record_migrations(Pool& pool) {
  Transaction transaction = pool.begin();
  std::map<int, crypto::Sha256Digest> unrecorded;
  for (const Row& row : transaction.run(queries::kTakeUnrecordedMigrations)) {
    const auto digest = crypto::Sha256Digest::parse(row.bytes("sha256"));
    if (!digest) throw Failure(Retry::Never, "bad_row", "schema_migration holds a bad checksum");
    unrecorded.emplace(static_cast<int>(row.integer("version")), *digest);
  }
  for (const auto& [version, sha256] : unrecorded) {
    transaction.record(ledger::Event(
        ledger::System{}, ledger::events::SchemaMigrated{.sha256 = sha256, .version = version}));
  }
  transaction.commit();
  return static_cast<int>(unrecorded.size());
}

}  // namespace rightful::store
