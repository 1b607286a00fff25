#include "rightful/store/packages.hpp"

#include "rightful/store/transaction.hpp"

#include "store/queries/package.hpp"

namespace rightful::store::packages {

void insert(Transaction& transaction, const Package& package, ledger::Event released) {
  transaction.run(queries::kPackageInsert,
                  {package.request,
                   package.account,
                   package.id,
                   package.ledger_ref,
                   package.object_name,
                   package.size_bytes,
                   package.sha256,
                   package.content_sha256,
                   package.manifest_sha256,
                   package.envelope,
                   package.rows,
                   package.objects,
                   package.released_at,
                   package.expires_at});
  transaction.record(std::move(released));
}

std::optional<Package> find(Transaction& transaction,
                            const RequestId& request,
                            const AccountId& account) {
  const auto row = transaction.run(queries::kPackageFind, {request, account}).at_most_one();
  if (!row) return std::nullopt;
  return Package{.request = row->id<RequestId>("request_id"),
                 .account = row->account("account_id"),
                 .id = row->id<PackageId>("package_id"),
                 .ledger_ref = row->text("ledger_ref"),
                 .object_name = row->text("object_name"),
                 .size_bytes = row->integer("size_bytes"),
                 .sha256 = row->bytes("sha256"),
                 .content_sha256 = row->bytes("content_sha256"),
                 .manifest_sha256 = row->bytes("manifest_sha256"),
                 .envelope = row->bytes("envelope"),
                 .rows = row->integer("rows"),
                 .objects = row->integer("objects"),
                 .released_at = row->instant("released_at"),
                 .expires_at = row->instant("expires_at"),
                 .frozen_at = row->optional_instant("frozen_at"),
                 .first_downloaded_at = row->optional_instant("first_downloaded_at"),
                 .destroyed_at = row->optional_instant("destroyed_at")};
}

}  // namespace rightful::store::packages
