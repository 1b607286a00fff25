/// @file
/// The steps of replacing the key-encryption key, each one transaction, each safe to repeat. Their
/// order is lifecycle's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/store/transaction.hpp"

/// Errors  all of it DatabaseFailure; Failure Never `subject_key` for what does not open.
namespace rightful::store::kek_rotation {

/// Ascending; the last one is in use. Never empty.
[[nodiscard]] std::vector<std::int64_t> epochs(Transaction& transaction);
/// From its commit on new keys are wrapped under `epoch`. Its file is in the key directory.
void begin(Transaction& transaction, std::int64_t epoch);

struct Rewrapped {
  std::uint64_t count = 0;
  std::optional<Bytes> last;  ///< where the next call goes on; empty = nothing is left behind it
};

/// Wraps subject keys of older epochs anew, at most 500. @param after  what the last call said.
[[nodiscard]] Rewrapped rewrap_subject_keys(Transaction& transaction,
                                            std::int64_t epoch,
                                            const Bytes& after,
                                            const crypto::ServerKeys& keys,
                                            Random& random);
/// The same for the keys of uploads by hand. @return how many; 0 = none is left.
[[nodiscard]] std::uint64_t rewrap_uploads(Transaction& transaction,
                                           std::int64_t epoch,
                                           const crypto::ServerKeys& keys,
                                           Random& random);
/// @return how many epochs went. Errors  ConstraintViolation while a row needs one.
[[nodiscard]] std::uint64_t drop_below(Transaction& transaction, std::int64_t epoch);

}  // namespace rightful::store::kek_rotation
