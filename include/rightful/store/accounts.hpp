/// @file
/// Rows of `account`, `invitation` and `root_wrap`: who may enrol, and what the server keeps of a
/// requester's keys. Decides nothing: the rules stand in lifecycle/sign_in.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store::accounts {

/// What an account has once its owner has enrolled; all of it or nothing
/// (account_enrolled_is_complete).
struct Enrolled {
  Instant enrolled_at;
  crypto::Sha256Digest verifier;
  std::uint32_t key_version;
  crypto::UnlockPublicKey unlock_key;
  crypto::SignPublicKey sign_key;
  crypto::Sha256Digest pk_mac;
};

struct AccountRow {
  AccountId account;
  Instant created_at;
  std::string language;
  std::optional<Enrolled> enrolled;
};

struct InvitationRow {
  AccountId account;
  Instant expires_at;
  std::optional<Instant> used_at;
};

/// One outer-wrapped root; `kind` is `password`, `export_passphrase`, `passkey_prf` or `recovery`.
struct WrapRow {
  std::string kind;
  Bytes wrapped;
};

[[nodiscard]] std::optional<AccountRow> find(Transaction& transaction, const AccountId& account);
/// As find(), and holds the row until the transaction ends.
[[nodiscard]] std::optional<AccountRow> lock(Transaction& transaction, const AccountId& account);
/// @return false when the account exists already.
[[nodiscard]] bool insert(Transaction& transaction,
                          const AccountId& account,
                          Instant now,
                          std::string_view language);
/// Writes keys and verifier of an account that has none, and its language where one is given.
/// @return false when the account is enrolled already; then nothing is recorded either.
[[nodiscard]] bool enrol(Transaction& transaction,
                         const AccountId& account,
                         const Enrolled& enrolled,
                         const std::optional<std::string>& language,
                         ledger::Event event);

void insert_invitation(Transaction& transaction,
                       const crypto::Sha256Digest& token_hash,
                       const AccountId& account,
                       Instant created_at,
                       Instant expires_at);
/// Holds the row until the transaction ends, so that a token is used once.
[[nodiscard]] std::optional<InvitationRow> lock_invitation(Transaction& transaction,
                                                           const crypto::Sha256Digest& token_hash);
/// Marks every unused invitation of the account as used.
void use_invitations(Transaction& transaction, const AccountId& account, Instant now);

void insert_wrap(Transaction& transaction,
                 const AccountId& account,
                 const WrapRow& wrap,
                 Instant now);
[[nodiscard]] std::optional<WrapRow> find_wrap(Transaction& transaction,
                                               const AccountId& account,
                                               std::string_view kind);
/// The kinds there are, in alphabetical order.
[[nodiscard]] std::vector<std::string> wrap_kinds(Transaction& transaction,
                                                  const AccountId& account);

}  // namespace rightful::store::accounts
