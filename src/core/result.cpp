#include "rightful/core/result.hpp"

namespace rightful {

std::string_view name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::InvalidArgument:
      return "invalid_argument";
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::Expired:
      return "expired";
    case ErrorCode::Denied:
      return "denied";
    case ErrorCode::NotAuthentic:
      return "not_authentic";
    case ErrorCode::LimitExceeded:
      return "limit_exceeded";
    case ErrorCode::Unavailable:
      return "unavailable";
  }
  return "unknown";
}

}  // namespace rightful
