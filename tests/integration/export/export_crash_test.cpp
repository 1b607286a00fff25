// Whatever dies, and whenever: exactly one package becomes visible, and nothing half-written stays.
#include <signal.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/integration/export/export_world.hpp"

namespace rightful::exporting {
namespace {

using testing::ExportWorld;
using ::testing::IsEmpty;
using ::testing::SizeIs;

enum class Parent { Us, Anybody };

/// Processes that run the test child.
std::vector<pid_t> export_children(Parent whose) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string line;
    std::getline(stat, line);
    const auto close = line.rfind(')');
    if (close == std::string::npos || line.find("(export_test_chi") == std::string::npos) continue;
    const pid_t parent = std::stoi(line.substr(line.find(' ', close + 2) + 1));
    if (whose == Parent::Anybody || parent == ::getpid()) children.push_back(pid);
  }
  return children;
}

class ExportCrash : public ::testing::Test {
 protected:
  ExportCrash() {
    world_.worker_settings.retry.streak_limit = 1000;
    world_.worker_settings.lease = std::chrono::seconds(3);
    world_.standard_company({"anna", "bert"});
    world_.add_account("anna");
  }

  void expect_exactly_one(const RequestId& request) {
    EXPECT_EQ(world_.state(request), "ready") << world_.cause(request);
    EXPECT_EQ(world_.count("package"), 1);
    EXPECT_THAT(world_.stored_files(), SizeIs(1));
    EXPECT_THAT(world_.work_files(), IsEmpty());
    EXPECT_FALSE(world_.unpack(request, "anna").empty());
    const auto acts = world_.acts();
    EXPECT_EQ(std::ranges::count(acts, "package.released"), 1);
  }

  bool eventually(const std::function<bool()>& condition) {
    const auto give_up_at = clock_.steady_now() + std::chrono::seconds(60);
    while (clock_.steady_now() < give_up_at) {
      if (condition()) return true;
      clock_.wait_for({}, std::chrono::milliseconds(2));
    }
    return false;
  }

  bool all_jobs_ended() {
    return eventually([&] { return world_.count("job WHERE finalized_at IS NULL") == 0; });
  }

  ExportWorld world_;
  SystemClock clock_;
};

TEST_F(ExportCrash, KillingTheChildAtAnyInstantReleasesOnce) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> instant(0, 250);
  const auto request = world_.ask("anna");
  const auto worker = world_.make_worker();
  worker->start();

  // The first child dies as soon as it is seen, so that a fast machine cannot be done before the
  // first kill.
  int kills = 0;
  const auto has_child_or_end = [&] {
    return !export_children(Parent::Us).empty() ||
           world_.count("job WHERE finalized_at IS NULL") == 0;
  };
  for (int round = 0; round < 200 && kills < 12; ++round) {
    if (!eventually(has_child_or_end)) break;
    if (kills > 0) clock_.wait_for({}, std::chrono::milliseconds(instant(generator)));
    for (const pid_t child : export_children(Parent::Us)) {
      kills += ::kill(child, SIGKILL) == 0 ? 1 : 0;
    }
    if (world_.count("job WHERE finalized_at IS NULL") == 0) break;
  }
  EXPECT_TRUE(all_jobs_ended());
  worker->stop();

  EXPECT_GT(kills, 0);
  expect_exactly_one(request);
}

TEST_F(ExportCrash, AWorkerThatStopsAndStartsReleasesOnce) {
  std::mt19937 generator(7);
  std::uniform_int_distribution<int> instant(0, 300);
  const auto request = world_.ask("anna");

  for (int i = 0; i < 8; ++i) {
    const auto worker = world_.make_worker();
    worker->start();
    clock_.wait_for({}, std::chrono::milliseconds(instant(generator)));
  }
  ASSERT_TRUE(world_.work());

  expect_exactly_one(request);
}

TEST_F(ExportCrash, KillingTheWorkerAtAnyInstantReleasesOnce) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> instant(50, 600);
  const auto request = world_.ask("anna");

  for (int i = 0; i < 6; ++i) {
    auto worker = Subprocess::start(world_.worker_process());
    clock_.wait_for({}, std::chrono::milliseconds(instant(generator)));
    worker.send_signal(SIGKILL);
    static_cast<void>(worker.wait());
  }
  EXPECT_TRUE(eventually([] { return export_children(Parent::Anybody).empty(); }))
      << "a child dies with its worker";
  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.state(request), "ready") << world_.cause(request);
  EXPECT_EQ(world_.count("package"), 1);
  EXPECT_EQ(world_.count("job_attempt WHERE outcome = 'released'"), 1);
  EXPECT_THAT(world_.stored_files(), SizeIs(1));
  EXPECT_THAT(world_.work_files(), IsEmpty());
  EXPECT_FALSE(world_.unpack(request, "anna").empty());
}

// The object that it leaves behind is named in the ledger: whoever destroys it says so there.
class DeadAtTheGate : public ExportCrash {
 protected:
  struct Left {
    std::string ref;
    std::string sha256;
    std::string object;
  };

