// Requests and replies between publisher and signer: what is written is read again, all else is
// refused.

#include "rightful/ledger/signer_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/ledger/log_name.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/signer_fixture.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

class SignerProtocol : public SignerFixture {
 protected:
  [[nodiscard]] static ByteView head_of(const Bytes& message) {
    return ByteView(message).first(kSignHeadSizeBytes);
  }

  [[nodiscard]] static Result<SignAnswer> read(const Bytes& message) {
    RIGHTFUL_TRY(const auto head,
                 parse_reply_head(ByteView(message).first(kSignReplyHeadSizeBytes)));
    return parse_reply(head,
                       std::string(as_text(ByteView(message).subspan(kSignReplyHeadSizeBytes))));
  }

  [[nodiscard]] static SignAnswer refusal(SignRefusal::Kind kind,
                                          std::optional<FreezeReason> reason,
                                          std::uint64_t size) {
    return std::unexpected(SignRefusal{kind, reason, size});
  }
};

TEST_F(SignerProtocol, ReadsWhatItWrites) {
  const SignRequest asked = request(5, 300);
  const Bytes message = encode_request(asked);
  const auto head = parse_request_head(head_of(message)).value();
  EXPECT_EQ(head.claimed.size, 300U);
  EXPECT_EQ(head.claimed.root, asked.claimed.root);
  EXPECT_EQ(head.from, 5U);
  EXPECT_EQ(head.leaf_count, 295U);
  const ByteView rest = ByteView(message).subspan(kSignHeadSizeBytes);
  EXPECT_EQ(as_text(rest.first(head.origin_size_bytes)), origin_.text());
  std::vector<TreeHash> leaves;
  append_leaves(rest.subspan(head.origin_size_bytes), leaves);
  EXPECT_EQ(leaves, asked.leaves);
}

TEST_F(SignerProtocol, RefusesEachBitThatHasNoFreedom) {
  const Bytes good = encode_request(request(0, 3));
  ASSERT_THAT(parse_request_head(head_of(good)), IsOk());
  for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 62U, 63U}) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes bad = good;
      bad[at] ^= static_cast<std::byte>(1U << bit);
      EXPECT_THAT(parse_request_head(head_of(bad)), IsError(ErrorCode::InvalidArgument))
          << at << " " << bit;
    }
  }
}

TEST_F(SignerProtocol, RefusesSizesThatCannotBe) {
  Bytes message = encode_request(request(0, 3));
  message[8] = std::byte{0x80};
  EXPECT_THAT(parse_request_head(head_of(message)), IsError(ErrorCode::InvalidArgument));
  message = encode_request(request(0, 3));
  message[48] = std::byte{0x80};
  EXPECT_THAT(parse_request_head(head_of(message)), IsError(ErrorCode::InvalidArgument));
  for (const int length : {0, 2, 201, 255}) {
    message = encode_request(request(0, 3));
    message[61] = static_cast<std::byte>(length);
    EXPECT_THAT(parse_request_head(head_of(message)), IsError(ErrorCode::InvalidArgument));
  }
}

TEST_F(SignerProtocol, CountsLeavesBeforeItReadsThem) {
  Bytes message = encode_request(request(0, 3));
  message[57] = std::byte{0x00};
  message[58] = std::byte{0x40};
  message[59] = std::byte{0x00};
  EXPECT_EQ(parse_request_head(head_of(message)).value().leaf_count, kMaxLeavesPerRequest);
  message[59] = std::byte{0x01};
  EXPECT_THAT(parse_request_head(head_of(message)), IsError(ErrorCode::LimitExceeded));
}

TEST_F(SignerProtocol, RefusesAnotherLength) {
  const Bytes good = encode_request(request(0, 3));
  EXPECT_THAT(parse_request_head(ByteView(good).first(63)), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_request_head(ByteView()), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_reply_head(ByteView(good).first(23)), IsError(ErrorCode::InvalidArgument));
}

