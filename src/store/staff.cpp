#include "rightful/store/staff.hpp"

#include <utility>

#include "rightful/core/failure.hpp"

#include "store/queries/staff.hpp"

namespace rightful::store::staff {

namespace {

crypto::Sha256Digest digest_of(const Row& row, std::string_view column) {
  const auto digest = crypto::Sha256Digest::parse(row.bytes(column));
  if (!digest) throw Failure(Retry::Never, "bad_row", "a digest of staff_member is not one");
  return *digest;
}

StaffRow to_row(const Row& row) {
  return {row.text("name"),
          row.text("role"),
          digest_of(row, "token_hash"),
          digest_of(row, "mac"),
          row.instant("added_at"),
          row.optional_instant("ended_at"),
          row.optional_text("actor")};
}

std::optional<StaffRow> to_row(const std::optional<Row>& row) {
  if (!row) return std::nullopt;
  return to_row(*row);
}

}  // namespace

std::optional<StaffRow> find_by_token(Transaction& transaction,
                                      const crypto::Sha256Digest& token_hash) {
  return to_row(transaction.run(queries::kStaffByToken, {token_hash}).at_most_one());
}

std::optional<StaffRow> lock(Transaction& transaction, const std::string& name) {
  return to_row(transaction.run(queries::kStaffLock, {name}).at_most_one());
}

std::vector<StaffRow> list(Transaction& transaction) {
  std::vector<StaffRow> rows;
  for (const Row row : transaction.run(queries::kStaffList))
    rows.push_back(to_row(row));
  return rows;
}

std::string pseudonym_of(Transaction& transaction,
                         const std::string& name,
                         const ledger::StaffRef& fresh) {
  transaction.run(queries::kActorAdd, {name, fresh.text()});
  return transaction.run(queries::kActorOf, {name}).only().text("actor");
}

void put(Transaction& transaction, const StaffRow& row, ledger::Event changed) {
  transaction.run(queries::kStaffPut,
                  {row.name, row.role, row.token_hash, row.mac, row.added_at, row.ended_at});
  transaction.record(std::move(changed));
}

bool forget(Transaction& transaction, const std::string& name, ledger::Event forgotten) {
  const auto members = transaction.run(queries::kStaffForget, {name}).affected();
  const auto actors = transaction.run(queries::kActorForget, {name}).affected();
  if (members + actors == 0) return false;
  transaction.record(std::move(forgotten));
  return true;
}

}  // namespace rightful::store::staff
