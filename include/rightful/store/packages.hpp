/// @file
/// Released packages: at most one row a request, by primary key. The bytes lie in the package
/// store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/ledger/event.hpp"

namespace rightful::store {

class Transaction;

struct Package {
  RequestId request;
  AccountId account;
  PackageId id;
  std::string ledger_ref;   ///< `p_…`
  std::string object_name;  ///< in the package store; never shown to anybody
  std::int64_t size_bytes;
  Bytes sha256;          ///< of the stored file
  Bytes content_sha256;  ///< of the encrypted entry's bytes
  Bytes manifest_sha256;
  Bytes envelope;  ///< envelope.json, as it stands in the file
  std::int64_t rows;
  std::int64_t objects;
  Instant released_at;
  Instant expires_at;
  std::optional<Instant> frozen_at;
  std::optional<Instant> first_downloaded_at;
  std::optional<Instant> destroyed_at;
};

/// Errors   Failure when the database is lost. Threads  as Transaction.
namespace packages {

/// Part of the release: in the transaction of jobs::release. @param released  package.released.
/// Errors  ConstraintViolation(package_pkey) when the request has a package already.
void insert(Transaction& transaction, const Package& package, ledger::Event released);

[[nodiscard]] std::optional<Package> find(Transaction& transaction,
                                          const RequestId& request,
                                          const AccountId& account);

}  // namespace packages

}  // namespace rightful::store
