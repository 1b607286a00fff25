#include "bench/running_log.hpp"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/pool.hpp"

#include "bench/append_rates.hpp"
#include "bench/made_log.hpp"
#include "bench/measured_run.hpp"
#include "bench/stop_request.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;
using std::chrono::steady_clock;

constexpr unsigned kClients = 32;
constexpr std::size_t kLeavesPerInsert = 1000;
constexpr std::chrono::milliseconds kProbeEvery(100);
constexpr std::chrono::milliseconds kLook(5);
constexpr std::chrono::minutes kPatience(10);
constexpr std::chrono::seconds kPlainFor(20);
constexpr std::chrono::seconds kPersonalFor(30);

constexpr store::Sql kCountOutbox{"count_outbox", "SELECT count(*) AS waiting FROM ledger.outbox"};
constexpr store::Sql kSizeOfHead{"size_of_head", "SELECT size FROM ledger.head WHERE log_id = 1"};
constexpr store::Sql kFindLeaf{
    "find_leaf", "SELECT idx FROM ledger.lookup WHERE log_id = $1 AND writer_id = $2 AND n = $3"};
constexpr store::Sql kStage{
    "stage", "INSERT INTO ledger.outbox (log_id, leaf) SELECT 1::smallint, unnest($1::bytea[])"};

/// The peak of a process that runs, MiB.
double peak_mib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

/// `rightful work --role sequencer` and `--role signer`, as an operator runs them.
class LedgerProcesses {
 public:
  LedgerProcesses(const Setup& setup, const LedgerBed& bed)
      : signer_(start(setup, bed, "signer")), sequencer_(start(setup, bed, "sequencer")) {}

  LedgerProcesses(const LedgerProcesses&) = delete;
  LedgerProcesses& operator=(const LedgerProcesses&) = delete;

  ~LedgerProcesses() {
    sequencer_.send_signal(SIGTERM);
    static_cast<void>(sequencer_.wait_for(std::chrono::seconds(30)));
    signer_.send_signal(SIGTERM);
    static_cast<void>(signer_.wait_for(std::chrono::seconds(10)));
  }

  [[nodiscard]] ordered_json peaks() const {
    return {{"sequencer", peak_mib(sequencer_.pid())}, {"signer", peak_mib(signer_.pid())}};
  }

  /// Errors  Failure when one of them has ended.
  void demand_running() {
    if (sequencer_.try_wait() || signer_.try_wait())
      throw Failure(Retry::Never, "bench", "the sequencer or the signer has ended");
  }

 private:
  static Subprocess start(const Setup& setup, const LedgerBed& bed, const char* role) {
    return Subprocess::start({.program = setup.programs.rightful,
                              .arguments = {"work",
                                            "--role",
                                            role,
                                            "--database",
                                            bed.url(),
                                            "--data-dir",
                                            bed.data().string(),
                                            "--ledger-origin",
                                            kLedgerOrigin,
                                            "--log-level",
                                            "error"},
                              .environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"},
                              .directory = {},
                              .descriptors = {{2, 2}},
                              .group = {},
                              .dies_with_parent = true});
  }

  Subprocess signer_;
  Subprocess sequencer_;
};

/// The size that the published checkpoint signs; 0 while there is none.
std::uint64_t published_size(const LedgerBed& bed) {
  std::ifstream file(bed.data() / "ledger/1/checkpoint");
  std::string origin;
  std::string size;
  if (!std::getline(file, origin) || !std::getline(file, size)) return 0;
  std::uint64_t number = 0;
  std::from_chars(size.data(), size.data() + size.size(), number);
  return number;
}

