#include "rightful/ledger/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/window.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::ledger {
namespace {

using rightful::testing::IsError;

class WriterTest : public ::testing::Test {
 protected:
  [[nodiscard]] Bytes start(const Writer& writer, std::uint32_t span = 32) const {
    return make_writer_start(writer,
                             enrolment_,
                             {.build = Build::parse("0.1.0").value(),
                              .previous = WriterId::parse("w_0123456789abcdef").value(),
                              .role = "serve",
                              .span = span},
                             {.n = 0, .nonce = {}, .t = Instant{}});
  }

  // The failure of reading a `writer.start` after a change of its text.
  [[nodiscard]] Result<Enrolment> read_changed(std::string_view from, std::string_view to) const {
    std::string text(as_text(start(writer_)));
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    const auto leaf = parse_leaf(as_bytes(text));
    EXPECT_TRUE(leaf.has_value()) << text;
    return read_writer_start(*leaf, origin_, enrolment_.public_key());
  }

  mutable SystemRandom random_;
  const Origin origin_ = Origin::parse("audit.example.test/dsar/dev").value();
  const crypto::SigningKey enrolment_ = crypto::SigningKey::generate(random_);
  const Writer writer_{crypto::SigningKey::generate(random_), origin_};
};

TEST_F(WriterTest, StartEnrolsItsKey) {
  const Bytes bytes = start(writer_);
  const auto leaf = parse_leaf(bytes);

  ASSERT_TRUE(leaf.has_value());
  const auto enrolled = read_writer_start(*leaf, origin_, enrolment_.public_key());
  ASSERT_TRUE(enrolled.has_value());
  EXPECT_EQ(enrolled->key, writer_.public_key());
  EXPECT_EQ(enrolled->span, 32U);
  EXPECT_TRUE(check_signature(bytes, *leaf, origin_, enrolled->key).has_value());
}

TEST_F(WriterTest, StartUnderAnotherEnrolmentKeyIsRefused) {
  const crypto::SigningKey other = crypto::SigningKey::generate(random_);
  const Bytes bytes = start(writer_);
  const auto leaf = parse_leaf(bytes);

  EXPECT_THAT(read_writer_start(*leaf, origin_, other.public_key()),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(WriterTest, CertificateBindsOriginRoleAndTime) {
  const Origin other = Origin::parse("audit.example.test/dsar/next").value();
  const Bytes bytes = start(writer_);

  EXPECT_THAT(read_writer_start(*parse_leaf(bytes), other, enrolment_.public_key()),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(read_changed("\"serve\"", "\"admin\""), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(read_changed("00:00:00.000Z", "00:00:00.001Z"), IsError(ErrorCode::NotAuthentic));
}

TEST_F(WriterTest, StartWithAnotherIdNumberOrSpanIsRefused) {
  EXPECT_THAT(read_changed(writer_.id().text(), "w_0000000000000000"),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(read_changed("\"n\":0", "\"n\":1"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(read_changed("\"span\":32", "\"span\":65"), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(read_changed("\"span\":32", "\"span\":0"), IsError(ErrorCode::InvalidArgument));
}

TEST_F(WriterTest, AnotherEventIsNoStart) {
  const Bytes bytes = writer_.make_leaf(
      Event(System{}, events::WriterVoid{}), std::nullopt, {.n = 0, .nonce = {}, .t = Instant{}});

  EXPECT_THAT(read_writer_start(*parse_leaf(bytes), origin_, enrolment_.public_key()),
              IsError(ErrorCode::InvalidArgument));
}

TEST_F(WriterTest, EqualFactsWithAnotherNonceGiveAnotherLeaf) {
  const Event event(System{}, events::WriterAlive{.upto = 5});
  std::array<std::byte, 16> nonce{};
  const Bytes first = writer_.make_leaf(event, std::nullopt, {.n = 5, .nonce = nonce, .t = {}});
  nonce[0] = std::byte{1};

  EXPECT_NE(first, writer_.make_leaf(event, std::nullopt, {.n = 5, .nonce = nonce, .t = {}}));
}

TEST_F(WriterTest, RefusesAnEventWithoutItsPseudonym) {
  const Event event(System{},
                    AccountId::parse("anna").value(),
                    RequestRef::random(random_),
                    events::JobQueued{.why = "received"});

  EXPECT_DEATH((void)writer_.make_leaf(event, std::nullopt, {}), "subject");
}

}  // namespace
}  // namespace rightful::ledger
