#include "rightful/store/connection.hpp"

#include <cstring>
#include <span>
#include <utility>

#include "rightful/core/check.hpp"

#include "store/conninfo.hpp"
#include "store/libpq_handles.hpp"
#include "store/queries/source.hpp"
#include "store/result_rows.hpp"
#include "store/rows_data.hpp"
#include "store/sqlstate.hpp"

namespace rightful::store {
namespace {

bool is_snapshot_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("0123456789ABCDEF-") == std::string_view::npos;
}

}  // namespace

struct SourceConnection::Impl {
  SourceSettings settings;
  ConnectionHandle connection;
  bool has_snapshot = false;

  [[noreturn]] void throw_result(std::string_view what, const PGresult* result) {
    if (connection && PQstatus(connection.get()) == CONNECTION_BAD) close();
    const std::string state(error_field(result, PG_DIAG_SQLSTATE));
    const std::string constraint(error_field(result, PG_DIAG_CONSTRAINT_NAME));
    end_snapshot();
    throw_for_sqlstate(what, state, {}, constraint);
  }

  [[nodiscard]] PGconn* open_connection(std::string_view what) const {
    if (!connection) throw_database_lost(what);
    return connection.get();
  }

  void close() noexcept {
    connection.reset();
    has_snapshot = false;
  }

  ResultHandle demand(std::string_view what, ResultHandle result, ExecStatusType wanted) {
    if (PQresultStatus(result.get()) != wanted) throw_result(what, result.get());
    return result;
  }

  void run_script(std::string_view what, const std::string& text) {
    PGconn* raw = open_connection(what);
    demand(what, ResultHandle(PQexec(raw, text.c_str())), PGRES_COMMAND_OK);
  }

  ResultHandle run(std::string_view what, const char* text, std::span<const Value> values) {
    std::vector<const char*> parameters;
    parameters.reserve(values.size());
    for (const Value& value : values)
      parameters.push_back(value.wire_text());
    PGconn* raw = open_connection(what);
    ResultHandle result(PQexecParams(raw,
                                     text,
                                     static_cast<int>(parameters.size()),
                                     nullptr,
                                     parameters.data(),
                                     nullptr,
                                     nullptr,
                                     0));
    return demand(what, std::move(result), PGRES_TUPLES_OK);
  }

  void begin(std::string_view account, const std::string& snapshot) {
    end_snapshot();
    run_script("begin_snapshot", queries::begin_snapshot_script(settings));
    has_snapshot = true;
    if (!snapshot.empty()) {
      RIGHTFUL_CHECK(is_snapshot_name(snapshot));
      run_script(queries::kJoinSnapshot.name(),
                 queries::kJoinSnapshot.text() + ("'" + snapshot) + "'");
    }
    const Value value{account};
    run(queries::kSetAccount.name(), queries::kSetAccount.text(), {&value, 1});
  }

  void end_snapshot() noexcept {
    if (!connection || !has_snapshot) return;
    has_snapshot = false;
    const ResultHandle result(PQexec(connection.get(), queries::kEndSnapshot.text()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) close();
  }
};

namespace {

/// Closes the connection unless the copy has come to its end: what is left in it belongs to nobody.
template <class Close>
class CopyGuard {
 public:
  explicit CopyGuard(Close close) : close_(std::move(close)) {}

  CopyGuard(const CopyGuard&) = delete;
  CopyGuard& operator=(const CopyGuard&) = delete;
  CopyGuard(CopyGuard&&) = delete;
  CopyGuard& operator=(CopyGuard&&) = delete;

  ~CopyGuard() {
    if (!is_complete_) close_();
  }

  void complete() noexcept { is_complete_ = true; }

