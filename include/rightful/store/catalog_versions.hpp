/// @file
/// Frozen versions of the data map: each export runs with one, and it can be read back years later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::store {

class Transaction;

struct CatalogVersion {
  std::int64_t version;  ///< from 1; what the ledger calls `catalog`
  crypto::Sha256Digest sha256;
  crypto::Sha256Digest mac;  ///< crypto::ServerKeys::catalog_mac; not checked here
  std::string content;       ///< the YAML text, byte for byte
};

/// Errors   Failure when the database is lost. Threads  as Transaction.
namespace catalog_versions {

/// What requests that arrive from now on run with. The same content is always the same version; a
/// change is recorded as catalog.activated, and nothing is recorded when the content is the newest
/// already.
/// @param content  a catalog that was parsed without problems. @param datasets  how many it
/// describes.
CatalogVersion activate(Transaction& transaction,
                        std::string_view content,
                        const crypto::Sha256Digest& sha256,
                        const crypto::Sha256Digest& mac,
                        std::int64_t datasets,
                        Instant now);

[[nodiscard]] std::optional<CatalogVersion> find(Transaction& transaction, std::int64_t version);
/// What a request that arrives now runs with.
[[nodiscard]] std::optional<CatalogVersion> newest(Transaction& transaction);

}  // namespace catalog_versions

}  // namespace rightful::store
