// O1: the signer's process and the publisher are killed at random instants, again and again. Never
// two roots for a size; afterwards memory, folder and database agree.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>
#include <thread>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/signer_memory.hpp"

#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kKills = 200;

class LedgerCrash : public PublishedLedger {
 protected:
  /// Every note that was ever seen, by size.
  void look() {
    const auto note = directory_->read(ledger::LogPath::checkpoint());
    if (!note) return;
    std::vector<ledger::NoteKey> keys{place_.enter("2026").value().memory().value().keys()};
    const auto opened = ledger::open_checkpoint(*note, keys);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    const auto& head = opened->checkpoint.head;
    ASSERT_GE(head.size, last_) << "the published log went back";
    last_ = head.size;
    const auto [at, is_new] = roots_.emplace(head.size, head.root);
    ASSERT_EQ(at->second, head.root) << "two roots for size " << head.size;
  }

  void expect_agreement() {
    publish();
    const auto memory = place_.enter("2026").value().memory().value();
    EXPECT_FALSE(memory.frozen().has_value());
    EXPECT_EQ(memory.frontier().size(), head_size());
    const auto found = audit();
    EXPECT_TRUE(found.is_verified()) << found.text();
    EXPECT_EQ(found.verdict.checkpoint->checkpoint.head.root, memory.frontier().root());
    EXPECT_EQ(one("SELECT count(*) - count(DISTINCT size) AS answer FROM ledger.checkpoint"), "0");
  }

  std::map<std::uint64_t, ledger::TreeHash> roots_;
  std::uint64_t last_ = 0;
};

TEST_F(LedgerCrash, TheSignerDiesAtAnyInstant) {
  std::mt19937 dice(20260301);  // NOLINT(cert-msc51-cpp,cert-msc32-c): a printed, fixed seed
  start_signer();
  for (int kill = 0; kill < kKills; ++kill) {
    write(3);
    const auto pause = std::chrono::microseconds(dice() % 12'000);
    std::jthread killer([this, pause] {
      SystemClock clock;
      const auto end = std::chrono::steady_clock::now() + pause;
      while (std::chrono::steady_clock::now() < end)
        static_cast<void>(clock.wait_for(std::stop_token(), 0ms));
      process_->kill();
    });
    try {
      auto publisher = make_publisher();
      static_cast<void>(publisher.publish());
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "unavailable");
    }
    killer.join();
    ASSERT_NO_FATAL_FAILURE(look());
    start_signer();
  }
  expect_agreement();
}

TEST_F(LedgerCrash, ThePublisherDiesAtAnyInstant) {
  std::mt19937 dice(20260302);  // NOLINT(cert-msc51-cpp,cert-msc32-c): a printed, fixed seed
  start_signer();
  database_.pool().close_idle();
  for (int kill = 0; kill < kKills; ++kill) {
    write(kill % 20 == 19 ? 300 : 3);
    const auto pool = database_.make_pool(2, nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      // Its own connections: none was open in this pool before the fork.
      store::Publisher publisher(
          *pool, {.log_id = 1, .origin = origin_}, *directory_, *directory_, *remote_, clock_);
      try {
        static_cast<void>(publisher.publish());
      } catch (const std::exception&) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    ASSERT_GT(child, 0);
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(dice() % 40'000);
    SystemClock clock;
    while (std::chrono::steady_clock::now() < end)
      static_cast<void>(clock.wait_for(std::stop_token(), 0ms));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_NO_FATAL_FAILURE(look());
  }
  expect_agreement();
}

}  // namespace
}  // namespace rightful::testing
