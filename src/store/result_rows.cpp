#include "store/result_rows.hpp"

#include <charconv>
#include <memory>

#include "store/rows_data.hpp"

namespace rightful::store {
namespace {

// Of a command its own count; of a SELECT that of its rows.
std::uint64_t affected_by(const PGresult* result) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): PQcmdTuples reads, and asks for no const
  const std::string_view text = PQcmdTuples(const_cast<PGresult*>(result));
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace

Rows copy_rows(std::string_view query, const PGresult* result) {
  auto data = std::make_shared<RowsData>();
  data->query = query;
  const int rows = PQntuples(result);
  const int columns = PQnfields(result);
  data->rows = static_cast<std::size_t>(rows);
  data->affected = affected_by(result);
  data->columns.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column)
    data->columns.emplace_back(PQfname(result, column));
  data->cells.reserve(data->rows * data->columns.size());
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        data->add_null();
      } else {
        data->add({PQgetvalue(result, row, column),
                   static_cast<std::size_t>(PQgetlength(result, row, column))});
      }
    }
  }
  return Rows(std::move(data));
}

std::string_view error_field(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : text;
}

bool is_success(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
         status == PGRES_PIPELINE_SYNC;
}

std::string constraint_of(const PGresult* result) {
  const std::string_view constraint = error_field(result, PG_DIAG_CONSTRAINT_NAME);
  return std::string(constraint.empty() ? error_field(result, PG_DIAG_COLUMN_NAME) : constraint);
}

void ignore_notice(void* /*context*/, const PGresult* /*notice*/) {}

}  // namespace rightful::store
