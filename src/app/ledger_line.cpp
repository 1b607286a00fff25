#include "app/ledger_line.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/ledger/log_name.hpp"

namespace rightful::app {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::size_t kConnections = 2;
constexpr auto kShortestPoll = 50ms;
constexpr auto kLongestPoll = 200ms;
constexpr auto kAfterFailure = 1s;
constexpr auto kAfterDamage = 30s;
constexpr auto kLookAgain = 1s;  // a checkpoint grows old, another process sequences
constexpr auto kPatienceWithSigner = 5s;

store::ConnectionSettings named(store::ConnectionSettings settings, std::string_view name) {
  settings.application_name = name;
  return settings;
}

}  // namespace

Result<std::unique_ptr<LedgerLine>> LedgerLine::create(const LedgerWorkers& workers,
                                                       const store::ledger_tables::LogRow& log) {
  RIGHTFUL_TRY(const std::string name, ledger::log_name(log.origin));
  const fs::path folder = workers.ledger_directory / name;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::Denied,
                "cannot make " + folder.string() + " (" + error.message() +
                    "); name another place with --ledger-dir");
  }
  fs::permissions(
      folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec, error);
  if (error) {
    return fail(ErrorCode::Denied,
                "cannot set the rights of " + folder.string() + " (" + error.message() +
                    "); it must belong to the user that runs this");
  }
  RIGHTFUL_TRY(auto directory, ledger::LogDirectory::open(folder));
  return std::unique_ptr<LedgerLine>(new LedgerLine(workers, log, folder, std::move(directory)));
}

LedgerLine::LedgerLine(const LedgerWorkers& workers,
                       const store::ledger_tables::LogRow& log,
                       const fs::path& folder,
                       ledger::LogDirectory directory)
    : log_id_(log.log_id),
      clock_(workers.clock),
      lock_file_(folder / ".publisher"),
      pool_(named(workers.database, "rightful-publisher"), kConnections, nullptr),
      directory_(std::move(directory)),
      signer_(workers.signer_socket),
      publisher_(pool_,
                 {.log_id = log.log_id, .origin = log.origin},
                 directory_,
                 directory_,
                 signer_,
                 workers.clock),
      sequencer_(named(workers.database, "rightful-sequencer"),
                 {.log_id = log.log_id, .build = workers.build},
                 workers.keys,
                 workers.clock,
                 workers.random) {}

LedgerLine::~LedgerLine() = default;

void LedgerLine::start() {
  sequencing_ = std::jthread([this](const std::stop_token& stop) { run_sequencer(stop); });
  publishing_ = std::jthread([this](const std::stop_token& stop) { run_publisher(stop); });
}

bool LedgerLine::is_sealed() const {
  const std::lock_guard lock(mutex_);
  return is_last_ && published_ == size_;
}

void LedgerLine::report_size(std::uint64_t size, bool is_sealed) {
  const std::lock_guard lock(mutex_);
  is_last_ = is_last_ || is_sealed;
  if (size <= size_) return;
  size_ = size;
  is_behind_ = true;
  grown_.notify_all();
}

void LedgerLine::run_sequencer(const std::stop_token& stop) {
  std::chrono::milliseconds poll = kShortestPoll;
  while (!stop.stop_requested()) {
    try {
      const store::BatchResult batch = sequencer_.run_batch();
      report_size(batch.size, batch.state == store::BatchState::Sealed);
      if (batch.is_full) continue;
      poll = batch.rows > 0 ? kShortestPoll
                            : std::min(2 * poll, std::chrono::milliseconds(kLongestPoll));
    } catch (const Failure& failure) {
      if (failure.retry() == Retry::Never) {
        log::error("sequencer_stands", "log_id={} cause={}", log_id_, failure.cause());
      } else {
        log::warn("sequencer_failed", "log_id={} cause={}", log_id_, failure.cause());
      }
      poll = failure.retry() == Retry::Never ? kAfterDamage : kAfterFailure;
    }
    static_cast<void>(clock_.wait_for(stop, poll));
  }
}

void LedgerLine::wait_for_size(const std::stop_token& stop, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  static_cast<void>(grown_.wait_for(lock, stop, limit, [this] { return is_behind_; }));
}

bool LedgerLine::may_publish() {
  if (lock_.is_open()) return true;
  UniqueFd lock(::open(lock_file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.is_open()) throw_system_failure("open of the publisher's lock", errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
    lock_ = std::move(lock);
    return true;
  }
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  throw_system_failure("lock of the published log", errno);
}

// What is missing is written before anything new, at the start and whenever publishing met with
// files that are gone or differ; what cannot be is no reason not to go on.
void LedgerLine::repair_if_due() {
  if (std::exchange(is_repaired_, true)) return;
  try {
    static_cast<void>(publisher_.repair());
  } catch (const Failure& failure) {
    log::warn("ledger_not_repaired",
              "log_id={} cause={} why=\"{}\"",
              log_id_,
              failure.cause(),
              failure.what());
  }
}

// How long to wait before the next one.
std::chrono::milliseconds LedgerLine::publish_once() {
  if (!may_publish()) return kAfterFailure;
  repair_if_due();
  const store::PublishReport report = publisher_.publish();
  switch (report.step) {
    case store::PublishStep::Waits:
      return kShortestPoll;
    case store::PublishStep::Published: {
      const std::lock_guard lock(mutex_);
      published_ = report.size;
      is_behind_ = published_ < size_;
      return publisher_.until_due();
    }
    case store::PublishStep::Frozen:
      return kAfterFailure;
    case store::PublishStep::Stopped:
      is_repaired_ = false;
      return 10 * kAfterFailure;
  }
  return kAfterFailure;
}

void LedgerLine::run_publisher(const std::stop_token& stop) {
  const auto begun = clock_.steady_now();
  while (!stop.stop_requested()) {
    std::chrono::milliseconds pause = kAfterFailure;
    try {
      pause = publish_once();
    } catch (const Failure& failure) {
      is_repaired_ = is_repaired_ && failure.cause() != "io_error";  // a tile that is gone, perhaps
      const bool is_starting =
          failure.cause() == "unavailable" && clock_.steady_now() - begun < kPatienceWithSigner;
      if (is_starting) pause = kShortestPoll;
      if (!is_starting) {
        log::warn("publisher_failed",
                  "log_id={} cause={} why=\"{}\"",
                  log_id_,
                  failure.cause(),
                  failure.what());
      }
    }
    static_cast<void>(clock_.wait_for(stop, pause));
    wait_for_size(stop, kLookAgain);
  }
}

void LedgerLine::finish(std::chrono::milliseconds limit) {
  const auto deadline = clock_.steady_now() + limit;
  sequencing_.request_stop();
  publishing_.request_stop();
  if (sequencing_.joinable()) sequencing_.join();
  if (publishing_.joinable()) publishing_.join();
  try {
    drain(deadline);
  } catch (const Failure& failure) {
    log::warn("ledger_not_drained", "log_id={} cause={}", log_id_, failure.cause());
  }
}

void LedgerLine::drain(std::chrono::steady_clock::time_point deadline) {
  store::BatchResult batch;
  do {
    batch = sequencer_.run_batch();
  } while (batch.rows > 0 && clock_.steady_now() < deadline);
  sequencer_.stop();
  while (clock_.steady_now() < deadline && may_publish()) {
    if (publisher_.publish_now().step != store::PublishStep::Published) break;
  }
}

}  // namespace rightful::app
