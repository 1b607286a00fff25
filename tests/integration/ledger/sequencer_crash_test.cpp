// The sequencer dies, or its connection breaks, at every step and at random moments: no leaf is
// lost, none is logged twice, the tree is what the verifier expects.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/database_failure.hpp"

#include "tests/integration/ledger/postgres_proxy.hpp"
#include "tests/integration/ledger/sequencer_fixture.hpp"

namespace rightful::testing {
namespace {

using Fate = PostgresProxy::Fate;

// NOLINTBEGIN(concurrency-mt-unsafe): the environment is the child's argument list
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// NOLINTEND(concurrency-mt-unsafe)

TEST(SequencerProcess, DISABLED_RunsUntilItIsKilled) {  // no test: what the tests below kill
  const std::string url = environment("RIGHTFUL_SEQUENCER_URL");
  if (url.empty()) GTEST_SKIP() << "started by SequencerCrash";
  const auto keys = crypto::ServerKeys::open(environment("RIGHTFUL_SEQUENCER_KEYS"));
  ASSERT_TRUE(keys.has_value());
  SystemClock clock;
  SystemRandom random;
  store::Sequencer sequencer({.url = url},
                             {.log_id = 1,
                              .build = ledger::Build::parse("0.1.0").value(),
                              .batch_rows = std::stoul(environment("RIGHTFUL_SEQUENCER_ROWS"))},
                             *keys,
                             clock,
                             random);
  for (;;) {
    try {
      if (sequencer.run_batch().rows == 0) pause(std::chrono::milliseconds(1));
    } catch (const Failure&) {
      pause(std::chrono::milliseconds(1));
    }
  }
}

/// A process with a sequencer, killed by the destructor at the latest.
class SequencerProcess {
 public:
  SequencerProcess(const std::string& url, const std::string& keys, int batch_rows = 64) {
    const std::array<std::string, 3> variables{
        "RIGHTFUL_SEQUENCER_URL=" + url,
        "RIGHTFUL_SEQUENCER_KEYS=" + keys,
        "RIGHTFUL_SEQUENCER_ROWS=" + std::to_string(batch_rows)};
    process_ = ::fork();
    if (process_ != 0) return;
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    std::array<const char*, 5> arguments{"ledger_integration_test",
                                         "--gtest_filter=SequencerProcess.*",
                                         "--gtest_also_run_disabled_tests",
                                         nullptr};
    std::array<const char*, 4> surroundings{
        variables[0].c_str(), variables[1].c_str(), variables[2].c_str(), nullptr};
    ::execve("/proc/self/exe",
             const_cast<char* const*>(arguments.data()),
             const_cast<char* const*>(surroundings.data()));
    ::_exit(127);
  }

  SequencerProcess(const SequencerProcess&) = delete;
  SequencerProcess& operator=(const SequencerProcess&) = delete;

  ~SequencerProcess() { kill(); }

  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
  }

  void send(int signal) const { ::kill(process_, signal); }

  /// SIGSTOP; returns when none of its threads moves any more.
  void stand_still() const {
    send(SIGSTOP);
    int status = 0;
    ::waitpid(process_, &status, WUNTRACED);
  }

  /// VmHWM
  [[nodiscard]] double peak_mib() const {
    std::ifstream status("/proc/" + std::to_string(process_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    }
    return 0;
  }

 private:
  pid_t process_ = -1;
};

class SequencerCrash : public SequencerFixture {
 protected:
  std::string keys_folder() const { return (folder_.path() / "keys").string(); }

  /// `count` leaves of a new writer, its start among them.
  void stage_some(std::uint64_t count) {
    const HandWriter writer = hand_writer();
    std::vector<Bytes> leaves{writer.start(keys_.ledger_enrolment_key())};
    for (std::uint64_t n = 1; n < count; ++n)
      leaves.push_back(writer.leaf(n));
    stage(leaves);
    staged_ += count;
  }

  /// Nothing lost, nothing twice, no false alarm, sound for an auditor.
  void expect_all_logged() {
    drain();
    EXPECT_EQ(count("ledger.outbox"), 0);
    EXPECT_EQ(places_of("writer.void").size() + starts_of("work"), staged_);
    EXPECT_EQ(count("ledger.rejected"), 0);
    EXPECT_EQ(places_of("log.gap").size(), 0U);
    EXPECT_EQ(count("incident"), 0);
    expect_sound();
  }

  /// Of a process that stands still: has it begun a batch and not ended it, while leaves wait?
  bool is_in_a_batch() {
    return count(
               "pg_stat_activity WHERE application_name = 'rightful-sequencer' AND datname = "
               "current_database() AND xact_start IS NOT NULL AND EXISTS (SELECT FROM "
               "ledger.outbox)") > 0;
  }

  std::size_t starts_of(const std::string& role) {
    std::size_t count = 0;
    for (const OutboxLeaf& leaf : log()) {
      if (leaf.act == "writer.start" && leaf.fields.find("role=" + role) != std::string::npos) {
        ++count;
      }
    }
    return count;
  }

