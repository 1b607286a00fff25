/// @file
/// `rightful catalog discover`: a catalog proposed from the schema of a database.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"

namespace rightful::sources {

/// Secrets  `url` may hold a password: it is in no text that comes back.
struct DiscoverOrder {
  std::string url;
  /// `schema.table.column` that holds the account IDs, each once; parts in double quotes where they
  /// are not plain. Without a schema it is `public`.
  std::string accounts;
  std::vector<std::string> languages = {"en"};  ///< ISO 639-1, at least one
  std::string source_name = {};                 ///< empty = after the database
  std::string url_env = {};                     ///< empty = after the source: `SHOP_URL`
};

struct Discovery {
  std::string yaml;     ///< the same schema gives the same bytes
  std::string url_env;  ///< the environment variable that the catalog names
  std::size_t datasets = 0;
  std::size_t undecided = 0;  ///< datasets and tables whose owner a person must choose
  std::size_t not_personal = 0;
};

/// Reads the schema, never a row, and walks its keys from the accounts.
/// @return InvalidArgument when `accounts` is not readable, is no column, may hold an ID twice, or
///         is of a type that no owner has; Unavailable and Denied as SourceConnection::open.
/// Errors  DatabaseFailure.
[[nodiscard]] Result<Discovery> discover(const DiscoverOrder& order);

}  // namespace rightful::sources
