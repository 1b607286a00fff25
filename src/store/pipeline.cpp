#include "store/pipeline.hpp"

#include <algorithm>
#include <utility>

#include "store/result_rows.hpp"
#include "store/sqlstate.hpp"

namespace rightful::store {
namespace {

// Each statement's result is followed by a null.
ResultHandle next_result(PGconn* connection) {
  ResultHandle result(PQgetResult(connection));
  while (const ResultHandle more{PQgetResult(connection)}) {
  }
  return result;
}

// The server's word for the end of the pipeline; before it, why the end could not be committed.
// Null when it cannot come any more: libpq answers null for ever, and calls a connection good whose
// end it has not read yet.
ResultHandle end_result(PGconn* connection) {
  ResultHandle failure;
  bool was_null = false;
  for (;;) {
    ResultHandle result(PQgetResult(connection));
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC)
      return failure ? std::move(failure) : std::move(result);
    if (PQstatus(connection) != CONNECTION_OK) return nullptr;
    if (!result && was_null) return nullptr;
    was_null = !result;
    if (result && !failure) failure = std::move(result);
  }
}

}  // namespace

void Pipeline::add(const char* name, std::string text) {
  steps_.push_back({.name = name, .text = std::move(text), .values = {}});
}

void Pipeline::add(const Sql& sql, std::span<const Value> values) {
  steps_.push_back(
      {.name = sql.name(), .text = sql.text(), .values = {values.begin(), values.end()}});
}

void Pipeline::add_prepared(const Sql& sql,
                            std::span<const Value> values,
                            PreparedNames& prepared) {
  if (prepared.insert(sql.name()).second)
    steps_.push_back({.name = sql.name(), .text = sql.text(), .values = {}, .kind = Kind::Prepare});
  steps_.push_back({.name = sql.name(),
                    .text = sql.text(),
                    .values = {values.begin(), values.end()},
                    .kind = Kind::Prepared});
}

bool Pipeline::prepares() const noexcept {
  return std::ranges::any_of(steps_, [](const Step& step) { return step.kind == Kind::Prepare; });
}

void Pipeline::flush() {
  steps_.back().is_flushed = true;
}

bool Pipeline::send_step(PGconn* connection, const Step& step) {
  if (step.kind == Kind::Prepare)
    return PQsendPrepare(connection, step.name, step.text.c_str(), 0, nullptr) == 1;
  std::vector<const char*> parameters;
  parameters.reserve(step.values.size());
  for (const Value& value : step.values)
    parameters.push_back(value.wire_text());
  const int count = static_cast<int>(parameters.size());
  if (step.kind == Kind::Prepared)
    return PQsendQueryPrepared(
               connection, step.name, count, parameters.data(), nullptr, nullptr, 0) == 1;
  return PQsendQueryParams(connection,
                           step.text.c_str(),
                           count,
                           nullptr,
                           parameters.data(),
                           nullptr,
                           nullptr,
                           0) == 1;
}

bool Pipeline::send(PGconn* connection) const {
  if (PQenterPipelineMode(connection) != 1) return false;
  for (const Step& step : steps_) {
    if (!send_step(connection, step)) return false;
    if (step.is_flushed && PQsendFlushRequest(connection) != 1) return false;
  }
  return PQpipelineSync(connection) == 1;
}

std::vector<ResultHandle> Pipeline::run(PGconn* connection) const {
  std::vector<ResultHandle> results(steps_.size() + 1);
  if (!send(connection)) return results;
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i] = i < steps_.size() ? next_result(connection) : end_result(connection);
    if (PQstatus(connection) != CONNECTION_OK) {
      if (!is_success(results[i].get())) results[i].reset();  // libpq's own word for the loss
      return results;
    }
  }
  PQexitPipelineMode(connection);
  return results;
}

void Pipeline::demand_success(const std::vector<ResultHandle>& results) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const PGresult* result = results[i].get();
    if (result == nullptr) throw_database_lost(steps_[i].name);
    if (is_success(result)) continue;
    throw_for_sqlstate(
        steps_[i].name, error_field(result, PG_DIAG_SQLSTATE), {}, constraint_of(result));
  }
  // A statement without BEGIN has succeeded before it is committed: only the end says that it was.
  const PGresult* end = results.back().get();
  if (end == nullptr) throw_database_lost(steps_.back().name);
  if (PQresultStatus(end) == PGRES_PIPELINE_SYNC) return;
  throw_for_sqlstate(
      steps_.back().name, error_field(end, PG_DIAG_SQLSTATE), {}, constraint_of(end));
}

}  // namespace rightful::store
