#include "rightful/store/accounts.hpp"

#include <utility>

#include "rightful/core/check.hpp"

#include "store/fixed_columns.hpp"
#include "store/queries/accounts.hpp"

namespace rightful::store::accounts {
namespace {

Enrolled read_enrolled(const Row& row) {
  return {.enrolled_at = row.instant("enrolled_at"),
          .verifier = fixed_column<crypto::Sha256Digest>(row, "verifier"),
          .key_version = static_cast<std::uint32_t>(row.integer("key_version")),
          .unlock_key = fixed_column<crypto::UnlockPublicKey>(row, "unlock_key"),
          .sign_key = fixed_column<crypto::SignPublicKey>(row, "sign_key"),
          .pk_mac = fixed_column<crypto::Sha256Digest>(row, "pk_mac")};
}

std::optional<AccountRow> read_account(const Rows& rows) {
  const std::optional<Row> row = rows.at_most_one();
  if (!row) return std::nullopt;
  std::optional<Enrolled> enrolled;
  if (!row->is_null("enrolled_at")) enrolled = read_enrolled(*row);
  return AccountRow{.account = row->account("account_id"),
                    .created_at = row->instant("created_at"),
                    .language = row->text("language"),
                    .enrolled = enrolled};
}

}  // namespace

std::optional<AccountRow> find(Transaction& transaction, const AccountId& account) {
  return read_account(transaction.run(queries::kFindAccount, {account}));
}

std::optional<AccountRow> lock(Transaction& transaction, const AccountId& account) {
  return read_account(transaction.run(queries::kLockAccount, {account}));
}

bool insert(Transaction& transaction,
            const AccountId& account,
            Instant now,
            std::string_view language) {
  return transaction.run(queries::kInsertAccount, {account, now, language}).affected() == 1;
}

bool enrol(Transaction& transaction,
           const AccountId& account,
           const Enrolled& enrolled,
           const std::optional<std::string>& language,
           ledger::Event event) {
  const Rows rows = transaction.run(queries::kEnrolAccount,
                                    {account,
                                     enrolled.enrolled_at,
                                     enrolled.verifier.bytes(),
                                     enrolled.key_version,
                                     enrolled.unlock_key.bytes(),
                                     enrolled.sign_key.bytes(),
                                     enrolled.pk_mac.bytes(),
                                     language ? Value(*language) : Value(nullptr)});
  if (rows.affected() == 0) return false;
  transaction.record(std::move(event));
  return true;
}

void insert_invitation(Transaction& transaction,
                       const crypto::Sha256Digest& token_hash,
                       const AccountId& account,
                       Instant created_at,
                       Instant expires_at) {
  transaction.run(queries::kInsertInvitation,
                  {token_hash.bytes(), account, created_at, expires_at});
}

std::optional<InvitationRow> lock_invitation(Transaction& transaction,
                                             const crypto::Sha256Digest& token_hash) {
  const std::optional<Row> row =
      transaction.run(queries::kLockInvitation, {token_hash.bytes()}).at_most_one();
  if (!row) return std::nullopt;
  return InvitationRow{.account = row->account("account_id"),
                       .expires_at = row->instant("expires_at"),
                       .used_at = row->optional_instant("used_at")};
}

void use_invitations(Transaction& transaction, const AccountId& account, Instant now) {
  transaction.run(queries::kUseInvitations, {account, now});
}

void insert_wrap(Transaction& transaction,
                 const AccountId& account,
                 const WrapRow& wrap,
                 Instant now) {
  transaction.run(queries::kInsertWrap, {account, wrap.kind, wrap.wrapped, now});
}

std::optional<WrapRow> find_wrap(Transaction& transaction,
                                 const AccountId& account,
                                 std::string_view kind) {
  const std::optional<Row> row = transaction.run(queries::kFindWrap, {account, kind}).at_most_one();
  if (!row) return std::nullopt;
  return WrapRow{.kind = row->text("kind"), .wrapped = row->bytes("wrapped")};
}

std::vector<std::string> wrap_kinds(Transaction& transaction, const AccountId& account) {
  std::vector<std::string> kinds;
  for (const Row row : transaction.run(queries::kListWrapKinds, {account})) {
    kinds.push_back(row.text("kind"));
  }
  return kinds;
}

}  // namespace rightful::store::accounts