/// One client that appends a fact, waits until a published checkpoint covers it, and notes how
/// long.
class Probe {
 public:
  explicit Probe(LedgerBed& bed)
      : bed_(bed),
        writer_(bed.connection(), bed.writer_settings(), bed.keys(), bed.clock(), bed.random()),
        pool_(bed.connection(), 1, &writer_) {
    value_of(writer_.start());
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe() = default;

  /// Seconds of each, ascending. Errors  Failure of the thread.
  std::vector<double> end() {
    thread_.request_stop();
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
    writer_.stop();
    std::ranges::sort(latencies_);
    return latencies_;
  }

 private:
  struct Waiting {
    store::CommittedLeaves leaf;
    steady_clock::time_point since;
    std::optional<std::uint64_t> index;
  };

  void run(const std::stop_token& stop) {
    try {
      auto next = steady_clock::now();
      while (!stop.stop_requested() || !waiting_.empty()) {
        if (!stop.stop_requested() && steady_clock::now() >= next) {
          append();
          next += kProbeEvery;
        }
        look();
        bed_.clock().wait_for({}, kLook);
        if (!waiting_.empty() && steady_clock::now() - waiting_.front().since > kPatience)
          throw Failure(Retry::Never, "bench", "a leaf was never published");
      }
    } catch (const std::exception&) {  // kept for the thread that waits
      failure_ = std::current_exception();
    }
  }

  void append() {
    store::Transaction transaction = pool_.begin();
    transaction.record(plain_fact());
    auto leaf = transaction.commit();
    waiting_.push_back({*std::move(leaf), steady_clock::now(), std::nullopt});
  }

  // Leaves of one writer come in the order of their numbers here, so the first one decides.
  void look() {
    const std::uint64_t size = published_size(bed_);
    while (!waiting_.empty()) {
      Waiting& first = waiting_.front();
      if (!first.index) first.index = find(first.leaf);
      if (!first.index || *first.index >= size) return;
      latencies_.push_back(Seconds(steady_clock::now() - first.since).count());
      waiting_.erase(waiting_.begin());
    }
  }

  std::optional<std::uint64_t> find(const store::CommittedLeaves& leaf) {
    store::Transaction transaction = pool_.begin();
    const auto row =
        transaction
            .run(kFindLeaf,
                 {leaf.log_id, leaf.writer.text(), static_cast<std::int64_t>(leaf.numbers.front())})
            .at_most_one();
    if (!row) return std::nullopt;
    return static_cast<std::uint64_t>(row->integer("idx"));
  }

  LedgerBed& bed_;
  store::LedgerWriter writer_;
  store::Pool pool_;
  std::vector<Waiting> waiting_;
  std::vector<double> latencies_;
  std::exception_ptr failure_;
  std::jthread thread_;  // last: ends before what it uses
};

std::int64_t ask(store::Pool& pool, const store::Sql& question, const char* column) {
  store::Transaction transaction = pool.begin();
  return transaction.run(question).only().integer(column);
}

ordered_json latency_of(const std::vector<double>& sorted) {
  if (sorted.empty()) throw Failure(Retry::Never, "bench", "no leaf was published");
  return {{"facts", sorted.size()},
          {"median_s", sorted[sorted.size() / 2]},
          {"p99_s", sorted[sorted.size() * 99 / 100]},
          {"max_s", sorted.back()}};
}

}  // namespace

ordered_json measure_running(const Setup& setup, LedgerBed& bed, std::chrono::seconds duration) {
  const fs::path scripts = setup.folder.make("scripts-running");
  setup.progress.show("B(32)");
  const double plain = plain_insert_rate(bed, scripts, kClients, kPlainFor);
  bed.run_sql("TRUNCATE peer.event");
  LedgerProcesses processes(setup, bed);
  setup.progress.show("facts about persons");
  const double personal =
      static_cast<double>(append_for(bed, kClients, kPersonalFor, &personal_fact)) /
      Seconds(kPersonalFor).count();
  store::Pool pool(bed.connection(), 1, nullptr);
  Probe probe(bed);
  ordered_json outbox = ordered_json::array();
  const auto start = steady_clock::now();
  const std::uint64_t commits = append_for(bed, kClients, duration, &plain_fact, [&] {
    processes.demand_running();
    outbox.push_back(ask(pool, kCountOutbox, "waiting"));
    setup.progress.show(fmt::format("{} of {} s, {} in the outbox",
                                    outbox.size(),
                                    duration.count(),
                                    outbox.back().get<std::int64_t>()));
  });
  const double rate = static_cast<double>(commits) / Seconds(steady_clock::now() - start).count();
  const auto latencies = probe.end();
  setup.progress.clear();
  return {{"seconds", duration.count()},
          {"plain_per_s", plain},
          {"per_s", rate},
          {"personal_per_s", personal},
          {"latency", latency_of(latencies)},
          {"peak_mib", processes.peaks()},
          {"outbox_each_second", std::move(outbox)}};
}

ordered_json measure_draining(const Setup& setup, LedgerBed& bed, std::uint64_t leaves) {
  store::Pool pool(bed.connection(), 1, nullptr);
  const auto before = ask(pool, kSizeOfHead, "size");
  LeafMaker maker(value_of(ledger::Origin::parse(kLedgerOrigin)),
                  bed.keys().ledger_enrolment_key());
  for (std::uint64_t done = 0; done < leaves;) {
    setup.progress.show(fmt::format("staging leaf {} of {}", done, leaves));
    std::vector<Bytes> some;
    for (; some.size() < kLeavesPerInsert && done < leaves; ++done)
      some.push_back(maker.next());
    store::Transaction transaction = pool.begin();
    transaction.run(kStage, {some});
    transaction.commit();
    throw_if_stop_requested();
  }
  const auto target = before + static_cast<std::int64_t>(leaves);
  const auto start = steady_clock::now();
  LedgerProcesses processes(setup, bed);
  std::int64_t size = before;
  while (size < target) {
    bed.clock().wait_for({}, std::chrono::milliseconds(100));
    processes.demand_running();
    size = ask(pool, kSizeOfHead, "size");
    setup.progress.show(fmt::format("{} of {} sequenced", size - before, leaves));
    throw_if_stop_requested();
  }
  const double sequenced = Seconds(steady_clock::now() - start).count();
  while (published_size(bed) < static_cast<std::uint64_t>(target)) {
    bed.clock().wait_for({}, std::chrono::milliseconds(20));
    processes.demand_running();
  }
  const double published = Seconds(steady_clock::now() - start).count();
  setup.progress.clear();
  return {{"leaves", leaves},
          {"sequenced_s", sequenced},
          {"per_s", static_cast<double>(leaves) / sequenced},
          {"published_s", published},
          {"peak_mib", processes.peaks()}};
}

}  // namespace rightful::bench
