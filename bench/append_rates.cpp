#include "bench/append_rates.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/store/pool.hpp"

#include "app/demo_shop.hpp"
#include "bench/measured_run.hpp"
#include "bench/plain_file.hpp"
#include "bench/stop_request.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr unsigned kPersons = 1000;

/// As a literal of PostgreSQL: 400 bytes, about what a leaf has.
std::string body_literal() {
  std::string hex;
  for (unsigned i = 0; i < 400; ++i)
    hex += fmt::format("{:02x}", i * 37 % 256);
  return "'\\x" + hex + "'::bytea";
}

std::string plain_script() {
  return fmt::format("INSERT INTO peer.event (body) VALUES ({});\n", body_literal());
}

/// The same table that we write, without what makes it a ledger.
std::string outbox_script() {
  return fmt::format("INSERT INTO ledger.outbox (log_id, leaf) VALUES (0, {});\n", body_literal());
}

std::string chain_script() {
  return fmt::format(
      "BEGIN;\n"
      "UPDATE peer.chain_head SET size = size + 1, hash = sha256(hash || {0}) RETURNING size, hash "
      "\\gset\n"
      "INSERT INTO peer.chain_event (id, body, hash) VALUES (:size, {0}, ':hash');\n"
      "COMMIT;\n",
      body_literal());
}

double pgbench(const LedgerBed& bed,
               const fs::path& script,
               unsigned clients,
               std::chrono::seconds duration) {
  const std::string output = run_apart({value_of(app::find_postgresql_program("pgbench")).string(),
                                        "--no-vacuum",
                                        "--client=" + std::to_string(clients),
                                        "--jobs=" + std::to_string(std::min(clients, 2U)),
                                        "--time=" + std::to_string(duration.count()),
                                        "--file=" + script.string(),
                                        bed.url()});
  const auto at = output.find("tps = ");
  if (at == std::string::npos)
    throw Failure(Retry::Never, "bench", "pgbench printed no rate:\n" + output);
  return std::stod(output.substr(at + 6));
}

/// Threads that append until told to end; the first failure of one of them is kept.
class Appenders {
 public:
  Appenders(store::Pool& pool, const std::function<ledger::Event()>& fact, unsigned clients) {
    for (unsigned i = 0; i < clients; ++i)
      threads_.emplace_back([this, &pool, &fact](const std::stop_token& stop) {
        try {
          append_until(stop, pool, fact);
        } catch (const std::exception&) {  // kept for the thread that waits
          const std::lock_guard lock(mutex_);
          if (!failure_) failure_ = std::current_exception();
        }
      });
  }

  std::uint64_t end() {
    for (auto& thread : threads_)
      thread.request_stop();
    threads_.clear();
    if (failure_) std::rethrow_exception(failure_);
    return commits_;
  }

 private:
  void append_until(const std::stop_token& stop,
                    store::Pool& pool,
                    const std::function<ledger::Event()>& fact) {
    while (!stop.stop_requested()) {
      store::Transaction transaction = pool.begin();
      transaction.record(fact());
      transaction.commit();
      ++commits_;
    }
  }

  std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
  std::atomic<std::uint64_t> commits_ = 0;
  std::vector<std::jthread> threads_;
};

/// Of what each round says by itself: a disk changes its speed from one minute to the next.
double median_of_rounds(const std::vector<double>& ours, const std::vector<double>& peer) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i)
    ratios.push_back(ours[i] / peer[i]);
  return median(ratios);
}

}  // namespace

ledger::Event plain_fact() {
  return {ledger::System{},
          ledger::events::CatalogActivated{
              .catalog = 1, .datasets = 12, .decision = {}, .sha256 = crypto::sha256({})}};
}

ledger::Event personal_fact() {
  static std::atomic<unsigned> next = 0;
  SystemRandom random;
  return {ledger::System{},
          value_of(AccountId::parse(fmt::format("person-{}", next++ % kPersons))),
          ledger::RequestRef::random(random),
          ledger::events::JobClaimed{.attempt = 1, .catalog = 1}};
}

std::uint64_t append_for(LedgerBed& bed,
                         unsigned clients,
                         std::chrono::seconds duration,
                         const std::function<ledger::Event()>& fact,
                         const std::function<void()>& each_second) {
  store::LedgerWriter writer(
      bed.connection(), bed.writer_settings(), bed.keys(), bed.clock(), bed.random());
  value_of(writer.start());
  store::Pool pool(bed.connection(), clients, &writer);
  Appenders appenders(pool, fact, clients);
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
    bed.clock().wait_for({}, std::chrono::seconds(1));
    writer.keep_alive();
    if (each_second) each_second();
    throw_if_stop_requested();
  }
  const std::uint64_t commits = appenders.end();
  writer.stop();
  return commits;
}

double plain_insert_rate(const LedgerBed& bed,
                         const fs::path& scripts,
                         unsigned clients,
                         std::chrono::seconds duration) {
  write_file(scripts / "plain.sql", plain_script());
  return pgbench(bed, scripts / "plain.sql", clients, duration);
}

ordered_json measure_appends(const Setup& setup, LedgerBed& bed, std::chrono::seconds duration) {
  const fs::path scripts = setup.folder.make("scripts");
  write_file(scripts / "outbox.sql", outbox_script());
  write_file(scripts / "chain.sql", chain_script());
  using Contender = std::pair<const char*, std::function<double(unsigned clients)>>;
  const auto ours = [&](unsigned clients, ledger::Event (*fact)()) {
    return static_cast<double>(append_for(bed, clients, duration, fact)) /
           static_cast<double>(duration.count());
  };
  std::vector<Contender> contenders{
      {"plain",
       [&](unsigned clients) { return plain_insert_rate(bed, scripts, clients, duration); }},
      {"ours", [&](unsigned clients) { return ours(clients, &plain_fact); }},
      {"ours_personal", [&](unsigned clients) { return ours(clients, &personal_fact); }},
      {"outbox",
       [&](unsigned clients) { return pgbench(bed, scripts / "outbox.sql", clients, duration); }},
      {"chain",
       [&](unsigned clients) { return pgbench(bed, scripts / "chain.sql", clients, duration); }}};
  ordered_json result = ordered_json::array();
  for (const unsigned clients : kAppendClients) {
    std::map<std::string, std::vector<double>> rates;
    for (int round = 1; round <= setup.rounds; ++round) {
      setup.progress.show(fmt::format("{} clients", clients), round, setup.rounds);
      for (const auto& [name, run] : contenders) {
        bed.run_sql("TRUNCATE peer.event, peer.chain_event, ledger.outbox");
        rates[name].push_back(run(clients));
      }
      // What the one before has left to the disk is for everybody in turn.
      std::ranges::rotate(contenders, contenders.begin() + 1);
    }
    ordered_json row{{"clients", clients}};
    for (const char* const name : {"plain", "ours", "ours_personal", "outbox", "chain"})
      row[name] = median(rates.at(name));
    row["ours_of_plain"] = median_of_rounds(rates.at("ours"), rates.at("plain"));
    row["personal_of_plain"] = median_of_rounds(rates.at("ours_personal"), rates.at("plain"));
    row["ours_of_chain"] = median_of_rounds(rates.at("ours"), rates.at("chain"));
    result.push_back(std::move(row));
  }
  setup.progress.clear();
  return result;
}

}  // namespace rightful::bench
