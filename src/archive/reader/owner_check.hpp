/// @file
/// Whose records a data entry holds.
#pragma once

#include <cstdint>
#include <string>

#include "rightful/core/account_id.hpp"
#include "rightful/core/result.hpp"

#include "archive/reader/json_reader.hpp"

namespace rightful::archive::reader {

/// Reads an array of records to its end. Each record is an object with exactly one member "@owner",
/// a string or a list of strings, in which `account` occurs. An "@owner" deeper inside must name
/// the account as well.
///
/// @return the number of records · InvalidArgument, LimitExceeded "records: …" for what is not such
/// a document · Denied "owner: …" for a record of somebody else, or of nobody.
[[nodiscard]] Result<std::uint64_t> count_owned_records(ChunkSource& content,
                                                        const AccountId& account);

}  // namespace rightful::archive::reader
