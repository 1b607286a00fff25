// O1: the signer's process and the publisher are killed at random instants, again and again. Never
// two roots for a size; afterwards memory, folder and database agree. How many kills fell in the
// middle of the work is counted: kills of an idle process show nothing.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <iostream>
#include <new>
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
constexpr int kEnough = kKills / 4;
constexpr int kEnoughOfAPhase = kKills / 40;

using LedgerCrash = CrashedLedger;

void wait_until(SteadyClock::time_point end) {
  SystemClock clock;
  while (SteadyClock::now() < end)
    static_cast<void>(clock.wait_for(std::stop_token(), 0ms));
}

// Half of the kills are aimed at the time between request and answer, as long as the last one took.
TEST_F(LedgerCrash, TheSignerDiesAtAnyInstant) {
  std::mt19937 dice(20260301);  // NOLINT(cert-msc51-cpp,cert-msc32-c): a printed, fixed seed
  start_signer();
  int in_the_middle = 0;
  std::chrono::microseconds request_lasts = 3ms;
  for (int kill = 0; kill < kKills; ++kill) {
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
    killer.join();
    if (signer.lasted() > 0us) request_lasts = signer.lasted();
    ASSERT_NO_FATAL_FAILURE(look());
    ASSERT_GE(memory().frontier().size(), signer.signed_size());
    start_signer();
  }
  std::cout << in_the_middle << " of " << kKills << " kills fell between request and answer\n";
  EXPECT_GE(in_the_middle, kEnough);
  expect_agreement();
}

/// What a publisher in another process does, where both see it.
class Progress {
 public:
  enum Phase : std::size_t { Begun, Writing, Asking, Publishing, Over, kPhases };

  Progress() {
    void* const memory = ::mmap(nullptr,
                                sizeof(std::atomic<std::size_t>),
                                PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS,
                                -1,
                                0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    phase_ = new (memory) std::atomic<std::size_t>(Begun);
  }

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  ~Progress() { ::munmap(phase_, sizeof(std::atomic<std::size_t>)); }

  void set(Phase phase) { phase_->store(phase); }

  [[nodiscard]] std::size_t phase() const { return *phase_; }

  /// Until it writes; ten seconds at most.
  void wait_for_work() const {
    const auto end = SteadyClock::now() + 10s;
    while (phase() == Begun && SteadyClock::now() < end)
      std::this_thread::yield();
  }

 private:
  std::atomic<std::size_t>* phase_ = nullptr;
};

class ToldDisk final : public PassingDisk {
 public:
  ToldDisk(ledger::LogDirectory& directory, Progress& progress)
      : PassingDisk(directory), progress_(progress) {}

  Result<void> put(const ledger::LogPath& path, ByteView content) override {
    if (progress_.phase() == Progress::Begun) progress_.set(Progress::Writing);
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
    progress_.set(Progress::Asking);
    auto answer = signer_.sign(request);
    progress_.set(Progress::Publishing);
    return answer;
  }

 private:
  ledger::CheckpointSigner& signer_;
  Progress& progress_;
};

// The instants are spread over the time that publishing takes on this machine just now; half of the
// kills are aimed at what follows its reading of the database, most of which is connecting.
TEST_F(LedgerCrash, ThePublisherDiesAtAnyInstant) {
  std::mt19937 dice(20260302);  // NOLINT(cert-msc51-cpp,cert-msc32-c): a printed, fixed seed
  start_signer();
  database_.pool().close_idle();
  std::array<int, Progress::kPhases> found{};
  SteadyClock::duration whole = 40ms;
  SteadyClock::duration work = 20ms;
  for (int kill = 0; kill < kKills; ++kill) {
    write(kill % 20 == 19 ? 300 : 3);
    const auto pool = database_.make_pool(2, nullptr);
    Progress progress;
    const auto begun = SteadyClock::now();
    const pid_t child = ::fork();
    if (child == 0) {
      // Its own connections: none was open in this pool before the fork.
      ToldDisk disk(*directory_, progress);
      ToldSigner signer(*remote_, progress);
      store::Publisher publisher(
          *pool, {.log_id = 1, .origin = origin_}, *directory_, disk, signer, clock_);
      try {
        static_cast<void>(publisher.publish());
      } catch (const std::exception&) {
        ::_exit(1);
      }
      progress.set(Progress::Over);
      ::_exit(0);
    }
    ASSERT_GT(child, 0);
    const bool is_spared = kill % 10 == 0;
    const bool is_aimed = kill % 2 == 1;
    if (is_spared || is_aimed) progress.wait_for_work();
    const auto at_work = SteadyClock::now();
    if (!is_spared) {
      const double share = static_cast<double>(dice() % 1000) / 1000;
      const auto pause =
          std::chrono::duration_cast<SteadyClock::duration>(share * (is_aimed ? work : whole));
      wait_until((is_aimed ? at_work : begun) + pause);
      ::kill(child, SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (is_spared) {
      whole = SteadyClock::now() - begun;
      work = SteadyClock::now() - at_work;
    }
    ++found.at(progress.phase());
    ASSERT_NO_FATAL_FAILURE(look());
  }
  std::cout << "killed before it wrote " << found[Progress::Begun] << ", writing "
            << found[Progress::Writing] << ", asking " << found[Progress::Asking] << ", publishing "
            << found[Progress::Publishing] << ", too late " << found[Progress::Over] << " times\n";
  for (const auto phase : {Progress::Writing, Progress::Asking, Progress::Publishing})
    EXPECT_GE(found.at(phase), kEnoughOfAPhase) << "phase " << phase;
  EXPECT_GE(found[Progress::Writing] + found[Progress::Asking] + found[Progress::Publishing],
            kEnough);
  expect_agreement();
}

}  // namespace
}  // namespace rightful::testing
