// O1: signer and publisher are killed at every step that they make, one after the other: before
// each file is made, written, synced, renamed or removed, before each statement is sent, before
// each answer leaves. Never two roots for a size, never a memory that is older than a signature,
// and the log goes on.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "app/signer_socket.hpp"
#include "tests/integration/app/crashed_ledger.hpp"
#include "tests/support/traced_process.hpp"

namespace rightful::testing {
namespace {

using namespace std::chrono_literals;
using Moment = TracedProcess::Moment;
using Steps = std::vector<TracedProcess::Step>;

std::string text_of(const Steps& steps) {
  std::string text;
  for (const auto& step : steps)
    text += step.name + (step.path.empty() ? "" : " " + step.path) + "\n";
  return text;
}

/// The places of these names in this order, each the first after the one before; fewer when one is
/// missing.
std::vector<std::size_t> places_of(const Steps& steps, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  std::size_t at = 0;
  for (const std::string& name : names) {
    while (at < steps.size() && steps[at].name != name)
      ++at;
    if (at == steps.size()) break;
    places.push_back(at++);
  }
  return places;
}

/// The signer's process, killed at a step of its first request.
class TracedSigner {
 public:
  TracedSigner(const std::vector<std::string>& arguments,
               const std::filesystem::path& socket,
               std::filesystem::path output,
               TracedProcess::Death death)
      : output_(std::move(output)),
        process_([this, &arguments] { become_signer(arguments); }, std::move(death)) {
    SystemClock clock;
    for (int look = 0; look < 1000 && !app::connect_to(socket); ++look)
      static_cast<void>(clock.wait_for(std::stop_token(), 10ms));
    // That was a peer without a request; it has been forgotten when this is told.
    for (int look = 0; look < 1000 && !has_told_of_a_peer(); ++look)
      static_cast<void>(clock.wait_for(std::stop_token(), 10ms));
    EXPECT_TRUE(has_told_of_a_peer()) << rightful::testing::text_of(output_);
    process_.count_from_now();
  }

  [[nodiscard]] TracedProcess& process() { return process_; }

 private:
  void become_signer(const std::vector<std::string>& arguments) const {
    const int file = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    std::vector<char*> pointers{const_cast<char*>("rightful")};
    for (const std::string& argument : arguments)
      pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    ::execv(RIGHTFUL_PROGRAM, pointers.data());
  }

  [[nodiscard]] bool has_told_of_a_peer() const {
    return rightful::testing::text_of(output_).find("signer_request_cut_off") != std::string::npos;
  }

  std::filesystem::path output_;
  TracedProcess process_;
};

class LedgerSteps : public CrashedLedger {
 protected:
  void SetUp() override {
    if (const std::string why = TracedProcess::why_impossible(); !why.empty())
      GTEST_SKIP() << "no process can be traced here: " << why;
  }

  /// Asks a signer that dies there; its renaming has to count. @return its steps.
  Steps kill_signer(const TracedProcess::Death& death, bool& was_killed) {
    write(3);
    const std::uint64_t before = memory().frontier().size();
    process_.reset();
    TracedSigner signer(signer_arguments(signer_, ledger_),
                        place_.socket(),
                        place_folder_.path() / "traced.log",
                        death);
    WitnessedSigner witness(*remote_);
    try {
      auto publisher = make_publisher_with(witness);
      static_cast<void>(publisher.publish());
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "unavailable") << failure.what();
    }
    signer.process().kill();
    const Steps& steps = signer.process().steps();
    was_killed = signer.process().was_killed_at_step();
    EXPECT_TRUE(witness.was_asked());
    const std::size_t made = steps.size() - (was_killed && death.moment == Moment::Before ? 1 : 0);
    const bool is_renamed = std::any_of(
        steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(made), [](const auto& made_one) {
          return made_one.name == "rename";
        });
    EXPECT_EQ(memory().frontier().size(), is_renamed ? head_size() : before) << text_of(steps);
    EXPECT_GE(memory().frontier().size(), witness.signed_size()) << text_of(steps);
    EXPECT_FALSE(memory().frozen().has_value());
    return steps;
  }

