#include "rightful/sources/ownership_guard.hpp"

#include <algorithm>

namespace rightful::sources {
namespace {

constexpr std::string_view kPlaceholder = "{account}";

}  // namespace

SourceResult<void> OwnershipGuard::check(std::string_view source,
                                         std::string_view dataset,
                                         std::span<const std::optional<std::string_view>> owners) {
  if (refused_) return std::unexpected(*refused_);
  const bool is_ours = std::any_of(owners.begin(), owners.end(), [this](const auto& owner) {
    return owner.has_value() && *owner == account_.expose();
  });
  if (!is_ours) return refuse(source, dataset);
  return {};
}

SourceResult<void> OwnershipGuard::check_object(std::string_view source,
                                                std::string_view dataset,
                                                std::string_view owner_prefix,
                                                std::string_view reference) {
  if (refused_) return std::unexpected(*refused_);
  if (owner_prefix.empty()) return {};
  const std::string& account = account_.expose();
  const std::size_t at = owner_prefix.find(kPlaceholder);
  // With a slash in it the account would be two folders, and could not be told from account and
  // folder.
  if (at == std::string_view::npos || account.find('/') != std::string::npos) {
    return refuse(source, dataset);
  }
  const std::string_view before = owner_prefix.substr(0, at);
  const std::string_view after = owner_prefix.substr(at + kPlaceholder.size());
  const bool is_ours = reference.starts_with(before) &&
                       reference.substr(before.size()).starts_with(account) &&
                       reference.substr(before.size() + account.size()).starts_with(after);
  if (!is_ours) return refuse(source, dataset);
  return {};
}

SourceResult<void> OwnershipGuard::refuse(std::string_view source, std::string_view dataset) {
  refused_ = SourceError{SourceErrorKind::ForeignRecord,
                         std::string(source),
                         std::string(dataset),
                         "a record or object does not belong to the account of this export"};
  return std::unexpected(*refused_);
}

}  // namespace rightful::sources
