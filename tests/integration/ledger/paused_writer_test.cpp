// O12: a process that writes leaves stands still, for longer than the server waits for it, while
// others go on; then it goes on too. Nothing that it was told is committed is missing.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"

#include "tests/integration/ledger/postgres_proxy.hpp"
#include "tests/integration/ledger/sequencer_fixture.hpp"

namespace rightful::testing {
namespace {

using Fate = PostgresProxy::Fate;

/// Of the process that is stopped; the server ends its transactions after it.
constexpr std::chrono::milliseconds kServerPatience{150};

std::atomic<bool> is_asked_to_end{false};

void ask_to_end(int /*signal*/) {
  is_asked_to_end = true;
}

// NOLINTBEGIN(concurrency-mt-unsafe): the environment is the child's argument list
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// NOLINTEND(concurrency-mt-unsafe)

std::unique_ptr<store::LedgerWriter> make_process_writer(const store::ConnectionSettings& settings,
                                                         const crypto::ServerKeys& keys,
                                                         const Clock& clock,
                                                         Random& random) {
  return std::make_unique<store::LedgerWriter>(
      settings,
      store::LedgerWriterSettings{.role = "work",
                                  .build = ledger::Build::parse("0.1.0").value(),
                                  .span = 8,
                                  .alive_after_leaves = 10},
      keys,
      clock,
      random);
}

/// What the process says of each attempt.
enum class Report : char { Committed = 'c', InDoubt = '?', Failed = 'f' };

Report attempt(const std::function<void()>& action) {
  try {
    action();
    return Report::Committed;
  } catch (const Failure& failure) {
    return failure.cause() == "commit_in_doubt" ? Report::InDoubt : Report::Failed;
  }
}

TEST(WriterProcess, DISABLED_WritesUntilItIsAskedToEnd) {  // no test: what the test below stops
  const std::string url = environment("RIGHTFUL_WRITER_URL");
  if (url.empty()) GTEST_SKIP() << "started by PausedWriter";
  ASSERT_NE(::signal(SIGTERM, ask_to_end), SIG_ERR);
  const auto keys = crypto::ServerKeys::open(environment("RIGHTFUL_WRITER_KEYS"));
  ASSERT_TRUE(keys.has_value());
  SystemClock clock;
  SystemRandom random;
  const store::ConnectionSettings settings{.url = url,
                                           .application_name = "rightful-paused",
                                           .idle_in_transaction_timeout = kServerPatience};
  const auto writer = make_process_writer(settings, *keys, clock, random);
  // On a busy machine it may be too slow for the server's patience.
  auto has_started = Report::Failed;
  for (int time = 0; time < 100 && has_started != Report::Committed; ++time)
    has_started = attempt([&] { ASSERT_TRUE(writer->start().has_value()); });
  ASSERT_EQ(has_started, Report::Committed);
  store::Pool pool(settings, 2, writer.get());
  const ledger::Event fact(ledger::System{},
                           AccountId::parse("canary-ben-1702").value(),
                           ledger::RequestRef::parse("r_AAAAAAAAAAAAAAAAAAAAAA").value(),
                           ledger::events::JobQueued{.why = "received"});
  while (!is_asked_to_end) {
    const auto report = static_cast<char>(attempt([&] {
      store::Transaction transaction = pool.begin();
      transaction.record(fact);
      transaction.commit();
    }));
    ASSERT_EQ(::write(STDIN_FILENO, &report, 1), 1);
    static_cast<void>(attempt([&] { writer->keep_alive(); }));
    pause(std::chrono::milliseconds(1));
  }
  writer->stop();
}

class WriterProcess {
 public:
  WriterProcess(const std::string& url, const std::string& keys) {
    const std::array<std::string, 2> variables{"RIGHTFUL_WRITER_URL=" + url,
                                               "RIGHTFUL_WRITER_KEYS=" + keys};
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
    process_ = ::fork();
    if (process_ != 0) {
      ::close(pipe[1]);
      reports_ = pipe[0];
      return;
    }
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(pipe[1], STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    std::array<const char*, 4> arguments{"ledger_integration_test",
                                         "--gtest_filter=WriterProcess.*",
                                         "--gtest_also_run_disabled_tests",
                                         nullptr};
    std::array<const char*, 3> surroundings{variables[0].c_str(), variables[1].c_str(), nullptr};
    ::execve("/proc/self/exe",
             const_cast<char* const*>(arguments.data()),
             const_cast<char* const*>(surroundings.data()));
    ::_exit(127);
  }

  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;

  ~WriterProcess() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ::close(reports_);
  }

  [[nodiscard]] pid_t id() const { return process_; }

  void go_on() const { ::kill(process_, SIGCONT); }