  /// As `publish()` in a process that dies at this step. @return its steps.
  Steps kill_publisher_at(std::size_t step, bool& was_killed) {
    const auto pool = database_.make_pool(2, nullptr);
    const auto publish_once = [&] {
      {
        const store::Transaction one = pool->begin();  // connections belong to the process
        const store::Transaction other = pool->begin();
      }
      TracedProcess::count_from_here();
      store::Publisher publisher(
          *pool, {.log_id = 1, .origin = origin_}, *directory_, *directory_, *remote_, clock_);
      try {
        static_cast<void>(publisher.publish());
      } catch (const std::exception&) {
        ::_exit(1);
      }
      ::_exit(0);
    };
    // In how many pieces the database answers is chance; how many tiles are read grows.
    TracedProcess process(publish_once, {.step = step, .passed_over = {"receive", "open"}});
    const int status = process.wait();
    was_killed = process.was_killed_at_step();
    EXPECT_TRUE(was_killed ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << status << " at " << step;
    return process.steps();
  }
};

TEST_F(LedgerSteps, WhatAChildThrowsEndsItAndNothingElse) {
  TracedProcess process(
      [] { throw std::system_error(EIO, std::generic_category(), "in the child"); }, {.step = 0});
  const int status = process.wait();
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), TracedProcess::kHasThrown);
}

TEST_F(LedgerSteps, TheSignerDiesAtEachOne) {
  start_signer();
  write(3);
  publish();
  Steps all;
  bool was_killed = true;
  for (std::size_t step = 1; was_killed; ++step) {
    all = kill_signer({.step = step}, was_killed);
    ASSERT_NO_FATAL_FAILURE(look());
    start_signer();
    publish();
    ASSERT_FALSE(HasFailure()) << "killed before step " << step << " of\n" << text_of(all);
  }

  const std::vector<std::string> order{
      "accept", "receive", "lock", "open", "create", "write", "fsync", "rename", "fsync", "send"};
  EXPECT_EQ(places_of(all, order).size(), order.size()) << text_of(all);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back().name, "send") << "nothing is left to do when the signature leaves";

  // In how many pieces the request comes is chance, and with it the number of the last step: here
  // only what is kept and what leaves counts.
  std::set<std::string> others;
  for (const auto& step : all) {
    if (step.name != "rename" && step.name != "send") others.insert(step.name);
  }
  for (const Moment moment : {Moment::Before, Moment::After}) {  // when it has left
    const Steps last =
        kill_signer({.step = 2, .moment = moment, .passed_over = others}, was_killed);
    EXPECT_TRUE(was_killed) << text_of(last);
    EXPECT_EQ(places_of(last, {"rename", "send"}).size(), 2U) << text_of(last);
    ASSERT_NO_FATAL_FAILURE(look());
    start_signer();
    publish();
  }
  expect_agreement();
}

TEST_F(LedgerSteps, ThePublisherDiesAtEachOne) {
  start_signer();
  write(3);
  publish();
  Steps all;
  bool was_killed = true;
  for (std::size_t step = 1; was_killed; ++step) {
    write(260);          // a full tile each time, and a partial one behind it
    clock_.advance(1h);  // a checkpoint that is kept
    all = kill_publisher_at(step, was_killed);
    ASSERT_NO_FATAL_FAILURE(look());
    expect_tree();
    publish();
    ASSERT_FALSE(HasFailure()) << "killed before step " << step << " of\n" << text_of(all);
  }

  // Files, one sync, their names; the right edge read back; the signer; the checkpoint's row; the
  // checkpoint's file; the one that is kept; what full tiles have replaced.
  const std::vector<std::string> order{"send",   "create", "mkdir",  "write",   "fsync",
                                       "rename", "fsync",  "send",   "connect", "send",
                                       "create", "write",  "fsync",  "rename",  "fsync",
                                       "send",   "create", "rename", "fsync",   "remove"};
  EXPECT_EQ(places_of(all, order).size(), order.size()) << text_of(all);
  expect_agreement();
}

}  // namespace
}  // namespace rightful::testing
