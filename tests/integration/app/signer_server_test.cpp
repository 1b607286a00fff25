// The signer's socket: who may speak, and what a hostile peer gets.
#include "app/signer_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <string>

#include <gmock/gmock.h>

#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/signer_protocol.hpp"

#include "app/signer_socket.hpp"
#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class SignerServerTest : public PublishedLedger {
 protected:
  SignerServerTest() { start_signer(); }

  [[nodiscard]] ledger::SignRequest empty_request() const {
    return {.origin = origin_, .claimed = {0, ledger::empty_root()}, .from = 0, .leaves = {}};
  }

  /// What the signer answers to these bytes; nothing when it just closes.
  [[nodiscard]] std::optional<std::uint8_t> answer_to(ByteView bytes, bool ends = true) const {
    const auto connection = app::connect_to(place_.socket()).value();
    const auto deadline = std::chrono::steady_clock::now() + 15s;
    static_cast<void>(app::write_all(connection, bytes, deadline));
    if (ends) ::shutdown(connection.get(), SHUT_WR);
    std::array<std::byte, ledger::kSignReplyHeadSizeBytes> head{};
    if (!app::read_exactly(connection, head, deadline)) return std::nullopt;
    return ledger::parse_reply_head(head).value().kind;
  }
};

TEST_F(SignerServerTest, SignsTheEmptyTreeTwiceAlike) {
  const auto first = remote_->sign(empty_request());
  const auto second = remote_->sign(empty_request());
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(*first, *second);
}

TEST_F(SignerServerTest, RefusesWhatIsNoRequest) {
  const Bytes good = ledger::encode_request(empty_request());
  EXPECT_EQ(answer_to(good), 1U);
  for (const std::size_t at : {0U, 7U, 60U, 62U, 63U}) {
    Bytes bad = good;
    bad[at] ^= std::byte{0x55};
    EXPECT_EQ(answer_to(bad), 16U) << at;
  }
  Bytes many = good;
  many[56] = std::byte{0x7F};
  EXPECT_EQ(answer_to(many), 16U) << "two thousand million leaves";
  Bytes huge = good;
  huge[8] = std::byte{0x80};
  EXPECT_EQ(answer_to(huge), 16U) << "no tree has that size";
  Bytes traversal = ledger::encode_request({.origin = ledger::Origin::parse("audit/..").value(),
                                            .claimed = {0, ledger::empty_root()},
                                            .from = 0,
                                            .leaves = {}});
  EXPECT_EQ(answer_to(traversal), 16U) << "no log is called ..";
  EXPECT_EQ(answer_to(ByteView(good).first(40)), std::nullopt);
  EXPECT_EQ(answer_to(to_bytes("GET / HTTP/1.1\r\n\r\n" + std::string(64, 'x'))), 16U);
  EXPECT_EQ(answer_to(good), 1U) << "and nothing is frozen";
}

TEST_F(SignerServerTest, ReadsNothingOfAStranger) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs a second user";
  // A server in this process whose own user is not ours cannot be made; a client of another user
  // can.
  ASSERT_EQ(::chmod(place_folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(signer_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(place_.socket().c_str(), 0666), 0);
  const UniqueFd connection = [this] {
    struct AsNobody {
      AsNobody() { static_cast<void>(::seteuid(65534)); }

      ~AsNobody() { static_cast<void>(::seteuid(0)); }
    } const as_nobody;

    auto made = app::connect_to(place_.socket());
    return made ? *std::move(made) : UniqueFd();
  }();
  ASSERT_TRUE(connection.is_open());
  std::array<std::byte, ledger::kSignReplyHeadSizeBytes> head{};
  ASSERT_TRUE(
      app::read_exactly(connection, head, std::chrono::steady_clock::now() + 10s).has_value());
  EXPECT_EQ(ledger::parse_reply_head(head).value().kind, 17U);
  EXPECT_THAT(process_->output(), HasSubstr("event=signer_peer_denied uid=65534"));
}

TEST_F(SignerServerTest, OnlyOneRunsOnAFolder) {
  SignerProcess second(signer_, ledger_, place_folder_.path() / "second.log");
  SystemClock clock;
  for (int look = 0; look < 500 && second.output().empty(); ++look)
    static_cast<void>(clock.wait_for(std::stop_token(), 20ms));
  EXPECT_THAT(second.output(), HasSubstr("another signer runs on"));
  EXPECT_TRUE(remote_->sign(empty_request()).has_value());
}

TEST_F(SignerServerTest, StaysSmallAndUndumpable) {
  write(60);
  publish();
  ledger::SignRequest large = empty_request();
  large.claimed.size = ledger::kMaxLeavesPerRequest;
  large.leaves.assign(ledger::kMaxLeavesPerRequest, ledger::empty_root());
  large.from = 1;  // sent back without harm
  const auto answer = remote_->sign(large);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ledger::SignRefusal::Kind::SendFrom);

  const std::string proc = "/proc/" + std::to_string(process_->pid());
  const std::string status = text_of(proc + "/status");
  const auto value = [&status](const std::string& name) {
    const std::size_t at = status.find(name);
    return at == std::string::npos ? 0L : std::stol(status.substr(at + name.size()));
  };
  RecordProperty("peak_kib", static_cast<int>(value("VmHWM:")));
#ifndef RIGHTFUL_SANITIZED
  EXPECT_LT(value("RssAnon:"), 4 * 1024) << status;
  EXPECT_LT(value("VmHWM:"), 32 * 1024) << "the program's own pages are most of it: " << status;
#endif
  EXPECT_THAT(text_of(proc + "/limits"), ::testing::ContainsRegex("Max core file size +0 +0"));
}

}  // namespace
}  // namespace rightful::testing
