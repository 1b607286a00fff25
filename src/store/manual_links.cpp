#include "rightful/store/manual_links.hpp"

#include <utility>

#include "rightful/store/transaction.hpp"

#include "store/queries/manual_link.hpp"

namespace rightful::store::manual_links {

void put(Transaction& transaction,
         const ManualLink& link,
         const crypto::Sha256Digest& token,
         Instant now,
         ledger::Event made) {
  transaction.run(queries::kManualLinkPut,
                  {link.request, link.dataset, token, now, link.expires_at, link.may_replace});
  transaction.record(std::move(made));
}

std::optional<ManualLink> find(Transaction& transaction,
                               const crypto::Sha256Digest& token,
                               Instant now) {
  const auto row = transaction.run(queries::kManualLinkFind, {token, now}).at_most_one();
  if (!row) return std::nullopt;
  return ManualLink{.request = row->id<RequestId>("request_id"),
                    .dataset = row->text("dataset"),
                    .expires_at = row->instant("expires_at"),
                    .may_replace = row->boolean("may_replace"),
                    .due_nominal = row->date("due_nominal"),
                    .catalog_version = row->optional_integer("catalog_version")};
}

std::int64_t count_wrong(Transaction& transaction,
                         const RequestId& request,
                         const std::string& dataset) {
  const Rows rows = transaction.run(queries::kManualLinkCountWrong, {request, dataset});
  return rows.only().integer("wrong_accounts");
}

bool end(Transaction& transaction,
         const RequestId& request,
         const std::string& dataset,
         ledger::Event ended) {
  if (transaction.run(queries::kManualLinkEnd, {request, dataset}).affected() == 0) return false;
  transaction.record(std::move(ended));
  return true;
}

}  // namespace rightful::store::manual_links
