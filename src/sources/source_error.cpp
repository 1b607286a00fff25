#include "rightful/sources/source_error.hpp"

#include <fmt/format.h>

namespace rightful::sources {

std::string_view name_of(SourceErrorKind kind) noexcept {
  switch (kind) {
    case SourceErrorKind::ForeignRecord:
      return "foreign_record";
    case SourceErrorKind::MissingObject:
      return "missing_object";
    case SourceErrorKind::RefusedReference:
      return "refused_reference";
    case SourceErrorKind::ObjectChanged:
      return "object_changed";
    case SourceErrorKind::CountMismatch:
      return "count_mismatch";
    case SourceErrorKind::AccountNotPossible:
      return "account_not_possible";
    case SourceErrorKind::SchemaChanged:
      return "schema_changed";
    case SourceErrorKind::RoleTooPowerful:
      return "role_too_powerful";
    case SourceErrorKind::AccessDenied:
      return "access_denied";
    case SourceErrorKind::BadAnswer:
      return "bad_answer";
    case SourceErrorKind::RepeatedRecord:
      return "repeated_record";
    case SourceErrorKind::NotConfigured:
      return "source_not_configured";
  }
  return "";
}

std::string to_string(const SourceError& error) {
  const std::string place =
      error.dataset.empty() ? error.source : error.source + "." + error.dataset;
  return fmt::format("{} in {}: {}", name_of(error.kind), place, error.detail);
}

}  // namespace rightful::sources
