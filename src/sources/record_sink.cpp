#include "rightful/sources/record_sink.hpp"

namespace rightful::sources {

std::string_view name_of(ValueKind kind) noexcept {
  switch (kind) {
    case ValueKind::Null:
      return "null";
    case ValueKind::Boolean:
      return "boolean";
    case ValueKind::Integer:
      return "integer";
    case ValueKind::Decimal:
      return "decimal";
    case ValueKind::Double:
      return "double";
    case ValueKind::Text:
      return "text";
    case ValueKind::Instant:
      return "instant";
    case ValueKind::DateTime:
      return "datetime";
    case ValueKind::Date:
      return "date";
    case ValueKind::Time:
      return "time";
    case ValueKind::Interval:
      return "interval";
    case ValueKind::Bytes:
      return "bytes";
    case ValueKind::Json:
      return "json";
    case ValueKind::Uuid:
      return "uuid";
    case ValueKind::Redacted:
      return "redacted";
    case ValueKind::Pseudonym:
      return "pseudonym";
  }
  return "";
}

}  // namespace rightful::sources
