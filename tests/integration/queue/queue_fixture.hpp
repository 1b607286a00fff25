/// @file
/// A state database with accounts, requests and jobs that nobody can run but the tests, and a
/// handler that remembers what it was asked to do.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "rightful/core/random.hpp"
#include "rightful/queue/job_handler.hpp"
#include "rightful/queue/worker.hpp"
#include "rightful/store/pool.hpp"

#include "tests/support/test_database.hpp"

namespace rightful::queue::testing {

/// Accounts, requests and jobs by short names, so that a test reads like a story.
class QueueDatabase {
 public:
  QueueDatabase() : database_(rightful::testing::TestDatabase::create()) {}

  [[nodiscard]] store::Pool& pool() { return database_.pool(); }

  [[nodiscard]] rightful::testing::TestDatabase& database() { return database_; }

  /// A queued job with a request of its own. @param due_in_days  from now.
  JobId add_job(const std::string& account, int due_in_days = 20, int priority = 100);

  [[nodiscard]] std::string text(const std::string& query);
  [[nodiscard]] std::string job_state(const JobId& job);
  [[nodiscard]] std::string request_state(const JobId& job);
  [[nodiscard]] int count(const std::string& condition);
  /// Moves a row in time instead of the clock of the server.
  void expire_lease(const JobId& job);
  void make_due_now(const JobId& job);

  void execute(const std::string& script) { database_.execute(script); }

  [[nodiscard]] std::vector<store::ClaimedJob> claim(int limit = 10,
                                                     const std::string& worker = "w1");

 private:
  rightful::testing::TestDatabase database_;
  SystemRandom random_;
};

/// Lets every job through, or none.
class TestAuthority final : public AuthorityCheck {
 public:
  [[nodiscard]] Result<void> check(const store::ClaimedJob& /*job*/) override { return answer; }

  Result<void> answer;
};

/// The child's words are the test child's; the package store is a set of names.
class TestHandler final : public JobHandler {
 public:
  explicit TestHandler(store::Pool& pool) : pool_(pool) {}

  [[nodiscard]] std::unique_ptr<JobAttempt> begin(const store::ClaimedJob& job) override;
  void destroy_object(std::string_view object_name) override;
  [[nodiscard]] bool quarantine(const store::ClaimedJob& job,
                                const store::AttemptEnd& end,
                                const JobFailure& failure) override;

  void sweep() override {
    ++sweeps;
    if (sweep_fails) throw Failure(Retry::Later, "io_error", "the sweep fails");
  }

  /// What the next attempts tell their children; the last one stays.
  void script(std::vector<std::string> words);
  [[nodiscard]] std::string next_word();
  void note_object(const std::string& name);
  [[nodiscard]] std::set<std::string> objects();

  store::Pool& pool_;
  int sweeps = 0;
  bool sweep_fails = false;
  std::function<void()> before_release = [] {};

 private:
  std::mutex mutex_;  ///< guards both below
  std::vector<std::string> words_{"result"};
  std::set<std::string> objects_;
};

/// Polls a condition against the database until it holds; fails the test after ten seconds.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace rightful::queue::testing
