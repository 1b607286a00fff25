#include "rightful/queue/supervisor.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/queue/child_channel.hpp"
#include "rightful/queue/lease_keeper.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::queue {

namespace {

constexpr int kChildInput = 3;
constexpr int kChildOutput = 4;
// A child that has closed its pipe has nothing left to do but exit.
constexpr std::chrono::seconds kExitPatience{10};

struct SocketPair {
  UniqueFd ours;
  UniqueFd childs;
};

SocketPair make_socket_pair() {
  int fds[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    throw_system_failure("socketpair", errno);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

ledger::RequestRef reference_of(const store::ClaimedJob& job) {
  const auto ref = ledger::RequestRef::parse(job.request_ref);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  return *ref;
}

using StageCode = ledger::Code<ledger::CodeList::Stage>;

/// Which dataset it was, where the child could say that.
void record_dataset(store::Transaction& transaction,
                    const store::ClaimedJob& job,
                    const JobFailure& failure) {
  if (!failure.dataset_number) return;
  transaction.record(ledger::Event(
      ledger::System{},
      job.account,
      reference_of(job),
      ledger::events::DatasetFailed{
          .attempt = job.attempt,
          .ds = *failure.dataset_number,
          .why = ledger::Code<ledger::CodeList::FailureCause>::or_other(failure.cause)},
      ledger::Outcome::Error));
}

StageCode stage_code(std::string_view stage) {
  const auto code = StageCode::parse(stage);
  return code ? *code : StageCode("starting");
}

}  // namespace

struct Supervisor::Outcome {
  enum class End : std::uint8_t { Released, Failed, Lost, Stopped };

  End end = End::Failed;
  JobFailure failure;
  store::AttemptEnd attempt;
  std::string stage = "claiming";
  bool has_tried_release = false;

  [[nodiscard]] store::AttemptEnd ended(std::string_view how, std::string_view cause) const {
    return {std::string(how), std::string(cause), attempt.death, attempt.peak_memory_kib, stage};
  }
};

/// One child and the talk with it. The destructor of the process kills what is left.
class Supervisor::Conversation {
 public:
  Conversation(const SupervisorSettings& settings,
               Clock& clock,
               HeldLease& lease,
               std::stop_token stop)
      : clock_(clock),
        lease_(lease),
        stop_(std::move(stop)),
        end_at_(clock.steady_now() + settings.child_time_limit),
        to_child_(make_socket_pair()),
        from_child_(make_socket_pair()),
        process_(start(settings)),
        channel_(
            from_child_.ours.get(), to_child_.ours.get(), [this] { return is_interrupted(); }) {
    to_child_.childs.reset();
    from_child_.childs.reset();
  }

  /// Until the child closes its pipe, or somebody has to end it.
  void run(JobAttempt& work) {
    if (!channel_.send(work.child_input())) return;
    for (;;) {
      auto received = channel_.receive();
      if (!received) {
        kill(Killer::Supervisor);
        return;
      }
      if (received->event != SupervisorEnd::Event::Frame) return;
      const auto answer = work.on_frame(received->text);
      lease_.set_progress(work.progress());
      if (answer && !channel_.send(*answer)) return;
    }
  }

  /// Waits for the end, at most kExitPatience; a child that stays is killed.
  ExitStatus finish() {
    const auto give_up_at = clock_.steady_now() + kExitPatience;
    std::optional<ExitStatus> status;
    while (!status) {
      if (is_interrupted()) kill(killer_);
      if (killer_ == Killer::Nobody && clock_.steady_now() >= give_up_at) kill(Killer::Supervisor);
      status = process_.wait_for(std::chrono::milliseconds{100});
    }
    return *status;
  }

  void kill(Killer killer) {
    killer_ = killer;
    process_.send_signal(SIGKILL);
  }

  [[nodiscard]] Killer killer() const noexcept { return killer_; }

 private:
  [[nodiscard]] Subprocess start(const SupervisorSettings& settings) const {
    SubprocessSpec spec;
    spec.program = settings.child_program;
    spec.arguments = {"export-child"};
    spec.descriptors = {{to_child_.childs.get(), kChildInput},
                        {from_child_.childs.get(), kChildOutput}};
    spec.new_session = true;
    spec.dies_with_parent = true;
    return Subprocess::start(spec);
  }

  bool is_interrupted() {
    if (killer_ != Killer::Nobody) return true;
    const auto now = clock_.steady_now();
    if (stop_.stop_requested()) {
      killer_ = Killer::WorkerStop;
    } else if (lease_.is_lost(now)) {
      killer_ = Killer::LeaseEnd;
    } else if (now >= end_at_) {
      killer_ = Killer::TimeLimit;
    }
    return killer_ != Killer::Nobody;
  }

  Clock& clock_;
  HeldLease& lease_;
  std::stop_token stop_;
  std::chrono::steady_clock::time_point end_at_;
  SocketPair to_child_;
  SocketPair from_child_;
  Subprocess process_;
  SupervisorEnd channel_;
  Killer killer_ = Killer::Nobody;
};

Supervisor::Supervisor(store::Pool& pool,
                       JobHandler& handler,
                       AuthorityCheck& authority,
                       Clock& clock,
                       Random& random,
                       SupervisorSettings settings)
    : pool_(pool),
      handler_(handler),
      authority_(authority),
      clock_(clock),
      random_(random),
      settings_(std::move(settings)) {
  if (settings_.child_program.empty()) settings_.child_program = "/proc/self/exe";
}

void Supervisor::run(const store::ClaimedJob& job, HeldLease& lease, const std::stop_token& stop) {
  Outcome outcome;
  try {
    attempt(job, lease, stop, outcome);
  } catch (const LeaseLost&) {
    outcome.end = Outcome::End::Lost;
  } catch (const AttemptFailed& failed) {
    outcome.failure = failed.failure();
  } catch (const Failure& fault) {
    log::warn("attempt_fault",
              "job={} attempt={} cause={} text=\"{}\"",
              job.lease.job,
              job.attempt,
              fault.cause(),
              fault.what());
    outcome.failure = failure_of(fault);
  } catch (const std::exception&) {  // no what(): it may hold data
    outcome.failure = failure_of("internal", FailureClass::Stop);
  }
  try {
    conclude(job, outcome);
  } catch (const Failure& fault) {
    // The database or the store is away: the lease runs out, and the next claim finds and clears
    // what is left.
    log::error("attempt_not_concluded",
               "job={} attempt={} cause={}",
               job.lease.job,
               job.attempt,
               fault.cause());
  }
}

void Supervisor::attempt(const store::ClaimedJob& job,
                         HeldLease& lease,
                         const std::stop_token& stop,
                         Outcome& outcome) {
  recover_earlier_attempts(job);
  outcome.stage = "authority";
  check_authority(job);
  outcome.stage = "starting";
  const auto work = handler_.begin(job);
  try {
    supervise(*work, lease, stop, outcome);
  } catch (const Failure&) {
    outcome.stage = work->stage();
    throw;
  }
  outcome.stage = work->stage();
}

void Supervisor::recover_earlier_attempts(const store::ClaimedJob& job) {
  std::vector<store::LeftObject> left;
  {
    auto transaction = pool_.begin();
    left = store::jobs::left_objects(transaction, job.lease.job, job.attempt);
  }
  for (const auto& object : left) {
    handler_.destroy_object(object.object_name);
    auto transaction = pool_.begin();
    store::jobs::mark_object_destroyed(transaction, object.job, object.attempt, "rescued");
    transaction.commit();
  }
  if (job.was_reclaimed && job.failure_streak >= settings_.retry.streak_limit) {
    throw AttemptFailed(failure_of("lease_lost", FailureClass::Retry));
  }
}

void Supervisor::check_authority(const store::ClaimedJob& job) {
  if (job.is_account_swapped) {
    throw AttemptFailed(failure_of("bad_statement", FailureClass::Quarantine));
  }
  const auto checked = authority_.check(job);
  if (checked) return;
  switch (checked.error().code) {
    case ErrorCode::NotAuthentic:
    case ErrorCode::Denied:
      throw AttemptFailed(failure_of("bad_statement", FailureClass::Quarantine));
    case ErrorCode::NotFound:
      throw AttemptFailed(failure_of("no_keys", FailureClass::Stop));
    case ErrorCode::Unavailable:
      throw AttemptFailed(failure_of("unavailable", FailureClass::Retry));
    case ErrorCode::InvalidArgument:
    case ErrorCode::Conflict:
    case ErrorCode::Expired:
    case ErrorCode::LimitExceeded:
      throw AttemptFailed(failure_of("not_open", FailureClass::Stop));
  }
}

void Supervisor::supervise(JobAttempt& work,
                           HeldLease& lease,
                           const std::stop_token& stop,
                           Outcome& outcome) {
  Conversation conversation(settings_, clock_, lease, stop);
  const auto note_death = [&](const ExitStatus& status) {
    outcome.attempt.death = describe_death(status, conversation.killer());
    outcome.attempt.peak_memory_kib = status.peak_memory_kib;
  };
  try {
    conversation.run(work);
  } catch (const Failure&) {
    conversation.kill(Killer::Supervisor);
    note_death(conversation.finish());
    throw;
  }
  const ExitStatus status = conversation.finish();
  note_death(status);
  if (conversation.killer() == Killer::WorkerStop) {
    outcome.end = Outcome::End::Stopped;
    return;
  }
  if (conversation.killer() == Killer::LeaseEnd) throw LeaseLost();
  if (const auto named = work.named_failure()) throw AttemptFailed(*named);
  if (!work.has_result() || !status.is_success()) {
    throw AttemptFailed(failure_of_death(status, conversation.killer()));
  }
  outcome.has_tried_release = true;
  outcome.stage = "releasing";
  const ReleaseEnd end = work.release(outcome.ended("released", ""), stop);
  outcome.end = end == ReleaseEnd::Released ? Outcome::End::Released : Outcome::End::Stopped;
}

void Supervisor::conclude(const store::ClaimedJob& job, Outcome& outcome) {
  if (outcome.end != Outcome::End::Released && is_released(job, outcome))
    outcome.end = Outcome::End::Released;
  switch (outcome.end) {
    case Outcome::End::Released:
      log::info("export_released", "job={} attempt={}", job.lease.job, job.attempt);
      return;
    case Outcome::End::Stopped:
      return give_back(job, outcome);
    case Outcome::End::Lost:
      return abandon(job, outcome);
    case Outcome::End::Failed:
      log::warn("attempt_failed",
                "job={} attempt={} class={} cause={} stage={} death=\"{}\"",
                job.lease.job,
                job.attempt,
                name_of(outcome.failure.failure_class),
                outcome.failure.cause,
                outcome.stage,
                outcome.attempt.death);
      return outcome.failure.failure_class == FailureClass::Quarantine
                 ? conclude_quarantine(job, outcome)
                 : conclude_failure(job, outcome);
  }
}

// A commit in doubt, or an answer that was lost on its way: the row says whether the release
// happened. The lock waits for a COMMIT that the server is still at (a slow standby): before its
// end the object may not be destroyed.
bool Supervisor::is_released(const store::ClaimedJob& job, const Outcome& outcome) {
  if (!outcome.has_tried_release) return false;
  auto transaction = pool_.begin();
  static_cast<void>(store::jobs::hold(transaction, job.lease));
  return store::jobs::is_released(transaction, job.object_name);
}

void Supervisor::destroy(const store::ClaimedJob& job) {
  handler_.destroy_object(job.object_name);
  auto transaction = pool_.begin();
  store::jobs::mark_object_destroyed(transaction, job.lease.job, job.attempt, "not_released");
  transaction.commit();
}

void Supervisor::conclude_failure(const store::ClaimedJob& job, const Outcome& outcome) {
  destroy(job);
  const JobFailure& failure = outcome.failure;
  const Instant now = clock_.now();
  const auto decision = decide_retry(
      failure, job.failure_cause, job.failure_streak, job.due_at, now, settings_.retry, random_);
  const auto end = outcome.ended(name_of(failure.failure_class), failure.cause);
  const store::JobEnd why{std::string(name_of(failure.failure_class)), failure.cause, failure.note};
  ledger::Event event(
      ledger::System{},
      job.account,
      reference_of(job),
      ledger::events::JobFailed{
          .attempt = job.attempt,
          .final = decision.is_final,
          .stage = stage_code(outcome.stage),
          .why = ledger::Code<ledger::CodeList::FailureCause>::or_other(failure.cause)},
      ledger::Outcome::Error);
  auto transaction = pool_.begin();
  const bool is_ours =
      decision.is_final
          ? store::jobs::fail_finally(
                transaction, job, end, why, decision.streak, now, std::move(event))
          : store::jobs::requeue(
                transaction, job, end, why, decision.delay, decision.streak, std::move(event));
  if (is_ours) {
    record_dataset(transaction, job, failure);
  } else {
    store::jobs::end_attempt(transaction, job, outcome.ended("lease_lost", failure.cause));
  }
  transaction.commit();
  if (is_ours && decision.is_final) {
    log::error("export_needs_a_person",
               "job={} cause={} streak={}",
               job.lease.job,
               failure.cause,
               decision.streak);
  }
}

// First the record, then the object: until the incident stands, its evidence may not vanish.
void Supervisor::conclude_quarantine(const store::ClaimedJob& job, const Outcome& outcome) {
  const bool is_ours =
      handler_.quarantine(job, outcome.ended("quarantine", outcome.failure.cause), outcome.failure);
  if (!is_ours) return abandon(job, outcome);
  log::error("export_quarantined", "job={} cause={}", job.lease.job, outcome.failure.cause);
  destroy(job);
}

void Supervisor::give_back(const store::ClaimedJob& job, const Outcome& outcome) {
  destroy(job);
  auto transaction = pool_.begin();
  // The failures before count on; being stopped is none.
  const bool is_ours = store::jobs::requeue(
      transaction,
      job,
      outcome.ended("cancelled", "shutdown"),
      {job.failure_cause.empty() ? "" : "retry", job.failure_cause, ""},
      std::chrono::milliseconds{0},
      job.failure_streak,
      ledger::Event(ledger::System{},
                    job.account,
                    reference_of(job),
                    ledger::events::JobRescued{.attempt = job.attempt, .why = "worker_gone"}));
  if (!is_ours) store::jobs::end_attempt(transaction, job, outcome.ended("lease_lost", "shutdown"));
  transaction.commit();
}

void Supervisor::abandon(const store::ClaimedJob& job, const Outcome& outcome) {
  destroy(job);
  auto transaction = pool_.begin();
  store::jobs::end_attempt(transaction, job, outcome.ended("lease_lost", "lease_lost"));
  transaction.commit();
  log::info("lease_lost", "job={} attempt={}", job.lease.job, job.attempt);
}

}  // namespace rightful::queue
