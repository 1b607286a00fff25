/// @file
/// Every key that the catalog knows, by the mapping in which it stands. docs/catalog.schema.json
/// says the same to editors; a test holds the two together.
#pragma once

#include <array>
#include <string_view>

namespace rightful::catalog::keys {

using Key = std::string_view;

inline constexpr std::array<Key, 8> kCatalog{"version",
                                             "controller",
                                             "package",
                                             "sources",
                                             "defaults",
                                             "datasets",
                                             "not_personal",
                                             "phrases"};
inline constexpr std::array<Key, 2> kPackage{"compact", "csv"};
inline constexpr std::array<Key, 7> kController{
    "name", "address", "dpo", "establishment", "timezone", "authority", "languages"};
inline constexpr std::array<Key, 3> kAuthority{"name", "address", "url"};

inline constexpr std::array<Key, 6> kSourceKinds{
    "postgresql", "files", "s3", "http", "odbc", "manual"};
inline constexpr std::array<Key, 5> kPostgresql{
    "kind", "url_env", "schema", "rls", "allow_writable_role"};
inline constexpr std::array<Key, 3> kFiles{"kind", "root", "root_env"};
inline constexpr std::array<Key, 11> kS3{"kind",
                                         "bucket",
                                         "endpoint",
                                         "region",
                                         "prefix",
                                         "access_key_env",
                                         "secret_key_env",
                                         "session_token_env",
                                         "owner_metadata",
                                         "path_style",
                                         "ca_file"};
inline constexpr std::array<Key, 5> kHttp{"kind", "base", "auth_env", "timeout", "ca_file"};
inline constexpr std::array<Key, 6> kOdbc{
    "kind", "dsn", "connection_env", "schema", "timezone", "allow_writable_role"};
inline constexpr std::array<Key, 4> kManual{"kind", "instructions", "assignee", "max_mib"};

inline constexpr std::array<Key, 5> kDefaults{
    "purposes", "categories", "recipients", "retention", "origin"};
inline constexpr std::array<Key, 12> kDataset{"name",
                                              "source",
                                              "table",
                                              "owner",
                                              "title",
                                              "description",
                                              "fields",
                                              "purposes",
                                              "categories",
                                              "recipients",
                                              "retention",
                                              "origin"};
inline constexpr std::array<Key, 7> kField{
    "title", "description", "kind", "codes", "third_party", "withhold", "attach"};
inline constexpr std::array<Key, 2> kThirdParty{"rule", "reason"};
inline constexpr std::array<Key, 4> kAttach{"source", "owner_prefix", "owner", "missing"};
inline constexpr std::array<Key, 2> kTerm{"term", "title"};
inline constexpr std::array<Key, 4> kRecipient{"name", "country", "role", "safeguard"};
inline constexpr std::array<Key, 3> kRetention{"period", "from", "criteria"};

}  // namespace rightful::catalog::keys
