/// @file
/// Errors that the direct caller decides about, as values. Not for faults that end an operation
/// (failure.hpp).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace rightful {

/// The closed list of what a caller can be told; finer facts live in the type of the call.
enum class ErrorCode : std::uint8_t {
  NotFound,
  InvalidArgument,
  Conflict,  ///< wrong state, or a duplicate
  Expired,
  Denied,         ///< known, not allowed
  NotAuthentic,   ///< a signature, tag or proof does not hold
  LimitExceeded,  ///< size or quota
  Unavailable     ///< the same call may work later
};

/// The name of a code in snake_case, as logs and reports print it.
[[nodiscard]] std::string_view name_of(ErrorCode code) noexcept;

/// Secrets  `detail` is for operators: never personal data, never sent to a client of the HTTP API.
struct Error {
  ErrorCode code;
  std::string detail;
};

template <class T>
using Result = std::expected<T, Error>;

/// Makes the error side of any Result: `return fail(ErrorCode::Conflict, "…");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return std::unexpected(Error{code, std::move(detail)});
}

}  // namespace rightful

#define RIGHTFUL_TRY_CONCAT_2(a, b) a##b
#define RIGHTFUL_TRY_CONCAT(a, b) RIGHTFUL_TRY_CONCAT_2(a, b)
#define RIGHTFUL_TRY_VALUE(result, declaration, ...)              \
  auto result = (__VA_ARGS__);                                    \
  if (!result) return std::unexpected(std::move(result).error()); \
  declaration = *std::move(result)
#define RIGHTFUL_TRY_VOID(result, ...)                              \
  do {                                                              \
    auto result = (__VA_ARGS__);                                    \
    if (!result) return std::unexpected(std::move(result).error()); \
  } while (false)
#define RIGHTFUL_TRY_1(expression) \
  RIGHTFUL_TRY_VOID(RIGHTFUL_TRY_CONCAT(rightful_try_, __LINE__), expression)
#define RIGHTFUL_TRY_2(declaration, expression) \
  RIGHTFUL_TRY_VALUE(RIGHTFUL_TRY_CONCAT(rightful_try_, __LINE__), declaration, expression)
#define RIGHTFUL_TRY_PICK(_1, _2, name, ...) name

/// RIGHTFUL_TRY(const auto x, f()) unwraps or returns the error; RIGHTFUL_TRY(f()) the same for
/// Result<void>. It uses `return`: never inside a coroutine. A template comma goes into
/// parentheses.
#define RIGHTFUL_TRY(...) \
  RIGHTFUL_TRY_PICK(__VA_ARGS__, RIGHTFUL_TRY_2, RIGHTFUL_TRY_1, unused)(__VA_ARGS__)
