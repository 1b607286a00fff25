#include "http/problem.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

namespace rightful::http {
namespace {

using lifecycle::Refusal;
using lifecycle::RefusalKind;

TEST(ProblemTable, HasUniqueNamesAndWordsForEachKind) {
  std::set<std::string_view> names;
  for (std::size_t index = 0; index < kProblemKindCount; ++index) {
    const ProblemText& text = text_of(static_cast<ProblemKind>(index));
    names.insert(text.name);
    EXPECT_GE(text.status, 400) << text.name;
    EXPECT_LE(text.status, 505) << text.name;
    EXPECT_FALSE(text.title.empty() || text.detail.empty()) << text.name;
  }
  EXPECT_EQ(names.size(), kProblemKindCount);
}

TEST(ProblemTable, BeginsAndEndsWhereTheKindsDo) {
  EXPECT_EQ(text_of(ProblemKind::BadRequest).name, "bad_request");
  EXPECT_EQ(text_of(ProblemKind::MediaType).name, "media_type");
  EXPECT_EQ(text_of(ProblemKind::SignInNeeded).name, "sign_in_needed");
  EXPECT_EQ(text_of(ProblemKind::RangeNotSatisfiable).name, "range_not_satisfiable");
  EXPECT_EQ(text_of(ProblemKind::Unavailable).name, "unavailable");
}

TEST(ProblemTable, GivesEveryRefusalOfLifecycleItsName) {
  for (int index = 0; index <= static_cast<int>(RefusalKind::PackageGone); ++index) {
    const auto kind = static_cast<RefusalKind>(index);
    const Problem problem{Refusal{.kind = kind, .detail = ""}};

    if (kind == RefusalKind::InvalidField) {
      EXPECT_EQ(problem.kind, ProblemKind::FieldInvalid);
    } else if (kind == RefusalKind::AccountExists) {
      EXPECT_EQ(problem.kind, ProblemKind::AlreadyEnrolled);
    } else {
      EXPECT_EQ(text_of(problem.kind).name, lifecycle::name_of(kind));
    }
  }
}

TEST(Problem, IsTheSameBytesWhetherAbsentOrForeign) {
  SystemRandom random;
  const TraceId trace = TraceId::random(random);

  const auto absent = problem_response(ProblemKind::NotFound, trace);
  const auto foreign =
      problem_response(Refusal{.kind = RefusalKind::NotFound, .detail = "other words"}, trace);

  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(absent.body, foreign.body);
  EXPECT_EQ(absent.fields, foreign.fields);
}

TEST(Problem, NeverShowsTheOperatorsDetail) {
  SystemRandom random;
  const auto response = problem_response(
      Refusal{.kind = RefusalKind::CredentialWrong, .detail = "CANARY"}, TraceId::random(random));

  EXPECT_EQ(response.body.find("CANARY"), std::string::npos);
}

TEST(Problem, TellsWhatIsPossibleInstead) {
  SystemRandom random;
  const RequestId request = RequestId::random(random);
  const TraceId trace = TraceId::random(random);
  const auto response = problem_response(Refusal{.kind = RefusalKind::NotPossible,
                                                 .detail = "",
                                                 .request = request,
                                                 .state = lifecycle::RequestState::Downloaded,
                                                 .possible = {lifecycle::RequestEvent::NotMine}},
                                         trace);

  const auto body = nlohmann::json::parse(response.body);
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(body["type"], "urn:rightful:problem:not_possible");
  EXPECT_EQ(body["request"], request.to_string());
  EXPECT_EQ(body["state"], "downloaded");
  EXPECT_EQ(body["possible"], nlohmann::json::array({"not_mine"}));
  EXPECT_EQ(body["trace"], trace.to_string());
}

TEST(Problem, TellsInThreeLanguagesThatNothingIsHandedOut) {
  SystemRandom random;
  const TraceId trace = TraceId::random(random);
  const auto answer = [&](std::string_view accepted) {
    return problem_response(Refusal{.kind = RefusalKind::LedgerUnavailable,
                                    .detail = "",
                                    .retry_after = std::chrono::seconds(60)},
                            trace,
                            accepted);
  };
  const auto title = [&](std::string_view accepted) {
    return nlohmann::json::parse(answer(accepted).body).value("title", "");
  };

  EXPECT_EQ(title(""), "Nothing can be handed out at the moment");
  EXPECT_EQ(title("fr-CH, en;q=0.5"), "Rien ne peut être remis pour le moment");
  EXPECT_EQ(title("nl, de;q=0.8"), "Zurzeit kann nichts herausgegeben werden");
  EXPECT_EQ(title("nl"), title(""));
  const auto german = answer("de");
  EXPECT_EQ(german.status, 503);
  EXPECT_THAT(
      german.fields,
      ::testing::IsSupersetOf({std::pair<std::string, std::string>("Content-Language", "de"),
                               {"Vary", "Accept-Language"},
                               {"Retry-After", "60"}}));
  EXPECT_EQ(nlohmann::json::parse(german.body).value("type", ""),
            "urn:rightful:problem:ledger_unavailable");
  EXPECT_EQ(problem_response(ProblemKind::NotFound, trace, "de").body,
            problem_response(ProblemKind::NotFound, trace).body);
}

TEST(Problem, SaysWhenToTryAgain) {
  SystemRandom random;
  const auto response = problem_response(
      Refusal{
          .kind = RefusalKind::TooManyTries, .detail = "", .retry_after = std::chrono::seconds(8)},
      TraceId::random(random));

  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.fields.back(), (std::pair<std::string, std::string>{"Retry-After", "8"}));
}

}  // namespace
}  // namespace rightful::http
