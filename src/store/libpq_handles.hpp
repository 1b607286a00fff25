/// @file
/// libpq's objects with owners.
#pragma once

#include <memory>

#include <libpq-fe.h>

namespace rightful::store {

struct FinishConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};

using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};

using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

struct FreeCopyLine {
  void operator()(char* line) const noexcept { PQfreemem(line); }
};

using CopyLine = std::unique_ptr<char, FreeCopyLine>;

}  // namespace rightful::store
