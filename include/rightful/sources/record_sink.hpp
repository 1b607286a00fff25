/// @file
/// Where the records of one account arrive: typed, checked by the guard, one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/catalog/catalog.hpp"

namespace rightful::sources {

/// How the text of a Value is to be read. All texts are exact: nothing was rounded.
enum class ValueKind : std::uint8_t {
  Null,      ///< no value; text is empty
  Boolean,   ///< `true`, `false`
  Integer,   ///< decimal digits with an optional `-`, up to 64 bits
  Decimal,   ///< exact decimal, any length, `NaN`, `Infinity` or `-Infinity`
  Double,    ///< shortest text that reads back to the same number (a JSON number), or `NaN`,
             ///< `Infinity`, `-Infinity`
  Text,      ///< valid UTF-8
  Instant,   ///< RFC 3339 in UTC with up to 6 fraction digits: `2024-02-29T12:00:00.5Z`
  DateTime,  ///< without a zone: `2024-02-29T12:00:00`
  Date,      ///< `2024-02-29`
  Time,      ///< `12:00:00`, `12:00:00+02`
  Interval,  ///< ISO 8601 duration: `P1Y2M3DT4H5M6S`
  Bytes,     ///< base64 with padding
  Json,      ///< one complete JSON text, to be embedded as it is (JSON columns, arrays, composites)
  Uuid,      ///< 36 characters, lower case
  Redacted,  ///< third_party: redact; a value was there, text is empty
  Pseudonym  ///< third_party: pseudonymise; text is a number from 1, the same for the same value in
             ///< one package
};

[[nodiscard]] std::string_view name_of(ValueKind kind) noexcept;

/// Valid until the call that brought it returns.
struct Value {
  ValueKind kind = ValueKind::Null;
  std::string_view text;
};

/// One column of what follows. `field` lives as long as the catalog.
struct ColumnHead {
  const catalog::Field* field = nullptr;
  /// What the source says the column is; a single value may be Null, Redacted, or Text where the
  /// form has no room for it (a date before Christ, an infinite instant).
  ValueKind kind = ValueKind::Text;
};

struct DatasetHead {
  const catalog::Dataset* dataset = nullptr;
  std::vector<ColumnHead>
      columns;             ///< delivered fields in the order of the catalog; none that is withheld
  std::uint64_t rows = 0;  ///< counted in the same snapshot
};

struct Record {
  std::uint64_t number = 0;  ///< from 1, in this dataset
  std::span<const std::string_view>
      owners;                     ///< every owner, at least one of them the account; none twice
  std::span<const Value> values;  ///< one per column of the head
};

/// An object that a record names. Copyable: it may be kept and opened after the records are done.
///
/// Secrets  `reference` is personal.
struct ObjectReference {
  const catalog::Dataset* dataset = nullptr;
  const catalog::Field* field = nullptr;
  std::uint64_t record = 0;  ///< number of the record
  std::string reference;     ///< as the row holds it; its owner has been checked
  /// ObjectStream::version() of when it was opened first: it must still be that. Empty = any.
  std::string version = {};
};

/// Errors  an implementation throws Failure to end the reading.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  virtual void begin_dataset(const DatasetHead& head) = 0;
  /// Called after the guard has agreed.
  virtual void on_record(const Record& record) = 0;
  /// After the record that names it, once for each attachment that is not NULL.
  virtual void on_object(const ObjectReference& object) = 0;
};

}  // namespace rightful::sources