 private:
  Close close_;
  bool is_complete_ = false;
};

bool is_connection_refusal(std::string_view reason) {
  return reason.find("refused") != std::string_view::npos ||
         reason.find("does not exist") != std::string_view::npos ||
         reason.find("password") != std::string_view::npos ||
         reason.find("no entry") != std::string_view::npos;
}

}  // namespace

SourceConnection::SourceConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SourceConnection::SourceConnection(SourceConnection&&) noexcept = default;

SourceConnection& SourceConnection::operator=(SourceConnection&&) noexcept = default;

SourceConnection::~SourceConnection() = default;

Result<SourceConnection> SourceConnection::open(const SourceSettings& settings) {
  const std::string conninfo = make_conninfo(
      settings.url,
      {.application_name = settings.application_name, .connect_timeout = settings.connect_timeout});
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  impl->connection.reset(PQconnectdb(conninfo.c_str()));
  if (PQstatus(impl->connection.get()) != CONNECTION_OK) {
    const std::string_view reason = connect_reason(PQerrorMessage(impl->connection.get()));
    return fail(is_connection_refusal(reason) ? ErrorCode::Denied : ErrorCode::Unavailable,
                "cannot connect to the source: " + std::string(reason));
  }
  PQsetErrorVerbosity(impl->connection.get(), PQERRORS_SQLSTATE);
  PQsetNoticeReceiver(impl->connection.get(), ignore_notice, nullptr);
  return SourceConnection(std::move(impl));
}

int SourceConnection::server_version() const noexcept {
  return impl_->connection ? PQserverVersion(impl_->connection.get()) : 0;
}

SourceRole SourceConnection::role() {
  const Row facts = query(queries::kRole.name(), queries::kRole.text()).only();
  const auto writable =
      query(queries::kWritableTable.name(), queries::kWritableTable.text()).at_most_one();
  return {.name = facts.text("name"),
          .is_superuser = facts.boolean("is_superuser"),
          .bypasses_row_security = facts.boolean("bypasses_row_security"),
          .can_write = writable.has_value(),
          .writable_table = writable ? writable->text("name") : std::string()};
}

void SourceConnection::begin_snapshot(const AccountScope& scope) {
  impl_->begin(scope.account().expose(), {});
}

void SourceConnection::begin_snapshot() {
  impl_->begin("", {});
}

void SourceConnection::begin_snapshot_at(const AccountScope& scope, const std::string& snapshot) {
  RIGHTFUL_CHECK(is_snapshot_name(snapshot));
  impl_->begin(scope.account().expose(), snapshot);
}

void SourceConnection::end_snapshot() noexcept {
  impl_->end_snapshot();
}

std::string SourceConnection::export_snapshot() {
  RIGHTFUL_CHECK(impl_->has_snapshot);
  return query(queries::kExportSnapshot.name(), queries::kExportSnapshot.text())
      .only()
      .text("snapshot");
}

std::uint64_t SourceConnection::copy_out(std::string_view what,
                                         const std::string& statement,
                                         const std::function<void(ByteView line)>& on_line) {
  PGconn* raw = impl_->open_connection(what);
  RIGHTFUL_CHECK(impl_->has_snapshot);
  const ResultHandle started(
      PQexecParams(raw, statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0));
  if (PQresultStatus(started.get()) != PGRES_COPY_OUT) impl_->throw_result(what, started.get());
  CopyGuard guard([this] { impl_->close(); });
  std::uint64_t lines = 0;
  for (;;) {
    char* buffer = nullptr;
    const int size = PQgetCopyData(raw, &buffer, 0);
    const CopyLine line(buffer);
    if (size < 0) break;  // -1: the end, -2: an error; the result tells which
    on_line(as_bytes(std::string_view(buffer, static_cast<std::size_t>(size))
                         .substr(0, static_cast<std::size_t>(size) - 1)));
    ++lines;
  }
  const ResultHandle ended(PQgetResult(raw));
  if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK) {
    const std::string state(error_field(ended.get(), PG_DIAG_SQLSTATE));
    throw_for_sqlstate(what, state, {});
  }
  while (ResultHandle(PQgetResult(raw))) {
  }
  guard.complete();
  return lines;
}

Rows SourceConnection::query(std::string_view what,
                             const std::string& statement,
                             const std::vector<Value>& values) {
  return copy_rows(what, impl_->run(what, statement.c_str(), values).get());
}

std::int64_t SourceConnection::count(std::string_view what,
                                     const std::string& statement,
                                     const std::vector<Value>& values) {
  const ResultHandle result = impl_->run(what, statement.c_str(), values);
  if (PQntuples(result.get()) != 1 || PQnfields(result.get()) != 1) {
    throw Failure(
        Retry::Never, "bad_row", "query " + std::string(what) + " did not give one number");
  }
  auto data = std::make_shared<RowsData>();
  data->query = what;
  data->columns.emplace_back("count");
  data->rows = 1;
  data->add(PQgetvalue(result.get(), 0, 0));
  return Rows(std::move(data)).only().integer("count");
}

}  // namespace rightful::store
