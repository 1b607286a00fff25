#include <array>
#include <chrono>
#include <type_traits>

#include <gtest/gtest.h>

#include "rightful/core/account_scope.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/lifecycle/identity_proof.hpp"
#include "rightful/lifecycle/session.hpp"
#include "rightful/lifecycle/token.hpp"

#include "lifecycle/download_coverage.hpp"
#include "lifecycle/sign_in_throttle.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::lifecycle {
namespace {

using testing::IsError;
using testing::IsOk;
using namespace std::chrono_literals;

constexpr Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 5} + 9h;

AccountId account(const char* text) {
  return *AccountId::parse(text);
}

Session a_session(SystemRandom& random, std::optional<Instant> stepped_up_at) {
  return {.id = SessionId::random(random),
          .account = account("anna"),
          .created_at = kNow - 1h,
          .last_seen_at = kNow,
          .expires_at = kNow + 7h,
          .stepped_up_at = stepped_up_at};
}

TEST(SignInThrottle, LetsFiveFailuresPass) {
  EXPECT_EQ(throttle_left(0, kNow, kNow), 0s);
  EXPECT_EQ(throttle_left(4, kNow, kNow), 0s);
  EXPECT_EQ(throttle_left(5, kNow, kNow), 1s);
}

TEST(SignInThrottle, DoublesUpToAQuarterOfAnHour) {
  EXPECT_EQ(throttle_left(6, kNow, kNow), 2s);
  EXPECT_EQ(throttle_left(14, kNow, kNow), 512s);
  EXPECT_EQ(throttle_left(15, kNow, kNow), 900s);
  EXPECT_EQ(throttle_left(1'000'000, kNow, kNow), 900s);
}

TEST(SignInThrottle, CountsFromTheLastFailure) {
  EXPECT_EQ(throttle_left(6, kNow - 1999ms, kNow), 1s);
  EXPECT_EQ(throttle_left(6, kNow - 2s, kNow), 0s);
}

TEST(SignInThrottle, IsNotLengthenedByAClockSetBack) {
  EXPECT_EQ(throttle_left(6, kNow + 10h, kNow), 2s);
}

TEST(SignInThrottle, ForgetsAfterADay) {
  EXPECT_EQ(counted_failures(9, kNow - 24h, kNow), 9);
  EXPECT_EQ(counted_failures(9, kNow - 24h - 1us, kNow), 0);
  EXPECT_EQ(throttle_left(9, kNow - 25h, kNow), 0s);
}

TEST(SessionLife, IsFreshForFiveMinutes) {
  SystemRandom random;

  EXPECT_TRUE(a_session(random, kNow).is_fresh(kNow));
  EXPECT_TRUE(a_session(random, kNow - 5min).is_fresh(kNow));
  EXPECT_FALSE(a_session(random, kNow - 5min - 1us).is_fresh(kNow));
  EXPECT_FALSE(a_session(random, kNow + 1us).is_fresh(kNow));
  EXPECT_FALSE(a_session(random, std::nullopt).is_fresh(kNow));
}

TEST(SessionLife, EndsWhenIdleOrOld) {
  SystemRandom random;
  Session session = a_session(random, std::nullopt);

  EXPECT_TRUE(session.is_alive(kNow + 15min));
  EXPECT_FALSE(session.is_alive(kNow + 15min + 1us));
  session.last_seen_at = session.expires_at - 1us;
  EXPECT_TRUE(session.is_alive(session.expires_at - 1us));
  EXPECT_FALSE(session.is_alive(session.expires_at));
}

TEST(Token, RoundTripsAndHashesItsBytes) {
  SystemRandom random;
  const Token token = Token::generate(random);

  const auto again = Token::parse(token.expose());

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(token.expose().size(), 43U);
  EXPECT_EQ(again->hash(), token.hash());
  EXPECT_EQ(token.hash(), crypto::sha256(*from_base64url(token.expose())));
  EXPECT_NE(Token::generate(random).hash(), token.hash());
}

