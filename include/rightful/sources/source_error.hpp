/// @file
/// Why a source could not be read completely and correctly: every cause ends the export. A lost
/// connection, a time-out or a full disk is not here: those are Failures (core/failure.hpp).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace rightful::sources {

enum class SourceErrorKind : std::uint8_t {
  ForeignRecord,     ///< a row or object that is not the account's, or has no owner → quarantine
  MissingObject,     ///< a row names an object that is not there → quarantine, or a note if allowed
  RefusedReference,  ///< an object's name is absolute, leaves its root, or leads over a link →
                     ///< quarantine
  ObjectChanged,     ///< an object was replaced or changed while it was read → another attempt
  CountMismatch,     ///< rows delivered differ from rows counted in the same snapshot → quarantine
  AccountNotPossible,  ///< the account ID cannot stand in the owner's column (`0042` as a number) →
                       ///< a person
  SchemaChanged,       ///< table or columns are not what the catalog describes → a person
  RoleTooPowerful,     ///< the role may write, or is above row security → a person
  AccessDenied,    ///< a service or store refuses our credentials, or what they ask for → a person
  BadAnswer,       ///< a service answers otherwise than its contract says → a person
  RepeatedRecord,  ///< a record came twice, or out of order → quarantine
  NotConfigured    ///< no URL or folder was given for a source, or it cannot be used → a person
};

/// `foreign_record` …: the closed word for ledger and statistics, `[a-z0-9_]{1,24}`.
[[nodiscard]] std::string_view name_of(SourceErrorKind kind) noexcept;

/// Secrets  names of sources, datasets and columns only: never a value, a path or an account.
struct SourceError {
  SourceErrorKind kind;
  std::string source;
  std::string dataset;  ///< empty when it is about the whole source
  std::string detail;   ///< what is wrong and what to do, for an operator

  friend bool operator==(const SourceError&, const SourceError&) = default;
};

/// `foreign_record in shop.voice_recording: …`
[[nodiscard]] std::string to_string(const SourceError& error);

template <class T>
using SourceResult = std::expected<T, SourceError>;

}  // namespace rightful::sources
