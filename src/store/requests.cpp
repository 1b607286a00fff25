#include "rightful/store/requests.hpp"

#include <utility>

#include "store/fixed_columns.hpp"
#include "store/queries/requests.hpp"

namespace rightful::store::requests {
namespace {

RequestRow read_request(const Row& row) {
  return {.id = row.id<RequestId>("id"),
          .account = row.account("account_id"),
          .ledger_ref = row.text("ledger_ref"),
          .state = row.text("state"),
          .received_at = row.instant("received_at"),
          .language = row.text("language"),
          .nonce = fixed_column<crypto::Nonce>(row, "nonce"),
          .stated_at = row.instant("stated_at"),
          .unlock_key = fixed_column<crypto::UnlockPublicKey>(row, "unlock_key"),
          .sign_key = fixed_column<crypto::SignPublicKey>(row, "sign_key"),
          .signature = fixed_column<crypto::Signature>(row, "statement_signature"),
          .due_nominal = row.date("due_nominal"),
          .due = row.date("due"),
          .due_at = row.instant("due_at"),
          .deadline_json = row.text("deadline"),
          .catalog_version = row.optional_integer("catalog_version"),
          .updated_at = row.instant("updated_at"),
          .failure_note = row.optional_text("failure_note")};
}

std::optional<RequestRow> read_optional(const Rows& rows) {
  const std::optional<Row> row = rows.at_most_one();
  if (!row) return std::nullopt;
  return read_request(*row);
}

}  // namespace

void insert(Transaction& transaction, const NewRequest& request, ledger::Event event) {
  transaction.run(queries::kInsertRequest,
                  {request.id,
                   request.account,
                   request.ledger_ref,
                   request.received_at,
                   request.language,
                   request.nonce.bytes(),
                   request.stated_at,
                   request.unlock_key.bytes(),
                   request.sign_key.bytes(),
                   request.signature.bytes(),
                   request.due_nominal,
                   request.due,
                   request.due_at,
                   request.deadline_json});
  transaction.record(std::move(event));
}

std::optional<RequestRow> find(Transaction& transaction,
                               const RequestId& request,
                               const AccountId& account) {
  return read_optional(transaction.run(queries::kFindRequest, {request, account}));
}

std::optional<RequestRow> lock(Transaction& transaction,
                               const RequestId& request,
                               const AccountId& account) {
  transaction.run(queries::kLockRequestJobs, {request, account});
  return read_optional(transaction.run(queries::kLockRequest, {request, account}));
}

std::vector<RequestRow> list(Transaction& transaction, const AccountId& account) {
  std::vector<RequestRow> requests;
  for (const Row row : transaction.run(queries::kListRequests, {account})) {
    requests.push_back(read_request(row));
  }
  return requests;
}

std::optional<RequestRow> find_open(Transaction& transaction, const AccountId& account) {
  return read_optional(transaction.run(queries::kFindOpenRequest, {account}));
}

bool move(Transaction& transaction,
          const RequestId& request,
          const AccountId& account,
          const StateChange& change,
          ledger::Event event) {
  const Rows rows = transaction.run(
      queries::kMoveRequest, {request, account, change.from, change.to, change.note, change.now});
  if (rows.affected() == 0) return false;
  transaction.record(std::move(event));
  return true;
}

std::optional<ReopenedRequest> reopen_failed(Transaction& transaction,
                                             const RequestId& request,
                                             Instant now) {
  const auto row = transaction.run(queries::kReopenFailedRequest, {request, now}).at_most_one();
  if (!row) return std::nullopt;
  return ReopenedRequest{
      row->account("account_id"), row->text("ledger_ref"), row->instant("due_at")};
}

std::optional<std::string> state_of(Transaction& transaction, const RequestId& request) {
  const auto row = transaction.run(queries::kStateOfRequest, {request}).at_most_one();
  if (!row) return std::nullopt;
  return row->text("state");
}

std::optional<JobView> find_job(Transaction& transaction,
                                const RequestId& request,
                                const AccountId& account) {
  const std::optional<Row> row =
      transaction.run(queries::kFindRequestJob, {request, account}).at_most_one();
  if (!row) return std::nullopt;
  return JobView{.state = row->text("state"),
                 .stage = row->optional_text("stage"),
                 .progress_json = row->optional_text("progress"),
                 .attempt = row->integer("attempt")};
}

bool freeze_package(Transaction& transaction,
                    const RequestId& request,
                    const AccountId& account,
                    Instant now,
                    ledger::Event event) {
  const Rows rows = transaction.run(queries::kFreezePackage, {request, account, now});
  if (rows.affected() == 0) return false;
  transaction.record(std::move(event));
  return true;
}

void mark_downloaded(Transaction& transaction,
                     const RequestId& request,
                     const AccountId& account,
                     Instant now) {
  transaction.run(queries::kMarkPackageDownloaded, {request, account, now});
}

bool mark_destroyed(Transaction& transaction,
                    const RequestId& request,
                    const AccountId& account,
                    Instant now,
                    ledger::Event event) {
  const Rows rows = transaction.run(queries::kMarkPackageDestroyed, {request, account, now});
  if (rows.affected() == 0) return false;
  transaction.record(std::move(event));
  return true;
}

std::vector<EndedPackage> ended_packages(Transaction& transaction,
                                         Instant now,
                                         std::int64_t limit) {
  std::vector<EndedPackage> packages;
  for (const Row row : transaction.run(queries::kEndedPackages, {now, limit})) {
    packages.push_back({.request = row.id<RequestId>("id"),
                        .account = row.account("account_id"),
                        .request_ref = row.text("ledger_ref"),
                        .state = row.text("state")});
  }
  return packages;
}

}  // namespace rightful::store::requests
