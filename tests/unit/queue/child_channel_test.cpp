#include "rightful/queue/child_channel.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::queue {
namespace {

struct Pair {
  UniqueFd left;
  UniqueFd right;
};

Pair make_pair_of_sockets() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

bool never() {
  return false;
}

TEST(FrameDecoder, GivesFramesHoweverTheyAreCut) {
  const std::string stream = encode_frame("one", 100) + encode_frame("two", 100);
  FrameDecoder decoder(100);
  std::vector<std::string> frames;

  for (const char byte : stream) {
    decoder.feed(as_bytes(std::string_view(&byte, 1)));
    const auto next = decoder.next();
    ASSERT_TRUE(next.has_value());
    if (*next) frames.push_back(**next);
  }

  EXPECT_EQ(frames, (std::vector<std::string>{"one", "two"}));
  EXPECT_FALSE(decoder.is_midway());
}

TEST(FrameDecoder, RefusesALengthAboveTheLimit) {
  FrameDecoder decoder(3);
  decoder.feed(as_bytes(encode_frame("four", 4)));

  EXPECT_THAT(decoder.next(), testing::IsError(ErrorCode::LimitExceeded));
  EXPECT_THAT(decoder.next(), testing::IsError(ErrorCode::InvalidArgument)) << "sticky";
}

TEST(FrameDecoder, AcceptsAFrameAtTheLimit) {
  FrameDecoder decoder(4);
  decoder.feed(as_bytes(encode_frame("four", 4)));

  EXPECT_EQ(decoder.next().value(), "four");
}

TEST(FrameDecoder, RefusesLengthZero) {
  FrameDecoder decoder(10);
  decoder.feed(as_bytes(std::string_view("\0\0\0\0", 4)));

  EXPECT_THAT(decoder.next(), testing::IsError(ErrorCode::InvalidArgument));
}

TEST(SupervisorEnd, CarriesFramesBothWays) {
  const auto down = make_pair_of_sockets();
  const auto up = make_pair_of_sockets();
  SupervisorEnd supervisor(up.left.get(), down.left.get(), never);
  ChildEnd child(down.right.get(), up.right.get());

  ASSERT_TRUE(supervisor.send("input").has_value());
  EXPECT_EQ(child.receive().value(), "input");
  child.send("fact");

  const auto received = supervisor.receive();
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->event, SupervisorEnd::Event::Frame);
  EXPECT_EQ(received->text, "fact");
}

TEST(SupervisorEnd, SendsMoreThanAPipeHolds) {
  const auto down = make_pair_of_sockets();
  const auto up = make_pair_of_sockets();
  SupervisorEnd supervisor(up.left.get(), down.left.get(), never);
  const std::string large(4U << 20U, 'x');
  std::string got;
  std::thread child(
      [&] { got = ChildEnd(down.right.get(), up.right.get()).receive().value_or(""); });

  EXPECT_TRUE(supervisor.send(large).has_value());

  child.join();
  EXPECT_EQ(got, large);
}

TEST(SupervisorEnd, SeesTheEnd) {
  const auto down = make_pair_of_sockets();
  auto up = make_pair_of_sockets();
  SupervisorEnd supervisor(up.left.get(), down.left.get(), never);
  up.right.reset();

  EXPECT_EQ(supervisor.receive()->event, SupervisorEnd::Event::End);
}

TEST(SupervisorEnd, RefusesAStreamThatEndsInsideAFrame) {
  const auto down = make_pair_of_sockets();
  auto up = make_pair_of_sockets();
  SupervisorEnd supervisor(up.left.get(), down.left.get(), never);
  const std::string frame = encode_frame("whole", 100);
  ASSERT_EQ(::write(up.right.get(), frame.data(), frame.size() - 1),
            static_cast<ssize_t>(frame.size() - 1));
  up.right.reset();

  EXPECT_THAT(supervisor.receive(), testing::IsError(ErrorCode::InvalidArgument));
}

TEST(SupervisorEnd, StopsWaitingWhenInterrupted) {
  const auto down = make_pair_of_sockets();
  const auto up = make_pair_of_sockets();
  int asked = 0;
  SupervisorEnd supervisor(up.left.get(), down.left.get(), [&] { return ++asked > 2; });

  EXPECT_EQ(supervisor.receive()->event, SupervisorEnd::Event::Interrupted);
  EXPECT_THAT(supervisor.send("late"), testing::IsError(ErrorCode::Unavailable));
}

TEST(SupervisorEnd, SendingToADeadChildIsAnErrorAndNoSignal) {
  auto down = make_pair_of_sockets();
  const auto up = make_pair_of_sockets();
  SupervisorEnd supervisor(up.left.get(), down.left.get(), never);
  down.right.reset();

  EXPECT_THAT(supervisor.send("x"), testing::IsError(ErrorCode::Unavailable));
}

TEST(ChildEnd, SeesThatTheSupervisorIsGone) {
  auto down = make_pair_of_sockets();
  const auto up = make_pair_of_sockets();
  ChildEnd child(down.right.get(), up.right.get());
  down.left.reset();

  EXPECT_THAT(child.receive(), testing::IsError(ErrorCode::Unavailable));
}

}  // namespace
}  // namespace rightful::queue
