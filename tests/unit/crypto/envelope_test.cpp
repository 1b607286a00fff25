// Values and most refusals: tests/vectors/crypto/envelope.txt. Here: what the writer makes, and
// every single byte.
#include "rightful/crypto/envelope.hpp"

#include <array>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/service_signature.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

class EnvelopeTest : public ::testing::Test {
 protected:
  [[nodiscard]] SealedPayload payload() {
    return SealedPayload{anna_,
                         request_,
                         sha256(as_bytes("entry")),
                         5,
                         Passphrase::generate(random_),
                         parse_rfc3339("2026-01-02T03:04:05.678Z").value(),
                         parse_rfc3339("2026-02-01T00:00:00Z").value()};
  }

  [[nodiscard]] Result<std::string> make(const SealedPayload& content,
                                         const std::optional<RecoveryWrap>& recovery = {}) {
    const SecretBytes encoded = encode_payload(content);
    const Signature signature = service_.sign(
        service_text(ServiceLabel::Envelope, request_, content.account, sha256(encoded.expose())));
    return make_envelope(
        encoded.expose(), signature, keys_.public_key(), request_, service_.public_key(), recovery);
  }

  [[nodiscard]] Result<SealedPayload> open(std::string_view text) const {
    RIGHTFUL_TRY(const auto envelope, parse_envelope(text));
    return open_envelope(envelope, keys_, anna_, service_.public_key());
  }

  SystemRandom random_;
  AccountId anna_ = AccountId::parse("anna").value();
  RequestId request_ = RequestId::random(random_);
  RequesterRoot root_ = RequesterRoot::generate(random_);
  UnlockKeyPair keys_ = root_.unlock_keys();
  SigningKey service_ = SigningKey::generate(random_);
};

TEST_F(EnvelopeTest, GivesBackWhatWasSealed) {
  const SealedPayload content = payload();

  const auto opened = open(make(content).value());

  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->account, anna_);
  EXPECT_EQ(opened->request, request_);
  EXPECT_EQ(opened->content_sha256, content.content_sha256);
  EXPECT_EQ(opened->size_bytes, 5U);
  EXPECT_EQ(opened->passphrase.expose(), content.passphrase.expose());
  EXPECT_EQ(opened->created, content.created);
  EXPECT_EQ(opened->not_after, content.not_after);
}

TEST_F(EnvelopeTest, CarriesTheRecoveryWayIn) {
  const RecoveryCode code = RecoveryCode::generate(random_);
  const RecoveryWrap wrap{root_.sign_key().public_key(),
                          root_.wrap(code.wrap_key(anna_), WrapKind::Recovery, anna_, random_)};

  const auto envelope = parse_envelope(make(payload(), wrap).value());

  ASSERT_THAT(envelope, IsOk());
  ASSERT_TRUE(envelope->recovery.has_value());
  const auto root = RequesterRoot::unwrap(envelope->recovery->wrapped,
                                          code.wrap_key(anna_),
                                          WrapKind::Recovery,
                                          anna_,
                                          envelope->unlock_key,
                                          envelope->recovery->sign_key);
  ASSERT_THAT(root, IsOk());
  EXPECT_THAT(open_envelope(*envelope, root->unlock_keys(), anna_, service_.public_key()), IsOk());
}

TEST_F(EnvelopeTest, RefusesARecoveryWrapOfAnotherSize) {
  const RecoveryWrap wrap{root_.sign_key().public_key(), Bytes(71)};

  EXPECT_THAT(make(payload(), wrap), IsError(ErrorCode::InvalidArgument));
}

TEST_F(EnvelopeTest, RefusesAKeyToWhichNothingCanBeSealed) {
  const auto nowhere = UnlockPublicKey::from(std::array<std::byte, 32>{});
  const SecretBytes encoded = encode_payload(payload());

  EXPECT_THAT(make_envelope(encoded.expose(),
                            service_.sign({}),
                            nowhere,
                            request_,
                            service_.public_key(),
                            std::nullopt),
              IsError(ErrorCode::InvalidArgument));
}

TEST_F(EnvelopeTest, RefusesEachChangedByteOfTheFile) {
  const std::string text = make(payload()).value();
  ASSERT_THAT(open(text), IsOk());

  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(open(changed).has_value()) << "byte " << at << " of " << text;
  }
}

TEST_F(EnvelopeTest, RefusesEachBeginningOfTheFile) {
  const std::string text = make(payload()).value();

  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_THAT(parse_envelope(std::string_view(text).substr(0, size)),
                IsError(ErrorCode::InvalidArgument));
  }
}

TEST_F(EnvelopeTest, IsNeverLargerThanItsLimit) {
  SealedPayload content = payload();
  content.account = AccountId::parse(std::string(128, '"')).value();
  content.size_bytes = (std::uint64_t{1} << 53U) - 1;
  const RecoveryWrap wrap{root_.sign_key().public_key(), Bytes(kWrapSizeBytes)};

  const auto text = make(content, wrap);

  ASSERT_THAT(text, IsOk());
  EXPECT_LE(text->size(), kMaxEnvelopeBytes);
  EXPECT_THAT(parse_envelope(*text), IsOk());
}

TEST_F(EnvelopeTest, SizeOfTheFileTellsNothing) {
  SealedPayload longest = payload();
  longest.account = AccountId::parse(std::string(128, 'x')).value();

  EXPECT_EQ(make(longest).value().size(), make(payload()).value().size());
}

TEST_F(EnvelopeTest, RefusesAFileOverEightKibibytes) {
  EXPECT_THAT(parse_envelope(std::string(kMaxEnvelopeBytes, ' ')),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_envelope(std::string(kMaxEnvelopeBytes + 1, ' ')),
              IsError(ErrorCode::LimitExceeded));
}

TEST_F(EnvelopeTest, SaysTheSameWhateverIsWrong) {
  const auto envelope = parse_envelope(make(payload()).value()).value();
  const UnlockKeyPair other_keys = UnlockKeyPair::generate(random_);
  const SigningKey other_service = SigningKey::generate(random_);
  const auto other_account = AccountId::parse("bernd").value();

  const auto wrong_key = open_envelope(envelope, other_keys, anna_, service_.public_key());
  const auto wrong_service = open_envelope(envelope, keys_, anna_, other_service.public_key());
  const auto wrong_account = open_envelope(envelope, keys_, other_account, service_.public_key());

  for (const auto* refused : {&wrong_key, &wrong_service, &wrong_account}) {
    ASSERT_THAT(*refused, IsError(ErrorCode::NotAuthentic));
    EXPECT_EQ(refused->error().detail, "not authentic");
  }
}

TEST_F(EnvelopeTest, SealedPartOfAnotherSizeIsRefusedEvenWhenItOpens) {
  auto envelope = parse_envelope(make(payload()).value()).value();
  envelope.sealed = seal(keys_.public_key(), as_bytes("short")).value();

  EXPECT_THAT(open_envelope(envelope, keys_, anna_, service_.public_key()),
              IsError(ErrorCode::NotAuthentic));
}

TEST(EnvelopeDeathTest, SizeThatJsonCannotHoldIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  SystemRandom random;
  const SealedPayload payload{AccountId::parse("a").value(),
                              RequestId::random(random),
                              sha256({}),
                              std::uint64_t{1} << 53U,
                              Passphrase::generate(random),
                              Instant{},
                              Instant{}};

  EXPECT_DEATH((void)encode_payload(payload), "size_bytes");
}

}  // namespace
}  // namespace rightful::crypto
