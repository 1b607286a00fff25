#include "store/session.hpp"

#include <poll.h>

#include <optional>
#include <utility>
#include <vector>

#include <pqxx/connection>
#include <pqxx/errorhandler>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include "rightful/core/check.hpp"

#include "store/conninfo.hpp"
#include "store/pipeline.hpp"
#include "store/queries/session.hpp"
#include "store/result_rows.hpp"
#include "store/rows_data.hpp"
#include "store/sqlstate.hpp"

namespace rightful::store {
namespace {

/// A connection of libpqxx that also shows libpq's: version 6 has no pipeline.
class OpenConnection final : public pqxx::connection_base {
 public:
  explicit OpenConnection(const std::string& conninfo)
      : pqxx::connection_base(policy_), policy_(conninfo) {
    init();
  }

  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;

  ~OpenConnection() { close(); }

  [[nodiscard]] PGconn* raw() const noexcept { return policy_.opened; }

 private:
  class Policy final : public pqxx::connect_direct {
   public:
    using pqxx::connect_direct::connect_direct;

    handle do_startconnect(handle before) override {
      opened = pqxx::connect_direct::do_startconnect(before);
      return opened;
    }

    handle opened = nullptr;
  };

  Policy policy_;
};

std::unique_ptr<OpenConnection> connect(const ConnectionSettings& settings) {
  const std::string conninfo = make_conninfo(
      settings.url,
      {.application_name = settings.application_name, .connect_timeout = settings.connect_timeout});
  try {
    return std::make_unique<OpenConnection>(conninfo);
  } catch (const pqxx::failure& error) {
    throw DatabaseFailure(
        Retry::Later,
        "database_lost",
        "cannot connect to the database: " + std::string(connect_reason(error.what())),
        {});
  }
}

Rows copy_pqxx_rows(const std::string& query, const pqxx::result& result) {
  auto data = std::make_shared<RowsData>();
  data->query = query;
  data->rows = result.size();
  data->affected = result.affected_rows();
  const auto columns = result.columns();
  data->columns.reserve(columns);
  for (pqxx::row_size_type column = 0; column < columns; ++column) {
    data->columns.emplace_back(result.column_name(column));
  }
  data->cells.reserve(data->rows * columns);
  for (const auto& row : result) {
    for (const auto& field : row) {
      if (field.is_null()) {
        data->add_null();
      } else {
        data->add({field.c_str(), field.size()});
      }
    }
  }
  return Rows(std::move(data));
}

}  // namespace

/// What BEGIN will say, once a statement goes with it.
struct PendingBegin {
  const char* begin;
  std::string settings;  ///< empty = the session has them
  bool is_usual;         ///< what a statement without BEGIN has
};

/// Our own BEGIN and COMMIT inside a pqxx::nontransaction: no class of libpqxx decides when to roll
/// back.
struct Session::Impl {
  explicit Impl(const ConnectionSettings& settings)
      : connection(connect(settings)), quiet(*connection) {
    connection->set_verbosity(pqxx::connection_base::terse);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection->inhibit_reactivation(
        true);  // deprecated without a successor in 6.4.5; the default reconnects silently
#pragma GCC diagnostic pop
    work.emplace(*connection);
  }

  /// Runs `call` on the connection; its exceptions become ours.
  template <class Call>
  auto guarded(const char* name, Call call) {
    try {
      return call();
    } catch (const pqxx::deadlock_detected&) {
      throw_for_sqlstate(name, "40P01", {});
    } catch (const pqxx::transaction_rollback&) {
      throw_for_sqlstate(name, "40001", {});
    } catch (const pqxx::broken_connection&) {
      is_broken = true;
      throw_database_lost(name);
    } catch (const pqxx::insufficient_privilege&) {
      throw_for_sqlstate(name, "42501", {});  // libpqxx 6.4.5 forgets the state of this class alone
    } catch (const pqxx::sql_error& error) {
      if (!connection->is_open()) is_broken = true;
      const bool is_unnamed = !is_broken && error.sqlstate().empty();
      throw_for_sqlstate(name, is_unnamed ? "XX000" : error.sqlstate(), error.what());
    } catch (const pqxx::failure&) {
      is_broken = true;
      throw_database_lost(name);
    }
  }

  /// BEGIN before whatever `pipeline` will hold, when it is still due.
  void add_begin(Pipeline& pipeline) {
    if (!pending) return;
    pipeline.add("begin", pending->begin);
    if (!pending->settings.empty()) pipeline.add("begin", std::move(pending->settings));
    pending.reset();
  }

  std::vector<ResultHandle> run_pipeline(const Pipeline& pipeline) {
    auto results = pipeline.run(connection->raw());
    // Without an end nobody knows what the connection is in.
    if (PQstatus(connection->raw()) != CONNECTION_OK || !results.back()) is_broken = true;
    return results;
  }

  /// Throws what failed. Errors  as Pipeline::demand_success; a session that may have prepared less
  /// than it believes is given up.
  void demand_prepared(const Pipeline& pipeline, const std::vector<ResultHandle>& results) {
    try {
      pipeline.demand_success(results);
    } catch (const DatabaseFailure&) {
      if (pipeline.prepares()) gives_up = true;
      throw;
    }
  }

  /// Alone, when no statement of a pipeline can carry it.
  void begin_now() {
    if (!pending) return;
    Pipeline pipeline;
    add_begin(pipeline);
    pipeline.demand_success(run_pipeline(pipeline));
  }

