#include "http/problem.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "http/language_choice.hpp"

namespace rightful::http {
namespace {

using lifecycle::RefusalKind;

// In the order of ProblemKind. Public words: they say what to do next and never what the server
// knows of a person.
// clang-format off
constexpr std::array<ProblemText, kProblemKindCount> kTexts{{
    {"bad_request", 400, "The request is not well-formed HTTP", "Send HTTP/1.1 with plain header fields and no body where none is expected."},
    {"bad_target", 400, "The address is not in its plain form", "Use the path as documented: no percent-encoding, no empty or dot segments, a query only where one is documented."},
    {"host_invalid", 400, "Exactly one valid Host field is needed", "Send one Host field with the name of this server."},
    {"length_required", 411, "Transfer-Encoding is not accepted", "Send the body with one Content-Length field."},
    {"request_timeout", 408, "The request took too long to arrive", "Send it again, without a pause."},
    {"header_too_large", 431, "The header is too large", "Send at most 16 KiB of header fields."},
    {"body_too_large", 413, "The body is too large", "Send at most 64 KiB."},
    {"expectation_failed", 417, "This expectation is not supported", "Send no Expect field, or 100-continue."},
    {"version_not_supported", 505, "Only HTTP/1.1 and HTTP/1.0 are spoken", "Use HTTP/1.1."},
    {"not_found", 404, "There is nothing here", "Check the address; what belongs to another account looks the same as what does not exist."},
    {"method_not_allowed", 405, "This address does not take this method", "Use one of the methods in the Allow field."},
    {"misdirected", 421, "This server does not answer for that name", "Without TLS it answers to localhost and loopback addresses only."},
    {"origin_foreign", 403, "The call came from another site", "Use the portal of this server, or a client that sends no Origin."},
    {"media_type", 415, "The body must be JSON", "Send Content-Type: application/json."},
    {"body_invalid", 400, "The body is not the JSON that is expected", "Send one JSON object in UTF-8, without duplicate members, at most 8 levels deep."},
    {"field_unknown", 400, "There is a member or parameter that does not exist", "Leave out what `field` names."},
    {"field_missing", 400, "A member or parameter is missing", "Add what `field` names."},
    {"field_invalid", 400, "A value is not accepted", "Correct what `field` names."},
    {"sign_in_needed", 401, "Sign in first", "There is no session, or it has ended: POST /v1/session."},
    {"step_up_needed", 403, "Show your credential again", "This needs a credential shown in the last 5 minutes: POST /v1/session/step-up."},
    {"credential_wrong", 401, "Account or credential is wrong", "Check both and try again."},
    {"too_many_tries", 429, "Too many failed tries", "Wait for the time in Retry-After, then try again."},
    {"invitation_invalid", 403, "The invitation is not valid", "It was used, is out of date, or belongs to another account: ask for a new one."},
    {"already_enrolled", 409, "The account has enrolled already", "Sign in."},
    {"statement_not_authentic", 422, "The signature of the statement does not hold", "Sign exactly the statement that is sent, with the key that the account enrolled."},
    {"statement_time", 422, "The statement's time is too far from the server's", "Set the clock of your device and sign again; 5 minutes are tolerated."},
    {"nonce_used", 409, "This statement was used before", "Make a new id and a new nonce and sign again."},
    {"request_open", 409, "A request of this account is open", "It goes on, and so does its clock: see the request named in `request`."},
    {"not_possible", 409, "The request's state does not allow this", "`state` says where it stands, `possible` what can be done."},
    {"package_not_ready", 409, "The package is not ready", "See the request for its progress."},
    {"package_frozen", 409, "The package is frozen", "An incident is open on it; nothing leaves until it has been looked into."},
    {"package_gone", 410, "The package is gone", "It has expired or was withdrawn, and was destroyed. You may ask again."},
    {"ledger_unavailable", 503, "Nothing can be handed out at the moment", "Every delivery is recorded first, and the record is paused. Your package is safe: try again after the time in Retry-After."},
    {"range_not_satisfiable", 416, "The range lies outside the package", "Content-Range names the size."},
    {"link_dead", 404, "This link does not work", "It was used, is out of date, or was taken back: ask whoever sent it for a new one."},
    {"other_account", 403, "This is not the account of the request", "Look the account ID up in your own system and type it anew; after five wrong ones the link ends."},
    {"foreign_record", 422, "The file holds something of another account", "`reason` says where: take it out, look how it came in, and send the file again."},
    {"upload_invalid", 422, "The file has not the agreed form", "`reason` says where: correct the file and send it again."},
    {"upload_too_large", 413, "The file is too large", "The page of the link says how large it may be."},
    {"staff_needed", 401, "A token of a member of staff is needed", "Send Authorization: Bearer with the token that `rightful admin staff add` printed; one that has ended is none."},
    {"role_needed", 403, "Your role does not allow this", "Ask whoever administers staff; the refusal is in the ledger."},
    {"internal", 500, "Something failed on our side", "Try again later; if it stays, tell us the trace id."},
    {"unavailable", 503, "The service cannot answer now", "Try again later."},
}};
// clang-format on

ProblemKind kind_of(RefusalKind kind) noexcept {
  switch (kind) {
    case RefusalKind::NotFound:
      return ProblemKind::NotFound;
    case RefusalKind::InvalidField:
      return ProblemKind::FieldInvalid;
    case RefusalKind::SignInNeeded:
      return ProblemKind::SignInNeeded;
    case RefusalKind::StepUpNeeded:
      return ProblemKind::StepUpNeeded;
    case RefusalKind::CredentialWrong:
      return ProblemKind::CredentialWrong;
    case RefusalKind::TooManyTries:
      return ProblemKind::TooManyTries;
    case RefusalKind::InvitationInvalid:
      return ProblemKind::InvitationInvalid;
    case RefusalKind::AccountExists:
    case RefusalKind::AlreadyEnrolled:
      return ProblemKind::AlreadyEnrolled;
    case RefusalKind::StatementNotAuthentic:
      return ProblemKind::StatementNotAuthentic;
    case RefusalKind::StatementTime:
      return ProblemKind::StatementTime;
    case RefusalKind::NonceUsed:
      return ProblemKind::NonceUsed;
    case RefusalKind::RequestOpen:
      return ProblemKind::RequestOpen;
    case RefusalKind::NotPossible:
      return ProblemKind::NotPossible;
    case RefusalKind::PackageNotReady:
      return ProblemKind::PackageNotReady;
    case RefusalKind::PackageFrozen:
      return ProblemKind::PackageFrozen;
    case RefusalKind::PackageGone:
      return ProblemKind::PackageGone;
    case RefusalKind::LedgerUnavailable:
      return ProblemKind::LedgerUnavailable;
    case RefusalKind::StaffNeeded:
      return ProblemKind::StaffNeeded;
    case RefusalKind::RoleNeeded:
      return ProblemKind::RoleNeeded;
  }
  return ProblemKind::Internal;
}

struct Words {
  std::string_view language;  ///< empty: the one that all have
  std::string_view title;
  std::string_view detail;
};

// What somebody is told who waits for their package and can do nothing about it.
// clang-format off
constexpr std::array<Words, 2> kLedgerUnavailable{{
    {"fr", "Rien ne peut être remis pour le moment", "Chaque remise est d’abord inscrite dans un journal, et celui-ci est arrêté pour l’instant. Votre paquet est en sécurité : réessayez après le délai indiqué par Retry-After."},
    {"de", "Zurzeit kann nichts herausgegeben werden", "Jede Herausgabe wird zuerst in einem Protokoll vermerkt, und dieses ruht gerade. Ihr Paket ist sicher: Versuchen Sie es nach der Zeit in Retry-After noch einmal."},
}};
// clang-format on

const std::vector<std::string>& offered_languages() {
  static const std::vector<std::string> kLanguages = {"en", "fr", "de"};
  return kLanguages;
}

Words words_of(ProblemKind kind, std::string_view accepted_languages) {
  const ProblemText& text = text_of(kind);
  if (kind != ProblemKind::LedgerUnavailable)
    return {.language = {}, .title = text.title, .detail = text.detail};
  const std::string& language = choose_language(accepted_languages, offered_languages());
  const auto* const found = std::ranges::find(kLedgerUnavailable, language, &Words::language);
  if (found != kLedgerUnavailable.end()) return *found;
  return {.language = "en", .title = text.title, .detail = text.detail};
}

nlohmann::ordered_json body_of(const Problem& problem, const Words& words, const TraceId& trace) {
  const ProblemText& text = text_of(problem.kind);
  nlohmann::ordered_json body{{"type", "urn:rightful:problem:" + std::string(text.name)},
                              {"title", words.title},
                              {"status", text.status},
                              {"detail", words.detail}};
  if (!problem.field.empty()) body["field"] = problem.field;
  if (!problem.reason.empty()) body["reason"] = problem.reason;
  if (problem.request) body["request"] = problem.request->to_string();
  if (!problem.state.empty()) {
    body["state"] = problem.state;
    body["possible"] = problem.possible;
  }
  body["trace"] = trace.to_string();
  return body;
}

}  // namespace

const ProblemText& text_of(ProblemKind kind) noexcept {
  return kTexts[static_cast<std::size_t>(kind)];
}

Problem::Problem(const lifecycle::Refusal& refusal)
    : kind(kind_of(refusal.kind)),
      field(refusal.field),
      request(refusal.request),
      state(refusal.state ? name_of(*refusal.state) : ""),
      retry_after(refusal.retry_after) {
  for (const lifecycle::RequestEvent event : refusal.possible) {
    possible.emplace_back(name_of(event));
  }
}

Problem Problem::of_field(ProblemKind kind, std::string_view field) {
  Problem problem(kind);
  problem.field = field;
  return problem;
}

HttpResponse problem_response(const Problem& problem,
                              const TraceId& trace,
                              std::string_view accepted_languages) {
  const Words words = words_of(problem.kind, accepted_languages);
  HttpResponse response{.status = text_of(problem.kind).status,
                        .fields = {{"Content-Type", "application/problem+json"}},
                        .body = body_of(problem, words, trace).dump() + "\n"};
  if (!words.language.empty()) {
    response.fields.emplace_back("Content-Language", words.language);
    response.fields.emplace_back("Vary", "Accept-Language");
  }
  if (problem.retry_after.count() > 0) {
    response.fields.emplace_back("Retry-After", std::to_string(problem.retry_after.count()));
  }
  if (problem.kind == ProblemKind::StaffNeeded) {
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
  }
  if (problem.kind == ProblemKind::MethodNotAllowed) {
    response.fields.emplace_back("Allow", problem.allow);
  }
  if (problem.complete_length) {
    response.fields.emplace_back("Content-Range",
                                 "bytes */" + std::to_string(*problem.complete_length));
  }
  return response;
}

}  // namespace rightful::http
