/// @file
/// Statements on the epochs of the key-encryption key and on what they wrap.
#pragma once

#include "rightful/store/sql.hpp"

namespace rightful::store::queries {

inline constexpr Sql kCurrentKek{"current_kek",
                                 "SELECT max(epoch) AS epoch FROM ledger_secret.kek"};

}  // namespace rightful::store::queries