  std::unique_ptr<OpenConnection> connection;
  pqxx::quiet_errorhandler
      quiet;  // the default one prints notices, which quote data, to standard error
  std::optional<pqxx::nontransaction> work;
  std::string instance;
  std::optional<PendingBegin> pending;
  PreparedNames prepared;
  bool has_own_backend = false;
  bool gives_up = false;  ///< after this transaction
  bool is_broken = false;
};

Session::Session(const ConnectionSettings& settings) : impl_(std::make_unique<Impl>(settings)) {
  run_alone(queries::kSetForms.name(), queries::kSetForms.text());
  const Row row = run(queries::kInstance, {}).only();
  impl_->instance = row.text("mark");
  // A connection pooler between us gives a process id of its own, and another backend to each
  // transaction.
  impl_->has_own_backend = row.integer("pid") == PQbackendPID(impl_->connection->raw());
  if (impl_->has_own_backend)
    run_alone("session_settings",
              queries::settings_script(queries::SettingsScope::Session, settings));
}

Session::~Session() = default;

bool Session::is_usable() const noexcept {
  return !impl_->is_broken && impl_->connection->is_open();
}

const std::string& Session::instance() const noexcept {
  return impl_->instance;
}

bool Session::is_connected() noexcept {
  PGconn* raw = impl_->connection->raw();
  pollfd closed{.fd = PQsocket(raw), .events = POLLIN, .revents = 0};
  // Between transactions the server has nothing to say but that it goes.
  if (::poll(&closed, 1, 0) > 0) impl_->is_broken = true;
  return is_usable();
}

void Session::begin(Isolation isolation, const ConnectionSettings& settings) {
  impl_->pending = {
      .begin = queries::begin_of(isolation),
      .settings = impl_->has_own_backend
                      ? std::string()
                      : queries::settings_script(queries::SettingsScope::Transaction, settings),
      .is_usual = isolation == Isolation::ReadCommitted};
}

Rows Session::run(const Sql& sql, std::span<const Value> values) {
  if (impl_->pending) {
    Pipeline pipeline;
    impl_->add_begin(pipeline);
    pipeline.add(sql, values);
    const auto results = impl_->run_pipeline(pipeline);
    pipeline.demand_success(results);
    return copy_rows(sql.name(), results[results.size() - 2].get());
  }
  return impl_->guarded(sql.name(), [&] {
    std::vector<const char*> parameters;
    parameters.reserve(values.size());
    for (const Value& value : values)
      parameters.push_back(value.wire_text());
    const auto result =
        impl_->work->exec_params(sql.text(), pqxx::prepare::make_dynamic_params(parameters));
    return copy_pqxx_rows(sql.name(), result);
  });
}

void Session::run_script(const std::string& name, const std::string& text) {
  impl_->begin_now();
  impl_->guarded(name.c_str(), [&] { impl_->work->exec(text); });
}

void Session::run_alone(const std::string& name, const std::string& text) {
  run_script(name, text);
}

void Session::commit() {
  if (impl_->pending) {
    impl_->pending.reset();
    return;
  }
  try {
    run_script(queries::kCommit.name(), queries::kCommit.text());
  } catch (const DatabaseFailure&) {
    if (!is_usable()) throw CommitInDoubt();
    rollback();
    throw;
  }
}

Rows Session::run_prepared(const Sql& sql, std::span<const Value> values) {
  if (!impl_->has_own_backend) return run(sql, values);
  Pipeline pipeline;
  impl_->add_begin(pipeline);
  pipeline.add_prepared(sql, values, impl_->prepared);
  const auto results = impl_->run_pipeline(pipeline);
  impl_->demand_prepared(pipeline, results);
  return copy_rows(sql.name(), results[results.size() - 2].get());
}

void Session::commit_with(const Sql& last, std::span<const Value> values) {
  // A statement without BEGIN commits at the end of its pipeline.
  const auto& pending = impl_->pending;
  const bool is_alone = pending && impl_->has_own_backend && pending->is_usual;
  Pipeline pipeline;
  if (is_alone) {
    impl_->pending.reset();
  } else {
    impl_->add_begin(pipeline);
  }
  if (impl_->has_own_backend) {
    pipeline.add_prepared(last, values, impl_->prepared);
  } else {
    pipeline.add(last, values);
  }
  const std::size_t place = pipeline.size() - 1;
  if (!is_alone) {
    pipeline.flush();
    pipeline.add(queries::kCommit, {});
  }
  const auto results = impl_->run_pipeline(pipeline);
  try {
    impl_->demand_prepared(pipeline, results);
  } catch (const DatabaseFailure&) {
    if (is_usable()) {
      rollback();
      throw;
    }
    throw CommitInDoubt(is_success(results[place].get())
                            ? copy_rows(last.name(), results[place].get())[0].text("transaction_id")
                            : std::string());
  }
}

void Session::rollback() noexcept {
  if (impl_->pending) {
    impl_->pending.reset();
    return;
  }
  if (!is_usable()) return;
  try {
    run_script(queries::kRollback.name(), queries::kRollback.text());
  } catch (const std::exception&) {
    impl_->is_broken = true;
  }
  if (impl_->gives_up) impl_->is_broken = true;
}

}  // namespace rightful::store
