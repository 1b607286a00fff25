// O1: the signer's process and the publisher are killed at random instants, again and again. Never
// two roots for a size; afterwards memory, folder and database agree. How many kills fell in the
// middle of the work is counted: kills of an idle process show nothing. Where too few did, because
// the machine was busy with something else, it goes on until they are enough.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <iostream>
#include <new>
#include <numeric>
#include <random>
#include <thread>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/app/crashed_ledger.hpp"

namespace rightful::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int kKills = 200;
constexpr int kMostKills = 5 * kKills;
constexpr int kEnough = kKills / 4;
constexpr int kEnoughOfAPhase = kKills / 40;

void wait_until(SteadyClock::time_point end) {
  SystemClock clock;
  while (SteadyClock::now() < end)
    static_cast<void>(clock.wait_for(std::stop_token(), 0ms));
}

/// What a publisher in another process does, where both see it.
class Progress {
 public:
  enum Phase : std::size_t { Begun, Writing, Asking, Publishing, Over, kPhases };

  Progress() {
    void* const memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    shared_ = new (memory) Shared;
    enter(Begun);
  }

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  ~Progress() { ::munmap(shared_, sizeof(Shared)); }

  void enter(Phase phase) {
    auto& since = shared_->since.at(phase);
    if (since == 0) since = SteadyClock::now().time_since_epoch().count();
    shared_->phase = phase;
  }

  [[nodiscard]] std::size_t phase() const { return shared_->phase; }

  /// Until it is there or further; ten seconds at most.
  void wait_for(Phase phase) const {
    const auto end = SteadyClock::now() + 10s;
    while (this->phase() < phase && SteadyClock::now() < end)
      std::this_thread::yield();
  }

  /// When it was there for the first time: it has been there.
  [[nodiscard]] SteadyClock::time_point since(std::size_t phase) const {
    return SteadyClock::time_point(SteadyClock::duration(shared_->since.at(phase)));
  }

 private:
  struct Shared {
    std::atomic<std::size_t> phase = Begun;
    std::array<std::atomic<SteadyClock::rep>, kPhases> since{};  ///< 0 = never
  };

  Shared* shared_ = nullptr;
};

class ToldDisk final : public PassingDisk {
 public:
  ToldDisk(ledger::LogDirectory& directory, Progress& progress)
      : PassingDisk(directory), progress_(progress) {}

  Result<void> put(const ledger::LogPath& path, ByteView content) override {
    if (progress_.phase() == Progress::Begun) progress_.enter(Progress::Writing);
    return PassingDisk::put(path, content);
  }

 private:
  Progress& progress_;
};

class ToldSigner final : public ledger::CheckpointSigner {
 public:
  ToldSigner(ledger::CheckpointSigner& signer, Progress& progress)
      : signer_(signer), progress_(progress) {}

  std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override {
    progress_.enter(Progress::Asking);
    auto answer = signer_.sign(request);
    progress_.enter(Progress::Publishing);
    return answer;
  }

 private:
  ledger::CheckpointSigner& signer_;
  Progress& progress_;
};

/// A publisher in a process of its own.
class LedgerCrash : public CrashedLedger {
 protected:
  using Durations = std::array<SteadyClock::duration, Progress::kPhases>;

  LedgerCrash() { lasts_.fill(10ms); }

  /// Publishes once. @return the child.
  pid_t start_publisher(store::Pool& pool, Progress& progress) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    // Its own connections: none was open in this pool before the fork.
    ToldDisk disk(*directory_, progress);
    ToldSigner signer(*remote_, progress);
    store::Publisher publisher(
        pool, {.log_id = 1, .origin = origin_}, *directory_, disk, signer, clock_);
    try {
      static_cast<void>(publisher.publish());
    } catch (const std::exception&) {
      ::_exit(1);
    }
    progress.enter(Progress::Over);
    ::_exit(0);
  }

  /// How long each phase takes on this machine just now, as a publisher shows that nobody kills.
  void learn_from(pid_t child, const Progress& progress) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << "it was spared, and ended with " << status << " in phase " << progress.phase();
    for (std::size_t phase = Progress::Begun; phase < Progress::Over; ++phase) {
      ASSERT_GT(progress.since(phase + 1).time_since_epoch(), 0s) << "phase " << phase + 1;
      lasts_.at(phase) = progress.since(phase + 1) - progress.since(phase);
    }
  }

  /// When it has been so long in its phase, or later. @return the phase that it died in.
  static std::size_t kill_in(pid_t child,
                             const Progress& progress,
                             Progress::Phase phase,
                             SteadyClock::duration pause) {
    progress.wait_for(phase);
    wait_until(SteadyClock::now() + pause);
    ::kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return progress.phase();
  }

  [[nodiscard]] SteadyClock::duration whole() const {
    return std::accumulate(lasts_.begin(), lasts_.end(), SteadyClock::duration::zero());
  }

  Durations lasts_{};  ///< of each phase
};