TEST(Token, RefusesOtherForms) {
  const std::string text(43, 'A');

  EXPECT_THAT(Token::parse(text), IsOk());
  EXPECT_THAT(Token::parse(text.substr(1)), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Token::parse(text + "="), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Token::parse(std::string(42, 'A') + "B"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(Token::parse(""), IsError(ErrorCode::InvalidArgument));
}

class IdentityProofOfAStatement : public ::testing::Test {
 protected:
  SystemRandom random_;
  crypto::SigningKey key_ = crypto::SigningKey::generate(random_);
  crypto::RequestStatement statement_{
      .request = RequestId::random(random_),
      .account = account("anna"),
      .unlock_key = crypto::UnlockPublicKey::from(std::array<std::byte, 32>{}),
      .nonce = crypto::Nonce::from(std::array<std::byte, 16>{}),
      .time = kNow};
  crypto::Signature signature_ = crypto::sign_statement(statement_, key_);
};

TEST_F(IdentityProofOfAStatement, GivesTheScopeOfAccountAndRequest) {
  const auto scope = IdentityProof::from_statement(
      statement_, key_.public_key(), signature_, account("anna"), statement_.request);

  ASSERT_THAT(scope, IsOk());
  EXPECT_EQ(scope->account(), account("anna"));
  EXPECT_EQ(scope->request(), statement_.request);
}

TEST_F(IdentityProofOfAStatement, RefusesAnotherAccount) {
  EXPECT_THAT(IdentityProof::from_statement(
                  statement_, key_.public_key(), signature_, account("anna2"), statement_.request),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(IdentityProofOfAStatement, RefusesAnotherRequest) {
  EXPECT_THAT(
      IdentityProof::from_statement(
          statement_, key_.public_key(), signature_, account("anna"), RequestId::random(random_)),
      IsError(ErrorCode::NotAuthentic));
}

TEST_F(IdentityProofOfAStatement, RefusesASwappedAccountInTheStatement) {
  statement_.account = account("anna2");

  EXPECT_THAT(IdentityProof::from_statement(
                  statement_, key_.public_key(), signature_, account("anna2"), statement_.request),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(IdentityProofOfAStatement, RefusesAnotherKey) {
  const auto other = crypto::SigningKey::generate(random_);

  EXPECT_THAT(IdentityProof::from_statement(
                  statement_, other.public_key(), signature_, account("anna"), statement_.request),
              IsError(ErrorCode::NotAuthentic));
}

TEST(IdentityProofOfASession, NeedsAFreshStepUp) {
  SystemRandom random;
  const RequestId request = RequestId::random(random);

  const auto fresh = IdentityProof::from_session(a_session(random, kNow), request, kNow);

  ASSERT_THAT(fresh, IsOk());
  EXPECT_EQ(fresh->account(), account("anna"));
  EXPECT_THAT(IdentityProof::from_session(a_session(random, kNow - 6min), request, kNow),
              IsError(ErrorCode::Denied));
  EXPECT_THAT(IdentityProof::from_session(a_session(random, std::nullopt), request, kNow),
              IsError(ErrorCode::Denied));
}

TEST(IdentityProofOfASession, RefusesASessionThatHasEnded) {
  SystemRandom random;
  Session session = a_session(random, kNow);
  session.expires_at = kNow;

  EXPECT_THAT(IdentityProof::from_session(session, RequestId::random(random), kNow),
              IsError(ErrorCode::Denied));
}

static_assert(!std::is_constructible_v<AccountScope, AccountId, RequestId>,
              "only IdentityProof makes a scope");

TEST(DownloadCoverage, IsWholeAfterOneFullRange) {
  SystemRandom random;
  DownloadCoverage coverage;

  EXPECT_TRUE(coverage.add(RequestId::random(random), 0, 100, 100));
}

TEST(DownloadCoverage, JoinsPartsInAnyOrder) {
  SystemRandom random;
  const RequestId request = RequestId::random(random);
  DownloadCoverage coverage;

  EXPECT_FALSE(coverage.add(request, 60, 100, 100));
  EXPECT_FALSE(coverage.add(request, 0, 30, 100));
  EXPECT_FALSE(coverage.add(request, 31, 60, 100));
  EXPECT_TRUE(coverage.add(request, 25, 31, 100));
}

TEST(DownloadCoverage, KeepsPackagesApart) {
  SystemRandom random;
  DownloadCoverage coverage;

  EXPECT_FALSE(coverage.add(RequestId::random(random), 0, 50, 100));
  EXPECT_FALSE(coverage.add(RequestId::random(random), 50, 100, 100));
}

TEST(DownloadCoverage, StartsAnewAfterAWholeDownload) {
  SystemRandom random;
  const RequestId request = RequestId::random(random);
  DownloadCoverage coverage;
  ASSERT_TRUE(coverage.add(request, 0, 100, 100));

  EXPECT_FALSE(coverage.add(request, 50, 100, 100));
}

}  // namespace
}  // namespace rightful::lifecycle
