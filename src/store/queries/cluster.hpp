/// @file
/// What the owner of an embedded cluster runs as its superuser. Names are quoted by the server's
/// own format(), and the statement that it returns is run as it is: CREATE DATABASE and CREATE ROLE
/// take no parameters.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kHasDatabase{"has_database",
                                  "SELECT 1 AS one FROM pg_database WHERE datname = $1"};
inline constexpr Sql kComposeCreateDatabase{"create_database",
                                            "SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE "
                                            "template0 ENCODING ''UTF8''', $1::text, $2::text) "
                                            "AS statement"};
inline constexpr Sql kComposeCloneDatabase{
    "clone_database",
    "SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE %I', $1::text, pg_get_userbyid(datdba), "
    "datname) AS statement "
    "FROM pg_database WHERE datname = $2"};
inline constexpr Sql kComposeDropDatabase{
    "drop_database",
    "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text) AS statement"};

inline constexpr Sql kHasRole{"has_role", "SELECT 1 AS one FROM pg_roles WHERE rolname = $1"};
/// $2: whether it may make roles (the program's own role makes those of the ledger).
inline constexpr Sql kComposeCreateRole{
    "create_role",
    "SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS NOREPLICATION %s', "
    "$1::text, "
    "CASE WHEN $2::boolean THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END) AS statement"};
inline constexpr Sql kLoginRoles{
    "login_roles", "SELECT rolname AS name FROM pg_roles WHERE rolcanlogin ORDER BY 1"};
inline constexpr Sql kReload{"reload", "SELECT pg_reload_conf()"};

}  // namespace rightful::store::queries