  std::uint64_t staged_ = 0;
};

// O1, O3: the connection is cut before and after each message of a batch; in between the server
// has done the step, and perhaps the COMMIT.
TEST_F(SequencerCrash, CutAtEveryMessage) {
  std::atomic<std::uint64_t> cut_at{0};
  std::atomic<Fate> how{Fate::Pass};
  std::atomic<std::uint64_t> begins_at{0};
  PostgresProxy* self = nullptr;
  PostgresProxy proxy(database_.url(), [&](const PostgresProxy::Message& message) {
    return message.number == cut_at ? how.load() : Fate::Pass;
  });
  self = &proxy;
  store::ConnectionSettings settings = database_.settings();
  settings.url = proxy.url();
  store::Sequencer sequencer(settings, facts(64), keys_, clock_, random_);
  stage_some(10);
  static_cast<void>(sequencer.run_batch());
  std::uint64_t cuts = 0;
  for (const Fate fate : {Fate::CutBefore, Fate::CutAfter}) {
    how = fate;
    for (std::uint64_t step = 1;; ++step) {
      stage_some(70);  // a full batch, with one checked ahead, and the rest
      begins_at = self->messages();
      cut_at = begins_at + step;
      bool has_failed = false;
      try {
        while (sequencer.run_batch().rows > 0) {
        }
      } catch (const Failure& failure) {
        has_failed = true;
        EXPECT_EQ(failure.retry(), Retry::Later) << failure.cause();
      }
      cut_at = 0;
      if (!has_failed) break;
      ++cuts;
      // What the dead connection holds, the server gives up by itself.
      for (int i = 0; i < 500 && sequencer.run_batch().state == store::BatchState::Busy; ++i)
        pause(std::chrono::milliseconds(10));
    }
  }
  EXPECT_GT(cuts, 40U);
  sequencer.stop();

  expect_all_logged();
}

// The queries' table is being made anew, and that breaks off: nothing of it is lost or stays half
// made once it was repeated, and a batch goes on between.
TEST_F(SequencerCrash, ARebuildIsCutAtEveryMessage) {
  std::atomic<std::uint64_t> cut_at{0};
  PostgresProxy proxy(database_.url(), [&](const PostgresProxy::Message& message) {
    return message.number == cut_at ? Fate::CutAfter : Fate::Pass;
  });
  store::ConnectionSettings settings = database_.settings();
  settings.url = proxy.url();
  const auto sequencer = make_sequencer();
  stage_some(4150);  // more than a step
  drain(*sequencer);
  int cuts = 0;
  for (std::uint64_t step = 1;; ++step) {
    database_.execute(
        "UPDATE ledger.lookup SET act = 'log.gap', n = n + 100000 WHERE idx % 97 = 3");
    cut_at = proxy.messages() + step;
    bool has_failed = false;
    try {
      EXPECT_EQ(store::rebuild_lookup(settings, 1), head_size());
    } catch (const store::DatabaseFailure& failure) {
      has_failed = true;
      EXPECT_EQ(failure.retry(), Retry::Later) << failure.cause();
    }
    cut_at = 0;
    if (!has_failed) break;
    ++cuts;
    stage_some(2);
    for (int i = 0; i < 500 && sequencer->run_batch().state == store::BatchState::Busy; ++i)
      pause(std::chrono::milliseconds(10));
  }
  EXPECT_GT(cuts, 15);
  EXPECT_EQ(store::rebuild_lookup(database_.settings(), 1), head_size());
  sequencer->stop();

  expect_all_logged();
}

// The same inside the sequencer, which makes it anew when somebody's row is in its way.
TEST_F(SequencerCrash, ARepairIsCutAtEveryMessage) {
  std::atomic<std::uint64_t> cut_at{0};
  PostgresProxy proxy(database_.url(), [&](const PostgresProxy::Message& message) {
    return message.number == cut_at ? Fate::CutAfter : Fate::Pass;
  });
  store::ConnectionSettings settings = database_.settings();
  settings.url = proxy.url();
  stage_some(20);
  drain();
  int cuts = 0;
  for (std::uint64_t step = 1;; ++step) {
    store::Sequencer sequencer(settings, facts(64), keys_, clock_, random_);
    database_.execute(
        "INSERT INTO ledger.lookup SELECT log_id, (SELECT size FROM ledger.head), t, act, out, "
        "actor, subj, req, writer_id, 999999 FROM ledger.lookup WHERE idx = 3");
    stage_some(3);
    cut_at = proxy.messages() + step;
    bool has_failed = false;
    try {
      while (sequencer.run_batch().rows > 0) {
      }
    } catch (const Failure& failure) {
      has_failed = true;
      EXPECT_EQ(failure.retry(), Retry::Later) << failure.cause() << " at " << step;
    }
    cut_at = 0;
    if (!has_failed) break;
    ++cuts;
    const auto next = make_sequencer();
    for (int i = 0; i < 500 && next->run_batch().state == store::BatchState::Busy; ++i)
      pause(std::chrono::milliseconds(10));
  }
  EXPECT_GT(cuts, 15);

  expect_all_logged();
}

// O1: the process itself, at every message of its first batches.
TEST_F(SequencerCrash, KilledAtEveryMessage) {
  for (std::uint64_t step = 1; step <= 45; ++step) {
    stage_some(40);
    std::atomic<SequencerProcess*> victim{nullptr};
    std::atomic<bool> is_dead{false};
    PostgresProxy proxy(database_.url(), [&](const PostgresProxy::Message& message) {
      if (message.number != step) return Fate::Pass;
      while (victim == nullptr)
        std::this_thread::yield();
      victim.load()->send(SIGKILL);
      is_dead = true;
      return step % 2 == 0 ? Fate::Pass : Fate::CutAfter;
    });
    SequencerProcess process(proxy.url(), keys_folder());
    victim = &process;
    for (int i = 0; i < 2000 && !is_dead; ++i)
      pause(std::chrono::milliseconds(5));
    ASSERT_TRUE(is_dead) << step;
    process.kill();
  }

  expect_all_logged();
}

// O1: at random moments of its work, while leaves keep coming. Kills of one that waits show
// nothing: how many found a batch unfinished is counted, and it goes on until they are enough.
TEST_F(SequencerCrash, KilledAtRandomMoments) {
  constexpr int kKills = 200;
  constexpr int kMostKills = 5 * kKills;
  constexpr int kEnough = kKills / 4;
  std::mt19937 random(1911);
  int in_a_batch = 0;
  stage_some(1);
  int kill = 0;
  for (; kill < kKills || (in_a_batch < kEnough && kill < kMostKills); ++kill) {
    const std::uint64_t before = head_size();
    SequencerProcess process(database_.url(), keys_folder());
    stage_some(100);
    for (int wait = 0; wait < 5000 && head_size() == before; ++wait)
      pause(std::chrono::milliseconds(1));
    ASSERT_GT(head_size(), before) << "the process does nothing";
    stage_some(150);
    pause(std::chrono::microseconds(random() % 12'000));
    process.stand_still();
    in_a_batch += is_in_a_batch() ? 1 : 0;
    process.kill();
  }
  std::cout << in_a_batch << " of " << kill << " kills fell into a batch\n";
  EXPECT_GE(in_a_batch, kEnough);

  expect_all_logged();
}

// Full batches of the largest rows, and the next ones ahead of them (section 15: 96 MiB).
TEST_F(SequencerCrash, NeedsLittleMemory) {
  std::vector<Bytes> large;
  for (int i = 0; i < 6000; ++i)
    large.push_back(to_bytes(std::string(ledger::kMaxLeafSizeBytes, 'x')));
  for (int i = 0; i < 2; ++i)
    stage(large);
  stage_some(10'000);
  SequencerProcess process(database_.url(), keys_folder(), 1024);
  for (int i = 0; i < 3000 && count("ledger.outbox") > 0; ++i)
    pause(std::chrono::milliseconds(20));

  EXPECT_EQ(count("ledger.outbox"), 0);
  const double peak_mib = process.peak_mib();
  RecordProperty("peak_mib", static_cast<int>(peak_mib));
  EXPECT_GT(peak_mib, 1.0);
#ifndef RIGHTFUL_SANITIZED
  EXPECT_LT(peak_mib, 96.0);
#endif
}

// O2: two at work, and one of them stands still in the middle.
TEST_F(SequencerCrash, TwoShareTheWork) {
  SequencerProcess first(database_.url(), keys_folder());
  SequencerProcess second(database_.url(), keys_folder());
  for (int i = 0; i < 100; ++i) {
    stage_some(40);
    if (i == 30) first.send(SIGSTOP);
    if (i == 60) first.send(SIGCONT);
    if (i == 70) second.kill();
    pause(std::chrono::milliseconds(5));
  }
  for (int i = 0; i < 1000 && count("ledger.outbox") > 0; ++i)
    pause(std::chrono::milliseconds(20));
  EXPECT_EQ(count("ledger.outbox"), 0);
  first.kill();

  expect_all_logged();
}

// O3: the server ends all connections in the middle, again and again.
TEST_F(SequencerCrash, ConnectionsEndedByTheServer) {
  const auto sequencer = make_sequencer(64);
  std::atomic<bool> is_over{false};
  std::jthread chaos([&] {
    while (!is_over) {
      database_.execute_as_admin(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
          "'rightful-sequencer' AND datname = current_database()");
      pause(std::chrono::milliseconds(7));
    }
  });
  int failures = 0;
  for (int i = 0; i < 120 || (failures <= 5 && i < 1200); ++i) {
    stage_some(60);
    try {
      while (sequencer->run_batch().rows > 0) {
      }
    } catch (const Failure& failure) {
      ++failures;
      EXPECT_EQ(failure.retry(), Retry::Later) << failure.cause();
    }
  }
  is_over = true;
  chaos.join();
  EXPECT_GT(failures, 5);
  sequencer->stop();

  expect_all_logged();
}

}  // namespace
}  // namespace rightful::testing
