/// @file
/// Compares the owner of every row and every object with the one account of this export. It is the
/// wall that stands when a statement, a view or a catalog is wrong.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rightful/core/account_scope.hpp"
#include "rightful/sources/source_error.hpp"

namespace rightful::sources {

/// Bound to one scope for its whole life: there is no way to ask it about another account.
///
/// Errors   sticky: after the first foreign record every call returns that error.
/// Threads  one.
/// Secrets  errors name dataset and source, never a value.
class OwnershipGuard {
 public:
  explicit OwnershipGuard(const AccountScope& scope) : account_(scope.account()) {}

  /// A row is the account's when the account is among its owners, byte for byte; a NULL is nobody.
  /// @param owners  every owner value of the row, as the source gave it.
  /// @return ForeignRecord for a row that the account is not an owner of, or that has no owner.
  [[nodiscard]] SourceResult<void> check(std::string_view source,
                                         std::string_view dataset,
                                         std::span<const std::optional<std::string_view>> owners);

  /// An object is the account's when its reference begins with `owner_prefix`, in which `{account}`
  /// stands for the account.
  /// @param owner_prefix  from the catalog; empty = the row alone says whose it is.
  /// @return ForeignRecord
  [[nodiscard]] SourceResult<void> check_object(std::string_view source,
                                                std::string_view dataset,
                                                std::string_view owner_prefix,
                                                std::string_view reference);

 private:
  SourceResult<void> refuse(std::string_view source, std::string_view dataset);

  AccountId account_;
  std::optional<SourceError> refused_;
};

}  // namespace rightful::sources
