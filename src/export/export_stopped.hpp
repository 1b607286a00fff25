/// @file
/// Why an export child ends without a package; named to the supervisor by a closed word.
#pragma once

#include <string>
#include <string_view>

#include "rightful/core/failure.hpp"
#include "rightful/sources/source_error.hpp"

namespace rightful::exporting {

/// Thrown inside the child where nothing below its entry point could decide; caught there.
class ExportStopped : public Failure {
 public:
  /// @param dataset  of the catalog, or empty.
  ExportStopped(Retry retry, std::string_view cause, std::string_view dataset = {})
      : Failure(retry, std::string(cause), "the export stopped"), dataset_(dataset) {}

  [[nodiscard]] const std::string& dataset() const noexcept { return dataset_; }

 private:
  std::string dataset_;
};

/// The word under which job, ledger and incident know a source's refusal.
[[nodiscard]] constexpr std::string_view cause_of(sources::SourceErrorKind kind) noexcept {
  using sources::SourceErrorKind;
  switch (kind) {
    case SourceErrorKind::ForeignRecord:
      return "foreign_row";
    case SourceErrorKind::MissingObject:
      return "missing_object";
    case SourceErrorKind::RefusedReference:
      return "foreign_object";
    case SourceErrorKind::ObjectChanged:
      return "object_changed";
    case SourceErrorKind::CountMismatch:
      return "count_mismatch";
    case SourceErrorKind::AccountNotPossible:
      return "bad_value";
    case SourceErrorKind::SchemaChanged:
      return "unknown_column";
    case SourceErrorKind::RoleTooPowerful:
      return "role_too_powerful";
    case SourceErrorKind::AccessDenied:
      return "source_refused";
    case SourceErrorKind::BadAnswer:
      return "bad_answer";
    case SourceErrorKind::RepeatedRecord:
      return "repeated_record";
    case SourceErrorKind::NotConfigured:
      return "not_configured";
  }
  return "internal";
}

/// The value, or the end of the export.
template <class T>
T value_or_stop(sources::SourceResult<T> result) {
  if (!result)
    throw ExportStopped(Retry::Never, cause_of(result.error().kind), result.error().dataset);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace rightful::exporting
