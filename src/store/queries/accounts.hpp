/// @file
/// Statements on `account`, `invitation` and `root_wrap`.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kFindAccount{"find_account",
                                  "SELECT account_id, created_at, language, enrolled_at, verifier, "
                                  "key_version, unlock_key, sign_key, pk_mac"
                                  " FROM account WHERE account_id = $1"};

inline constexpr Sql kLockAccount{"lock_account",
                                  "SELECT account_id, created_at, language, enrolled_at, verifier, "
                                  "key_version, unlock_key, sign_key, pk_mac"
                                  " FROM account WHERE account_id = $1 FOR UPDATE"};

inline constexpr Sql kInsertAccount{
    "insert_account",
    "INSERT INTO account (account_id, created_at, language) VALUES ($1, $2, $3)"
    " ON CONFLICT (account_id) DO NOTHING"};

inline constexpr Sql kEnrolAccount{
    "enrol_account",
    "UPDATE account SET enrolled_at = $2, verifier = $3, key_version = $4, unlock_key = $5, "
    "sign_key = $6,"
    " pk_mac = $7, language = coalesce($8, language) WHERE account_id = $1 AND enrolled_at IS "
    "NULL"};

inline constexpr Sql kInsertInvitation{"insert_invitation",
                                       "INSERT INTO invitation (token_hash, account_id, "
                                       "created_at, expires_at) VALUES ($1, $2, $3, $4)"};

inline constexpr Sql kLockInvitation{
    "lock_invitation",
    "SELECT account_id, expires_at, used_at FROM invitation WHERE token_hash = $1 FOR UPDATE"};

inline constexpr Sql kUseInvitations{
    "use_invitations",
    "UPDATE invitation SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL"};

inline constexpr Sql kInsertWrap{
    "insert_wrap",
    "INSERT INTO root_wrap (account_id, kind, wrapped, created_at) VALUES ($1, $2, $3, $4)"};

inline constexpr Sql kFindWrap{
    "find_wrap", "SELECT kind, wrapped FROM root_wrap WHERE account_id = $1 AND kind = $2"};

inline constexpr Sql kListWrapKinds{
    "list_wrap_kinds", "SELECT kind FROM root_wrap WHERE account_id = $1 ORDER BY kind"};

}  // namespace rightful::store::queries