  Left left_by_a_dead_worker() {
    auto process = world_.worker_process();
    process.arguments.emplace_back("dies-at-the-gate");
    auto worker = Subprocess::start(process);
    EXPECT_EQ(worker.wait().signal, SIGKILL);
    Left left{.ref = world_.text("SELECT sealed_ref FROM job_attempt"),
              .sha256 = world_.text("SELECT encode(sealed_sha256, 'hex') FROM job_attempt"),
              .object = world_.text("SELECT object_name FROM job_attempt")};
    std::ifstream file(world_.folder / "packages" / left.object, std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(file)),
                              std::istreambuf_iterator<char>());
    EXPECT_FALSE(content.empty());
    EXPECT_EQ(to_hex(crypto::sha256(as_bytes(content)).bytes()), left.sha256);
    return left;
  }

  /// `d` of the leaves of one kind.
  std::vector<std::string> fields_of(std::string_view act) {
    std::vector<std::string> fields;
    for (const auto& event : world_.recorder().events())
      if (event.act() == act) fields.push_back(event.fields());
    return fields;
  }

  static std::string deleted(const Left& left) {
    return R"({"pkg":")" + left.ref + R"(","sha256":")" + left.sha256 +
           R"(","store":"directory","why":"rescued"})";
  }
};

TEST_F(DeadAtTheGate, IsRescuedWithTheLeafOfItsObject) {
  const auto request = world_.ask("anna");
  const Left left = left_by_a_dead_worker();

  ASSERT_TRUE(world_.work());

  expect_exactly_one(request);
  EXPECT_EQ(fields_of("job.rescued").size(), 1U);
  EXPECT_THAT(fields_of("package.deleted"), ::testing::ElementsAre(deleted(left)));
  EXPECT_EQ(world_.count("job_attempt WHERE sealed_ref IS NOT NULL"), 0)
      << "what leads to a leaf goes with the release too";
}

TEST_F(DeadAtTheGate, IsSweptWithTheLeafOfItsObject) {
  static_cast<void>(world_.ask("anna"));
  const Left left = left_by_a_dead_worker();
  world_.execute(
      "UPDATE job SET state = 'cancelled', lease_token = NULL, lease_until = NULL, worker = NULL, "
      "stage = NULL, finalized_at = now(); UPDATE access_request SET state = 'withdrawn'");

  world_.handler().sweep();
  world_.handler().sweep();

  EXPECT_THAT(world_.stored_files(), IsEmpty());
  EXPECT_THAT(fields_of("package.deleted"), ::testing::ElementsAre(deleted(left)));
  EXPECT_EQ(world_.count("job_attempt WHERE sealed_ref IS NOT NULL"), 0);
}

TEST_F(ExportCrash, ALeaseThatIsLostTakesTheObjectWithIt) {
  const auto request = world_.ask("anna");
  const auto worker = world_.make_worker();
  worker->start();
  // Every claimed job is torn away a few times, as a database that fails over would do it.
  for (int i = 0; i < 5; ++i) {
    clock_.wait_for({}, std::chrono::milliseconds(120));
    world_.execute(
        "UPDATE job SET lease_token = gen_random_uuid(), lease_until = now() - interval '1 second' "
        "WHERE state = 'claimed'");
  }
  EXPECT_TRUE(all_jobs_ended());
  worker->stop();

  expect_exactly_one(request);
}

TEST_F(ExportCrash, TwoWorkersOnOneQueueReleaseOnceEach) {
  world_.add_account("bert");
  const auto first = world_.ask("anna");
  const auto second = world_.ask("bert");
  const auto one = world_.make_worker("one");
  const auto two = world_.make_worker("two");
  one->start();
  two->start();
  EXPECT_TRUE(all_jobs_ended());
  one->stop();
  two->stop();

  EXPECT_EQ(world_.state(first), "ready");
  EXPECT_EQ(world_.state(second), "ready");
  EXPECT_EQ(world_.count("package"), 2);
  EXPECT_EQ(world_.count("job_attempt"), 2);
}

TEST_F(ExportCrash, TheSweepRemovesWhatADeadWorkerLeft) {
  std::filesystem::create_directories(world_.folder / "packages");
  const auto left = world_.folder / "packages" / ".11111111-2222-4333-8444-555555555555.zip.part";
  std::ofstream(left) << "half";
  const auto request = world_.ask("anna");

  ASSERT_TRUE(world_.work());

  EXPECT_FALSE(std::filesystem::exists(left));
  expect_exactly_one(request);
}

TEST_F(ExportCrash, AWithdrawnRequestLeavesNothing) {
  const auto request = world_.ask("anna");
  const auto worker = world_.make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return world_.count("job_attempt") == 1; }));

  world_.execute(
      "UPDATE job SET state = 'cancelled', lease_token = NULL, lease_until = NULL, worker = NULL, "
      "stage = NULL, "
      "finalized_at = now() WHERE state = 'claimed'; UPDATE access_request SET state = 'withdrawn' "
      "WHERE state "
      "IN ('running', 'verifying')");
  EXPECT_TRUE(eventually([&] { return world_.count("job_attempt WHERE ended_at IS NULL") == 0; }));
  worker->stop();

  EXPECT_EQ(world_.state(request), "withdrawn");
  EXPECT_THAT(world_.stored_files(), IsEmpty());
  EXPECT_EQ(world_.count("package"), 0);
}

}  // namespace
}  // namespace rightful::exporting
