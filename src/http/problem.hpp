/// @file
/// Everything that the API can refuse, in one table: kind → status, type, words. RFC 9457,
/// application/problem+json.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/id.hpp"
#include "rightful/http/message.hpp"
#include "rightful/lifecycle/refusal.hpp"

namespace rightful::http {

enum class ProblemKind : std::uint8_t {
  // the transport's
  BadRequest,
  BadTarget,
  HostInvalid,
  LengthRequired,
  RequestTimeout,
  HeaderTooLarge,
  BodyTooLarge,
  ExpectationFailed,
  VersionNotSupported,
  // the router's
  NotFound,
  MethodNotAllowed,
  Misdirected,
  OriginForeign,
  MediaType,
  // the body's
  BodyInvalid,
  FieldUnknown,
  FieldMissing,
  FieldInvalid,
  // the life of a request
  SignInNeeded,
  StepUpNeeded,
  CredentialWrong,
  TooManyTries,
  InvitationInvalid,
  AlreadyEnrolled,
  StatementNotAuthentic,
  StatementTime,
  NonceUsed,
  RequestOpen,
  NotPossible,
  PackageNotReady,
  PackageFrozen,
  PackageGone,
  LedgerUnavailable,
  RangeNotSatisfiable,
  // an upload through a link
  LinkDead,
  OtherAccount,
  ForeignRecord,
  UploadInvalid,
  UploadTooLarge,
  // staff
  StaffNeeded,
  RoleNeeded,
  // ours
  Internal,
  Unavailable
};

inline constexpr std::size_t kProblemKindCount = 43;

struct ProblemText {
  std::string_view name;  ///< snake_case; the type is `urn:rightful:problem:<name>`
  int status;
  std::string_view title;
  std::string_view detail;  ///< what to do next
};

[[nodiscard]] const ProblemText& text_of(ProblemKind kind) noexcept;

/// One refusal. Converts from what lifecycle refuses, so that RIGHTFUL_TRY carries it up.
/// Secrets  members hold only ids that Rightful made, state names, names of fields and places in an
/// upload.
struct Problem {
  // NOLINTNEXTLINE(google-explicit-constructor): a kind alone is the usual problem
  Problem(ProblemKind problem_kind) : kind(problem_kind) {}

  // NOLINTNEXTLINE(google-explicit-constructor): handlers return a refusal as it is
  Problem(const lifecycle::Refusal& refusal);
  static Problem of_field(ProblemKind kind, std::string_view field);

  ProblemKind kind;
  std::string field{};   ///< name of a JSON member, or of a header field
  std::string reason{};  ///< what is wrong with an upload; never a value of it
  std::optional<RequestId> request{};
  std::string state{};
  std::vector<std::string> possible{};
  std::chrono::seconds retry_after{0};
  std::string allow{};                             ///< of MethodNotAllowed
  std::optional<std::uint64_t> complete_length{};  ///< of RangeNotSatisfiable
};

template <class T>
using Handled = std::expected<T, Problem>;

/// The same bytes for the same problem, but for the trace id and the language. `title` and `detail`
/// of `ledger_unavailable`, which people are shown as they are, are in English, French or German;
/// all others are for programs and those who write them, in English.
/// @param accepted_languages  the value of Accept-Language; may be empty.
[[nodiscard]] HttpResponse problem_response(const Problem& problem,
                                            const TraceId& trace,
                                            std::string_view accepted_languages = {});

}  // namespace rightful::http