constexpr std::array kWork{Progress::Writing, Progress::Asking, Progress::Publishing};

bool are_enough(const std::array<int, Progress::kPhases>& found) {
  return found[Progress::Writing] + found[Progress::Asking] + found[Progress::Publishing] >=
             kEnough &&
         std::ranges::all_of(kWork, [&](auto phase) { return found.at(phase) >= kEnoughOfAPhase; });
}

// Half of the kills are aimed at the time between request and answer, as long as the last one took.
TEST_F(LedgerCrash, TheSignerDiesAtAnyInstant) {
  std::mt19937 dice(20260301);  // NOLINT(cert-msc51-cpp,cert-msc32-c): a fixed seed
  start_signer();
  int in_the_middle = 0;
  std::chrono::microseconds request_lasts = 3ms;
  int kill = 0;
  for (; kill < kKills || (in_the_middle < kEnough && kill < kMostKills); ++kill) {
    write(3);
    WitnessedSigner signer(*remote_);
    const bool is_aimed = kill % 2 == 1;
    const std::chrono::microseconds span = is_aimed ? request_lasts : 12ms;
    const std::chrono::microseconds pause(dice() % static_cast<unsigned>(span.count()));
    std::jthread killer([&, pause](const std::stop_token& stop) {
      while (is_aimed && !signer.was_asked() && !stop.stop_requested())
        std::this_thread::yield();
      wait_until(SteadyClock::now() + pause);
      process_->kill();
    });
    try {
      auto publisher = make_publisher_with(signer);
      static_cast<void>(publisher.publish());
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "unavailable");
      // It had been reached, and owed an answer.
      if (std::string_view(failure.what()).find("went away") != std::string_view::npos)
        ++in_the_middle;
    }
    killer.request_stop();  // it may wait for a question that was not asked
    killer.join();
    if (signer.lasted() > 0us) request_lasts = signer.lasted();
    ASSERT_NO_FATAL_FAILURE(look());
    ASSERT_GE(memory().frontier().size(), signer.signed_size());
    start_signer();
  }
  std::cout << in_the_middle << " of " << kill << " kills fell between request and answer\n";
  EXPECT_GE(in_the_middle, kEnough);
  expect_agreement();
}

// The instants are spread over the time that publishing takes on this machine just now; half of the
// kills are aimed at what follows its reading of the database, most of which is connecting.
TEST_F(LedgerCrash, ThePublisherDiesAtAnyInstant) {
  std::mt19937 dice(20260302);  // NOLINT(cert-msc51-cpp,cert-msc32-c): a fixed seed
  start_signer();
  database_.pool().close_idle();
  std::array<int, Progress::kPhases> found{};
  for (int kill = 0; kill < kKills || (!are_enough(found) && kill < kMostKills); ++kill) {
    write(kill % 20 == 19 ? 300 : 3);
    // One that waits for the turn of the one before shows nothing.
    ASSERT_NO_FATAL_FAILURE(wait_until_nobody_publishes());
    const auto pool = database_.make_pool(2, nullptr);
    Progress progress;
    const pid_t child = start_publisher(*pool, progress);
    ASSERT_GT(child, 0);
    if (kill % 10 == 0) {
      ASSERT_NO_FATAL_FAILURE(learn_from(child, progress));
      ++found[Progress::Over];
    } else {
      const bool is_aimed = kill % 2 == 1;
      const Progress::Phase phase =
          is_aimed ? kWork.at(static_cast<std::size_t>(kill / 2) % kWork.size()) : Progress::Begun;
      const double share = static_cast<double>(dice() % 1000) / 1000;
      const auto pause = std::chrono::duration_cast<SteadyClock::duration>(
          share * (is_aimed ? lasts_.at(phase) : whole()));
      ++found.at(kill_in(child, progress, phase, pause));
    }
    ASSERT_NO_FATAL_FAILURE(look());
  }
  std::cout << "killed before it wrote " << found[Progress::Begun] << ", writing "
            << found[Progress::Writing] << ", asking " << found[Progress::Asking] << ", publishing "
            << found[Progress::Publishing] << ", too late " << found[Progress::Over] << " times\n";
  EXPECT_TRUE(are_enough(found)) << "each phase has to be met " << kEnoughOfAPhase
                                 << " times, and all three " << kEnough << " times";
  expect_agreement();
}

}  // namespace
}  // namespace rightful::testing
