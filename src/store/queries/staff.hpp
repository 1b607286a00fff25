/// @file
/// Statements on `staff_member` and on the pseudonyms of staff.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kStaffByToken{"staff_by_token", R"(
SELECT member.name, member.role, member.token_hash, member.mac, member.added_at, member.ended_at, actor.actor
FROM staff_member AS member
LEFT JOIN ledger_secret.actor AS actor ON actor.staff_id = member.name
WHERE member.token_hash = $1)"};

inline constexpr Sql kStaffLock{"staff_lock", R"(
SELECT member.name, member.role, member.token_hash, member.mac, member.added_at, member.ended_at, actor.actor
FROM staff_member AS member
LEFT JOIN ledger_secret.actor AS actor ON actor.staff_id = member.name
WHERE member.name = $1
FOR UPDATE OF member)"};

inline constexpr Sql kStaffList{"staff_list", R"(
SELECT member.name, member.role, member.token_hash, member.mac, member.added_at, member.ended_at, actor.actor
FROM staff_member AS member
LEFT JOIN ledger_secret.actor AS actor ON actor.staff_id = member.name
ORDER BY member.name)"};

inline constexpr Sql kActorAdd{"actor_add", R"(
INSERT INTO ledger_secret.actor (actor, staff_id) VALUES ($2, $1) ON CONFLICT (staff_id) DO NOTHING)"};

inline constexpr Sql kActorOf{"actor_of", R"(
SELECT actor FROM ledger_secret.actor WHERE staff_id = $1)"};

inline constexpr Sql kStaffPut{"staff_put", R"(
INSERT INTO staff_member (name, role, token_hash, mac, added_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET role = $2, token_hash = $3, mac = $4, added_at = $5, ended_at = $6)"};

inline constexpr Sql kStaffForget{"staff_forget", R"(
DELETE FROM staff_member WHERE name = $1)"};

inline constexpr Sql kActorForget{"actor_forget", R"(
DELETE FROM ledger_secret.actor WHERE staff_id = $1)"};

}  // namespace rightful::store::queries
