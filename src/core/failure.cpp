#include "rightful/core/failure.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

namespace rightful {
namespace {

bool may_pass(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
      return true;
    default:
      return false;
  }
}

std::string cause_of(int error_number) {
  if (error_number == ENOSPC || error_number == EDQUOT) return "disk_full";
  return may_pass(error_number) ? "system_busy" : "system_call";
}

}  // namespace

Failure::Failure(Retry retry, std::string cause, const std::string& text)
    : std::runtime_error(text), retry_(retry), cause_(std::move(cause)) {}

void throw_system_failure(const std::string& what, int error_number) {
  const char* name = strerrordesc_np(error_number);
  throw Failure(may_pass(error_number) ? Retry::Later : Retry::Never,
                cause_of(error_number),
                what + ": " + (name != nullptr ? name : "unknown error"));
}

}  // namespace rightful