  /// False when it does not stand still in time, or is gone.
  [[nodiscard]] bool wait_until_stopped() {
    for (int look = 0; look < 3000; ++look) {
      int status = 0;
      if (::waitpid(process_, &status, WUNTRACED | WNOHANG) == process_) {
        if (!WIFSTOPPED(status)) process_ = -1;
        return WIFSTOPPED(status);
      }
      pause(std::chrono::milliseconds(10));
    }
    return false;
  }

  /// Asks it to end. @return its exit code, -1 for a signal.
  [[nodiscard]] int end() {
    if (process_ <= 0) return -1;
    ::kill(process_, SIGTERM);
    go_on();
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// Reports so far.
  [[nodiscard]] int count(Report kind) {
    std::array<char, 256> buffer{};
    for (ssize_t got = 0; (got = ::read(reports_, buffer.data(), buffer.size())) > 0;)
      told_.append(buffer.data(), static_cast<std::size_t>(got));
    return static_cast<int>(std::ranges::count(told_, static_cast<char>(kind)));
  }

  [[nodiscard]] bool wait_for_commits(int more) {
    const int wanted = count(Report::Committed) + more;
    for (int look = 0; look < 3000 && count(Report::Committed) < wanted; ++look)
      pause(std::chrono::milliseconds(10));
    return count(Report::Committed) >= wanted;
  }

 private:
  pid_t process_ = -1;
  int reports_ = -1;
  std::string told_;
};

using PausedWriter = SequencerFixture;

// At each of the messages of its commits, with its connection alive and with it cut.
TEST_F(PausedWriter, GoesOnWhereverItStoodStill) {
  add_accounts();
  SystemClock real_clock;
  std::atomic<int> messages_left{0};
  std::atomic<Fate> fate{Fate::Pass};
  std::atomic<pid_t> victim{-1};
  PostgresProxy proxy(database_.url(), [&](const PostgresProxy::Message&) {
    if (messages_left <= 0 || messages_left.fetch_sub(1) != 1) return Fate::Pass;
    if (victim > 0) ::kill(victim, SIGSTOP);
    return fate.load();
  });
  const auto other = make_process_writer(database_.settings(), keys_, real_clock, random_);
  ASSERT_TRUE(other->start().has_value());
  const auto pool = database_.make_pool(1, other.get());
  std::jthread sequencing([&](const std::stop_token& stop) {
    store::Sequencer sequencer(database_.settings(), facts(), keys_, real_clock, random_);
    while (!stop.stop_requested()) {
      if (sequencer.run_batch().rows == 0) pause(std::chrono::milliseconds(2));
    }
    drain(sequencer);
    sequencer.stop();
  });
  int others = 0;
  const auto commit_other = [&] {
    store::Transaction transaction = pool->begin();
    transaction.record(job_queued(anna_));
    transaction.commit();
    ++others;
    other->keep_alive();
  };
  WriterProcess process(proxy.url(), (folder_.path() / "keys").string());
  victim = process.id();
  EXPECT_TRUE(process.wait_for_commits(3)) << "the process does nothing";
  for (int step = 1; step <= 18 && !HasFailure(); ++step) {
    fate = step % 3 == 0 ? Fate::CutAfter : Fate::Pass;
    messages_left = step;
    EXPECT_TRUE(process.wait_until_stopped()) << step;
    const int before = process.count(Report::Committed);
    const auto until = std::chrono::steady_clock::now() + 2 * kServerPatience;
    for (int i = 0; i < 50 || std::chrono::steady_clock::now() < until; ++i)
      commit_other();
    EXPECT_EQ(process.count(Report::Committed), before) << "it stands still";
    if (HasFailure()) break;
    process.go_on();
    EXPECT_TRUE(process.wait_for_commits(3)) << "it does not go on after " << step;
  }
  messages_left = 0;
  EXPECT_EQ(process.end(), 0);
  other->stop();
  sequencing.request_stop();
  sequencing.join();

  const int committed = process.count(Report::Committed);
  const int in_doubt = process.count(Report::InDoubt);
  RecordProperty("committed", committed);
  RecordProperty("in_doubt", in_doubt);
  RecordProperty("failed", process.count(Report::Failed));
  EXPECT_GT(in_doubt + process.count(Report::Failed), 0) << "the server has ended nothing";
  const int logged = static_cast<int>(places_of("job.queued").size()) - others;
  EXPECT_GE(logged, committed);
  EXPECT_LE(logged, committed + in_doubt);
  EXPECT_EQ(count("ledger.rejected"), 0);
  EXPECT_EQ(places_of("log.gap").size(), 0U);
  EXPECT_EQ(count("incident"), 0);
  EXPECT_EQ(count("ledger.outbox"), 0);
  expect_sound();
}

}  // namespace
}  // namespace rightful::testing
