/// @file
/// libpq's results as rows of ours, and the fields of its errors that we read.
#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "rightful/store/rows.hpp"

namespace rightful::store {

/// Copies a result in text form.
[[nodiscard]] Rows copy_rows(std::string_view query, const PGresult* result);

/// `PG_DIAG_…`; empty when the server did not say.
[[nodiscard]] std::string_view error_field(const PGresult* result, int field);

/// @param result  null stands for a connection that broke.
[[nodiscard]] bool is_success(const PGresult* result);

/// The violated constraint; of a violated NOT NULL, which has none, its column.
[[nodiscard]] std::string constraint_of(const PGresult* result);

/// For PQsetNoticeReceiver: notices quote data.
void ignore_notice(void* context, const PGresult* notice);

}  // namespace rightful::store
