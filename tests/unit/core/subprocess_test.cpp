#include "rightful/core/subprocess.hpp"

#include <unistd.h>

#include <csignal>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

namespace rightful {
namespace {

using namespace std::chrono_literals;

SubprocessSpec shell(std::string script) {
  return {.program = "/bin/sh",
          .arguments = {"-c", std::move(script)},
          .environment = {},
          .directory = {},
          .descriptors = {},
          .user = {},
          .group = {}};
}

TEST(Subprocess, ReportsExitCodeAndOutput) {
  const CapturedRun run = run_captured(shell("echo out; echo err >&2; exit 7"));

  EXPECT_EQ(run.status.exit_code, 7);
  EXPECT_EQ(run.output, "out\nerr\n");
}

TEST(Subprocess, ReportsTheSignal) {
  const CapturedRun run = run_captured(shell("kill -9 $$"));

  EXPECT_EQ(run.status.signal, SIGKILL);
  EXPECT_FALSE(run.status.exit_code.has_value());
}

TEST(Subprocess, InheritsNoEnvironment) {
  ::setenv("RIGHTFUL_TEST_LEAK", "canary", 1);
  SubprocessSpec spec = shell("env");
  spec.environment = {"ONLY=this"};

  const CapturedRun run = run_captured(spec);

  EXPECT_EQ(run.output.find("canary"), std::string::npos);
  EXPECT_NE(run.output.find("ONLY=this"), std::string::npos);
}

TEST(Subprocess, InheritsOnlyStatedDescriptors) {
  std::array<int, 2> leaked{};
  ASSERT_EQ(::pipe(leaked.data()), 0);  // without close-on-exec, on purpose
  const UniqueFd read_end(leaked[0]);
  const UniqueFd write_end(leaked[1]);
  std::array<int, 2> given{};
  ASSERT_EQ(::pipe(given.data()), 0);
  const UniqueFd given_read(given[0]);
  const UniqueFd given_write(given[1]);
  SubprocessSpec spec = shell("exec ls /proc/self/fd");
  spec.descriptors = {{given_read.get(), 4}};

  const CapturedRun run = run_captured(spec);

  // 3 is the directory that ls reads.
  EXPECT_EQ(run.output, "0\n1\n2\n3\n4\n");
}

TEST(Subprocess, ThrowsWhenTheProgramIsAbsent) {
  SubprocessSpec spec = shell("");
  spec.program = "/nonexistent/program";

  EXPECT_THROW(static_cast<void>(Subprocess::start(spec)), Failure);
}

TEST(Subprocess, WaitsNoLongerThanAsked) {
  Subprocess child = Subprocess::start(shell("kill -STOP $$"));

  EXPECT_FALSE(child.wait_for(20ms).has_value());

  child.send_signal(SIGKILL);
  EXPECT_EQ(child.wait_for(10s)->signal, SIGKILL);
}

TEST(Subprocess, DestructorKillsAndReaps) {
  pid_t pid = 0;
  {
    const Subprocess child = Subprocess::start(shell("kill -STOP $$"));
    pid = child.pid();
  }

  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Subprocess, ReportsPeakMemory) {
  EXPECT_GT(run_captured(shell("true")).status.peak_memory_kib, 100);
}

}  // namespace
}  // namespace rightful
