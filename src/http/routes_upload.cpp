// A colleague supplies what no program reaches, through a link that is bound to one dataset of one
// request (docs/adr/0029).
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"

#include "http/json_answer.hpp"
#include "http/language_choice.hpp"
#include "http/router.hpp"
#include "http/upload_page.hpp"

namespace rightful::http {
namespace {

using exporting::LinkRefusal;
using exporting::LinkRefusalKind;

constexpr const char* kAccountField = "Rightful-Account";
constexpr std::chrono::seconds kBusyRetry{30};

Problem problem_of(LinkRefusal refusal) {
  const auto kind_of = [](LinkRefusalKind kind) {
    switch (kind) {
      case LinkRefusalKind::Dead:
        return ProblemKind::LinkDead;
      case LinkRefusalKind::OtherAccount:
        return ProblemKind::OtherAccount;
      case LinkRefusalKind::ForeignRecord:
        return ProblemKind::ForeignRecord;
      case LinkRefusalKind::BadForm:
        return ProblemKind::UploadInvalid;
      case LinkRefusalKind::TooLarge:
        return ProblemKind::UploadTooLarge;
      case LinkRefusalKind::Busy:
        return ProblemKind::Unavailable;
    }
    return ProblemKind::Internal;
  };
  Problem problem(kind_of(refusal.kind));
  problem.reason = std::move(refusal.reason);
  if (refusal.kind == LinkRefusalKind::Busy) problem.retry_after = kBusyRetry;
  return problem;
}

/// What is no token is a dead link: nothing tells the two apart.
Handled<lifecycle::Token> token_of(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.field("authorization").value_or("");
  auto token = lifecycle::Token::parse(value.starts_with(kScheme) ? value.substr(kScheme.size())
                                                                  : std::string_view());
  if (!token) return std::unexpected(Problem(ProblemKind::LinkDead));
  return *std::move(token);
}

/// `%C3%A9` → its bytes, so that every account ID fits into a header field.
/// @return nothing for a percent sign without two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(value);
    at += 2;
  }
  return decoded;
}

Handled<AccountId> typed_account(const HttpRequest& request) {
  if (request.count("rightful-account") == 0) {
    return std::unexpected(Problem::of_field(ProblemKind::FieldMissing, kAccountField));
  }
  const auto text = percent_decoded(request.field("rightful-account").value_or(""));
  auto account = AccountId::parse(text.value_or(""));
  if (!account) return std::unexpected(Problem::of_field(ProblemKind::FieldInvalid, kAccountField));
  return *std::move(account);
}

class LinkedUpload final : public HttpUpload {
 public:
  LinkedUpload(std::unique_ptr<exporting::IncomingUpload> upload, const TraceId& trace)
      : upload_(std::move(upload)), trace_(trace) {}

  void write(std::string_view bytes) override { upload_->append(as_bytes(bytes)); }

  [[nodiscard]] HttpResponse finish() override {
    const auto records = upload_->finish();
    if (!records) return problem_response(problem_of(records.error()), trace_);
    return json_response(200, {{"records", *records}});
  }

 private:
  std::unique_ptr<exporting::IncomingUpload> upload_;
  TraceId trace_;
};

std::string_view accepted_languages(const HttpRequest& request) {
  return request.field("accept-language").value_or("");
}

}  // namespace

Handled<HttpResponse> get_upload_page(const Call& call) {
  std::vector<std::string> languages;
  std::ranges::copy_if(
      call.api.settings.languages, std::back_inserter(languages), [](const std::string& language) {
        return std::ranges::find(upload_page_languages(), language) !=
               upload_page_languages().end();
      });
  if (languages.empty()) languages.push_back(upload_page_languages().front());
  const std::string& language = choose_language(accepted_languages(call.request), languages);
  return HttpResponse{.fields = {{"Content-Type", "text/html; charset=utf-8"},
                                 {"Content-Language", language},
                                 {"Vary", "Accept-Language"}},
                      .body = upload_page(language),
                      .content_policy = upload_page_policy()};
}

Handled<HttpResponse> get_upload(const Call& call) {
  RIGHTFUL_TRY(const lifecycle::Token token, token_of(call.request));
  const auto task = call.api.uploads.find(token);
  if (!task) return std::unexpected(Problem(ProblemKind::LinkDead));
  const std::string& language = choose_language(accepted_languages(call.request), task->languages);
  return json_response(200,
                       {{"request", task->request.to_string()},
                        {"language", language},
                        {"title", task->title.in(language)},
                        {"instructions", task->instructions.in(language)},
                        {"due", format_date(task->due)},
                        {"until", format_rfc3339(task->until)},
                        {"max_bytes", task->max_bytes}});
}

Handled<std::unique_ptr<HttpUpload>> put_upload(const Call& call, std::uint64_t size_bytes) {
  RIGHTFUL_TRY(const lifecycle::Token token, token_of(call.request));
  RIGHTFUL_TRY(AccountId typed, typed_account(call.request));
  auto upload = call.api.uploads.receive(token, std::move(typed), size_bytes);
  if (!upload) return std::unexpected(problem_of(std::move(upload).error()));
  return std::make_unique<LinkedUpload>(*std::move(upload), call.request.trace);
}

}  // namespace rightful::http
