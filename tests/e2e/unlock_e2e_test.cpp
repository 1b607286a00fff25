// `rightful unlock` killed in the middle, and two of them in one folder.
#include <algorithm>
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/e2e/program.hpp"
#include "tests/fuzz/forged_package.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
namespace fixture = archive::testing;

constexpr std::size_t kRecordingBytes = std::size_t{96} << 20U;

class UnlockE2e : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_ / "home");
    fs::create_directory(folder_ / "here");
    const Bytes inner =
        fuzz::forge_inner_zip({{"index.html", "<p>Hello</p>"},
                               {"media/voice/000001.wav", std::string(kRecordingBytes, 'v')},
                               {"manifest.json", "{}"},
                               {"MANIFEST.sha256", ""},
                               {"manifest.sig", ""}});
    const auto envelope =
        fixture::envelope_for({}, {.sha256 = crypto::sha256({}), .size = inner.size() + 28});
    std::ofstream(folder_ / "package.zip", std::ios::binary)
        << as_text(ByteView(fuzz::forge_outer_zip(inner, envelope)));
    std::ofstream(folder_ / "code") << fixture::fixed_passphrase().expose();
  }

  [[nodiscard]] std::vector<std::string> unlock_to(const std::string& name) const {
    return {"unlock",
            folder_ / "package.zip",
            "--code-file",
            folder_ / "code",
            "--into",
            folder_ / "here/" + name};
  }

  [[nodiscard]] Running start(const std::string& name) const {
    return {unlock_to(name), folder_ / "home", {}, folder_ / "output.txt"};
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const auto& entry : fs::directory_iterator(folder_ / "here"))
      list.push_back(entry.path().filename());
    std::ranges::sort(list);
    return list;
  }

  /// Waits until the program writes the recording. @return its temporary; empty when it was faster.
  [[nodiscard]] fs::path wait_for_temporary(Running& running) const {
    SystemClock clock;
    while (running.is_running()) {
      for (const auto& name : names()) {
        const fs::path recording = fs::path(folder_ / "here") / name / "media/voice/000001.wav";
        std::error_code error;
        const auto size = fs::file_size(recording, error);
        if (name.starts_with(".rightful-") && !error && size > 0 && size < kRecordingBytes)
          return fs::path(folder_ / "here") / name;
      }
      clock.wait_for(std::stop_token(), 1ms);
    }
    return {};
  }

  /// Stopped in the middle: tried again where the program was faster than the look at it.
  template <class Act>
  void in_the_middle(const Act& act) {
    for (int attempt = 0; attempt < 10; ++attempt) {
      Running running = start("mine");
      const fs::path temporary = wait_for_temporary(running);
      if (!temporary.empty()) {
        running.signal(SIGSTOP);
        if (fs::exists(temporary)) return act(running, temporary);
        running.signal(SIGCONT);
        static_cast<void>(running.stop());
      }
      fs::remove_all(folder_ / "here/mine");
    }
    FAIL() << "never caught in the middle";
  }

  E2eFolder folder_;
};

TEST_F(UnlockE2e, KilledInTheMiddleLeavesOnlyATemporaryThatTheNextRunRemoves) {
  in_the_middle([this](Running& running, const fs::path& temporary) {
    running.signal(SIGKILL);
    static_cast<void>(running.stop());
    EXPECT_EQ(names(), std::vector<std::string>{temporary.filename()});
    EXPECT_EQ(fs::status(temporary).permissions(), fs::perms::owner_all);
  });

  const Finished again = run_program(unlock_to("mine"), folder_ / "home");

  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(names(), std::vector<std::string>{"mine"});
  EXPECT_EQ(fs::file_size(folder_ / "here/mine/media/voice/000001.wav"), kRecordingBytes);
}

TEST_F(UnlockE2e, ShowsBytesAndPerCentOnATerminalOnly) {
  std::string command = RIGHTFUL_PROGRAM;
  for (const auto& word : unlock_to("mine"))
    command += " " + word;

  const Finished drawn = run_tool("script", {"-qec", command, "/dev/null"});
  const Finished silent = run_program(unlock_to("again"), folder_ / "home");

  EXPECT_EQ(drawn.exit_code, 0) << drawn.output;
  EXPECT_THAT(drawn.output, ::testing::HasSubstr(" of 100.7 MB"));
  EXPECT_THAT(drawn.output, ::testing::HasSubstr("100 %  100.7 MB in 5 files"));
  EXPECT_EQ(silent.output, folder_ / "here/again" + "\n");
}

TEST_F(UnlockE2e, LeavesTheTemporaryOfARunningOneAlone) {
  in_the_middle([this](Running& running, const fs::path& temporary) {
    const Finished other = run_program(unlock_to("other"), folder_ / "home");

    EXPECT_EQ(other.exit_code, 0) << other.output;
    EXPECT_TRUE(fs::exists(temporary));
    running.signal(SIGCONT);
    SystemClock clock;
    while (running.is_running())
      clock.wait_for(std::stop_token(), 5ms);
    EXPECT_EQ(names(), (std::vector<std::string>{"mine", "other"})) << running.output();
  });
}

}  // namespace
}  // namespace rightful::testing
