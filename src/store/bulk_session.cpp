#include "store/bulk_session.hpp"

#include <utility>
#include <vector>

#include "rightful/store/database_failure.hpp"

#include "store/conninfo.hpp"
#include "store/queries/session.hpp"
#include "store/result_rows.hpp"
#include "store/sqlstate.hpp"

namespace rightful::store {
namespace {

ConnectionHandle connect(const ConnectionSettings& settings) {
  const std::string conninfo = make_conninfo(
      settings.url,
      {.application_name = settings.application_name, .connect_timeout = settings.connect_timeout});
  ConnectionHandle connection(PQconnectdb(conninfo.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    const std::string_view reason = connect_reason(PQerrorMessage(connection.get()));
    throw DatabaseFailure(Retry::Later,
                          "database_lost",
                          "cannot connect to the database: " + std::string(reason),
                          {});
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  return connection;
}

}  // namespace

BulkSession::BulkSession(const ConnectionSettings& settings) : connection_(connect(settings)) {
  run_script(queries::kSetForms.name(), queries::kSetForms.text());
}

BulkSession::~BulkSession() = default;

bool BulkSession::is_usable() const noexcept {
  return !is_broken_ && PQstatus(connection_.get()) == CONNECTION_OK;
}

void BulkSession::throw_result(std::string_view name, const PGresult* result) {
  if (PQstatus(connection_.get()) == CONNECTION_BAD) is_broken_ = true;
  const std::string state(error_field(result, PG_DIAG_SQLSTATE));
  if (state.empty()) is_broken_ = true;  // libpq itself: what the connection is in is not known
  throw_for_sqlstate(name, state, {}, constraint_of(result));
}

ResultHandle BulkSession::demand(std::string_view name, ResultHandle result) {
  if (!is_success(result.get())) throw_result(name, result.get());
  return result;
}

ResultHandle BulkSession::execute(const Sql& sql, std::span<const Value> values, Form form) {
  std::vector<const char*> parameters;
  parameters.reserve(values.size());
  for (const Value& value : values)
    parameters.push_back(value.wire_text());
  return demand(sql.name(),
                ResultHandle(PQexecParams(connection_.get(),
                                          sql.text(),
                                          static_cast<int>(parameters.size()),
                                          nullptr,
                                          parameters.data(),
                                          nullptr,
                                          nullptr,
                                          static_cast<int>(form))));
}

void BulkSession::begin(Isolation isolation, const ConnectionSettings& settings) {
  run_script("begin", queries::begin_script(isolation, settings) + "; " + queries::kAlongIndexes);
}

Rows BulkSession::run(const Sql& sql, std::span<const Value> values) {
  return copy_rows(sql.name(), execute(sql, values, Form::Text).get());
}

ResultHandle BulkSession::run_binary(const Sql& sql, std::span<const Value> values) {
  return execute(sql, values, Form::Binary);
}

void BulkSession::copy_in(const Sql& sql, std::string_view data) {
  constexpr std::size_t kPieceBytes = 1U << 20U;
  PGconn* raw = connection_.get();
  const ResultHandle started(PQexec(raw, sql.text()));
  if (PQresultStatus(started.get()) != PGRES_COPY_IN) throw_result(sql.name(), started.get());
  bool is_sent = true;
  for (std::size_t at = 0; is_sent && at < data.size(); at += kPieceBytes) {
    const std::string_view piece = data.substr(at, kPieceBytes);
    is_sent = PQputCopyData(raw, piece.data(), static_cast<int>(piece.size())) == 1;
  }
  is_sent = is_sent && PQputCopyEnd(raw, nullptr) == 1;
  ResultHandle ended(PQgetResult(raw));
  while (const ResultHandle more{PQgetResult(raw)}) {
  }
  if (!is_sent) is_broken_ = true;
  static_cast<void>(demand(sql.name(), std::move(ended)));
  if (!is_sent) throw_database_lost(sql.name());
}

void BulkSession::run_script(const char* name, const std::string& text) {
  static_cast<void>(demand(name, ResultHandle(PQexec(connection_.get(), text.c_str()))));
}

void BulkSession::commit() {
  try {
    const ResultHandle result = demand(
        queries::kCommit.name(), ResultHandle(PQexec(connection_.get(), queries::kCommit.text())));
    // The server answers so, and with success, when the transaction had failed before.
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
      throw DatabaseFailure(Retry::Never, "transaction_over", "the transaction had failed", {});
    }
  } catch (const DatabaseFailure&) {
    if (!is_usable()) throw CommitInDoubt();
    rollback();
    throw;
  }
}

void BulkSession::rollback() noexcept {
  if (!is_usable()) return;
  const ResultHandle result(PQexec(connection_.get(), queries::kRollback.text()));
  if (!is_success(result.get())) is_broken_ = true;
}

}  // namespace rightful::store
