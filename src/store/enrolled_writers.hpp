/// @file
/// Whom the log itself has enrolled. Rows of `ledger.writer` are an index of that, which somebody
/// with all rights in the database can write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/checked_leaf.hpp"

namespace rightful::store {

class BulkSession;

/// The keys of those among `writers` whose `writer.start` stands where their row says, with a good
/// certificate and signature; and the enrolment key, if it is asked for. Errors  DatabaseFailure
[[nodiscard]] WriterKeys enrolled_keys(BulkSession& session,
                                       std::int64_t log_id,
                                       const LogIdentity& log,
                                       const std::vector<std::string>& writers);

}  // namespace rightful::store
