#include "tests/integration/queue/queue_fixture.hpp"

#include <chrono>

#include <fmt/format.h>

#include "rightful/core/clock.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::queue::testing {

namespace {

/// A test may ask the database anything; production code may not.
constexpr store::Sql kEvaluate{"test_evaluate",
                               "SELECT query_to_xml($1, true, true, '')::text AS answer"};

class TestAttempt final : public JobAttempt {
 public:
  TestAttempt(TestHandler& handler, store::ClaimedJob job)
      : handler_(handler), job_(std::move(job)) {}

  [[nodiscard]] std::string child_input() override {
    handler_.note_object(job_.object_name);
    return handler_.next_word();
  }

  [[nodiscard]] std::optional<std::string> on_frame(std::string_view text) override {
    progress_.rows += 1;
    if (text == "ask") return "answer";
    if (text == "forbidden") throw AttemptFailed(failure_of("protocol", FailureClass::Stop));
    if (text == "failure") failure_ = failure_of("object_changed", FailureClass::Retry);
    if (text == "quarantine") failure_ = failure_of("foreign_row", FailureClass::Quarantine);
    if (text == "result") has_result_ = true;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<JobFailure> named_failure() const override { return failure_; }

  [[nodiscard]] bool has_result() const override { return has_result_; }

  [[nodiscard]] std::string_view stage() const override { return "collecting"; }

  [[nodiscard]] store::JobProgress progress() const override { return progress_; }

  [[nodiscard]] ReleaseEnd release(const store::AttemptEnd& end,
                                   const std::stop_token& stop) override {
    handler_.before_release();
    if (stop.stop_requested()) return ReleaseEnd::Stopped;
    auto transaction = handler_.pool_.begin();
    if (!store::jobs::release(transaction, job_, end, SystemClock().now())) throw LeaseLost();
    transaction.commit();
    return ReleaseEnd::Released;
  }

 private:
  TestHandler& handler_;
  store::ClaimedJob job_;
  std::optional<JobFailure> failure_;
  bool has_result_ = false;
  store::JobProgress progress_;
};

ledger::RequestRef ref_of(const store::ClaimedJob& job) {
  return ledger::RequestRef::parse(job.request_ref).value();
}

}  // namespace

JobId QueueDatabase::add_job(const std::string& account, int due_in_days, int priority) {
  const auto request = RequestId::random(random_);
  const auto job = JobId::random(random_);
  const auto ref = ledger::RequestRef::random(random_);
  execute(fmt::format(
      R"(
INSERT INTO account (account_id, created_at) VALUES ('{0}', now()) ON CONFLICT DO NOTHING;
INSERT INTO access_request (id, account_id, ledger_ref, state, received_at, language, nonce, stated_at, unlock_key,
  sign_key, statement_signature, due_nominal, due, due_at, deadline, updated_at)
VALUES ('{1}', '{0}', '{2}', 'queued', now(), 'en', decode(md5('{1}'), 'hex'), now(), sha256('u'), sha256('s'),
  sha256('a') || sha256('b'), current_date + {4}, current_date + {4}, now() + interval '{4} days', '{{}}', now());
INSERT INTO job (id, request_id, account_id, kind, state, due_at, not_before, priority)
VALUES ('{3}', '{1}', '{0}', 'export', 'queued', now() + interval '{4} days', now(), {5});)",
      account,
      request.to_string(),
      ref.text(),
      job.to_string(),
      due_in_days,
      priority));
  return job;
}

std::string QueueDatabase::text(const std::string& query) {
  auto transaction = pool().begin();
  const std::string xml =
      transaction.run(kEvaluate, {"SELECT (" + query + ")::text AS v"}).only().text("answer");
  const auto begin = xml.find("<v>");
  return begin == std::string::npos ? "" : xml.substr(begin + 3, xml.find("</v>") - begin - 3);
}

std::string QueueDatabase::job_state(const JobId& job) {
  return text("SELECT state FROM job WHERE id = '" + job.to_string() + "'");
}

std::string QueueDatabase::request_state(const JobId& job) {
  return text(
      "SELECT r.state FROM access_request r JOIN job j ON j.request_id = r.id WHERE j.id = '" +
      job.to_string() + "'");
}

int QueueDatabase::count(const std::string& condition) {
  return std::stoi(text("SELECT count(*) FROM " + condition));
}

void QueueDatabase::expire_lease(const JobId& job) {
  execute("UPDATE job SET lease_until = now() - interval '1 second' WHERE id = '" +
          job.to_string() + "'");
}

void QueueDatabase::make_due_now(const JobId& job) {
  execute("UPDATE job SET not_before = now() WHERE id = '" + job.to_string() + "'");
}

std::vector<store::ClaimedJob> QueueDatabase::claim(int limit, const std::string& worker) {
  auto transaction = pool().begin();
  auto jobs = store::jobs::claim(transaction, worker, std::chrono::seconds(60), limit);
  transaction.commit();
  return jobs;
}

std::unique_ptr<JobAttempt> TestHandler::begin(const store::ClaimedJob& job) {
  return std::make_unique<TestAttempt>(*this, job);
}

void TestHandler::destroy_object(std::string_view object_name) {
  const std::scoped_lock lock(mutex_);
  objects_.erase(std::string(object_name));
}

bool TestHandler::quarantine(const store::ClaimedJob& job,
                             const store::AttemptEnd& end,
                             const JobFailure& failure) {
  auto transaction = pool_.begin();
  ledger::Event event(
      ledger::System{},
      job.account,
      ref_of(job),
      ledger::events::JobQuarantined{.ds = {}, .stage = "collecting", .why = "foreign_row"});
  const bool is_ours = store::jobs::quarantine(transaction,
                                               job,
                                               end,
                                               {"quarantine", failure.cause, failure.note},
                                               SystemClock().now(),
                                               std::move(event));
  transaction.commit();
  return is_ours;
}

void TestHandler::script(std::vector<std::string> words) {
  const std::scoped_lock lock(mutex_);
  words_ = std::move(words);
}

std::string TestHandler::next_word() {
  const std::scoped_lock lock(mutex_);
  std::string word = words_.front();
  if (words_.size() > 1) words_.erase(words_.begin());
  return word;
}

void TestHandler::note_object(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  objects_.insert(name);
}

std::set<std::string> TestHandler::objects() {
  const std::scoped_lock lock(mutex_);
  return objects_;
}

bool eventually(const std::function<bool()>& condition) {
  SystemClock clock;
  const auto give_up_at = clock.steady_now() + std::chrono::seconds(20);
  while (clock.steady_now() < give_up_at) {
    if (condition()) return true;
    clock.wait_for({}, std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace rightful::queue::testing