TEST_F(SignerProtocol, CarriesEveryAnswer) {
  EXPECT_EQ(read(encode_reply(SignAnswer("a note\n"))).value().value(), "a note\n");
  for (const FreezeReason reason : {FreezeReason::SizeSmaller,
                                    FreezeReason::RootDiffers,
                                    FreezeReason::LeavesDiffer,
                                    FreezeReason::MemoryLost,
                                    FreezeReason::WrongOrigin,
                                    FreezeReason::MemoryRolledBack,
                                    FreezeReason::WrongKey}) {
    const auto answer = read(encode_reply(refusal(SignRefusal::Kind::Frozen, reason, 7))).value();
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, SignRefusal::Kind::Frozen);
    EXPECT_EQ(answer.error().reason, std::optional(reason));
    EXPECT_EQ(answer.error().size, 7U);
  }
  for (const auto kind : {SignRefusal::Kind::SendFrom, SignRefusal::Kind::TooManyLeaves}) {
    const auto answer = read(encode_reply(refusal(kind, std::nullopt, 9))).value();
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, kind);
    EXPECT_FALSE(answer.error().reason.has_value());
    EXPECT_EQ(answer.error().size, 9U);
  }
  EXPECT_THAT(read(encode_reply(SignProblem::PeerDenied)), IsError(ErrorCode::Denied));
  EXPECT_THAT(read(encode_reply(SignProblem::NotKept)), IsError(ErrorCode::Unavailable));
  EXPECT_THAT(read(encode_reply(SignProblem::NotUnderstood)), IsError(ErrorCode::Unavailable));
}

TEST_F(SignerProtocol, RefusesAnswersThatNobodyGives) {
  const Bytes frozen =
      encode_reply(refusal(SignRefusal::Kind::Frozen, FreezeReason::MemoryLost, 7));
  const auto with = [](Bytes bytes, std::size_t at, int value) {
    bytes[at] = static_cast<std::byte>(value);
    return bytes;
  };
  EXPECT_THAT(read(with(frozen, 0, 'X')), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(read(with(frozen, 8, 0)), IsError(ErrorCode::InvalidArgument)) << "kind";
  EXPECT_THAT(read(with(frozen, 8, 1)), IsError(ErrorCode::InvalidArgument)) << "without note";
  EXPECT_THAT(read(with(frozen, 8, 3)), IsError(ErrorCode::InvalidArgument)) << "a reason";
  EXPECT_THAT(read(with(frozen, 9, 0)), IsError(ErrorCode::InvalidArgument)) << "no reason";
  EXPECT_THAT(read(with(frozen, 9, 8)), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(read(with(frozen, 10, 1)), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(read(with(frozen, 12, 1)), IsError(ErrorCode::InvalidArgument)) << "a huge note";
  const Bytes problem = encode_reply(SignProblem::NotKept);
  EXPECT_THAT(read(with(problem, 8, 19)), IsError(ErrorCode::InvalidArgument));
}

TEST(LogName, IsTheLastPartOfTheOrigin) {
  const auto name = [](std::string_view origin) { return log_name(Origin::parse(origin).value()); };
  EXPECT_EQ(name("audit.localhost/rightful/1").value(), "1");
  EXPECT_EQ(name("audit.example.org/dsar/2026b").value(), "2026b");
  EXPECT_EQ(name("plain").value(), "plain");
  for (const std::string_view bad : {"audit/", "audit/.", "audit/..", "audit/.hidden", "audit/-x"})
    EXPECT_THAT(name(bad), IsError(ErrorCode::InvalidArgument)) << bad;
}

TEST(LogName, RefusesWhatIsNoName) {
  EXPECT_TRUE(is_log_name("2026"));
  for (const std::string_view bad : {"", ".", "..", "a/b", "A", "a b", "_x"})
    EXPECT_FALSE(is_log_name(bad)) << bad;
}

}  // namespace
}  // namespace rightful::ledger::testing
