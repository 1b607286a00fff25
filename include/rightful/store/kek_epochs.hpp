/// @file
/// Which key-encryption key is in use. The keys themselves lie in the key directory
/// (ServerKeys::kek).
#pragma once

#include <cstdint>

#include "rightful/core/bytes.hpp"

namespace rightful::store {

class Transaction;

/// A key as the database keeps it.
struct WrappedKey {
  Bytes bytes;
  std::int64_t kek_epoch;
};

/// The epoch under which new keys are wrapped. While a rotation is under way older ones are in rows
/// too; each row names its own. Errors  DatabaseFailure.
[[nodiscard]] std::int64_t current_kek_epoch(Transaction& transaction);

}  // namespace rightful::store
