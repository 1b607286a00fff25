#include "app/exit_code.hpp"

namespace rightful::app {

ExitCode exit_code_for(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::NotAuthentic:
      return ExitCode::NotAuthentic;
    case ErrorCode::Unavailable:
      return ExitCode::Unavailable;
    case ErrorCode::NotFound:
    case ErrorCode::InvalidArgument:
    case ErrorCode::Conflict:
    case ErrorCode::Expired:
    case ErrorCode::Denied:
    case ErrorCode::LimitExceeded:
      return ExitCode::Failed;
  }
  return ExitCode::Failed;
}

}  // namespace rightful::app
