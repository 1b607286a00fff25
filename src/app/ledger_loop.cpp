#include "app/ledger_loop.hpp"

#include <algorithm>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/log_succession.hpp"

namespace rightful::app {

namespace {

using namespace std::chrono_literals;
using store::ledger_tables::LogState;

constexpr auto kLookEvery = 200ms;
constexpr int kLooksALogSearch = 5;
constexpr auto kLastWords = 10s;

}  // namespace

LedgerLoop::LedgerLoop(LedgerWorkers workers, std::filesystem::path signer_directory, SignerUse use)
    : workers_(std::move(workers)), pool_(workers_.database, 1, nullptr) {
  if (use == SignerUse::Child) {
    signer_.emplace(std::move(signer_directory), workers_.ledger_directory, workers_.clock);
  }
}

LedgerLoop::~LedgerLoop() {
  finish();
}

void LedgerLoop::start() {
  watching_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LedgerLoop::finish() {
  if (!watching_.joinable()) return;
  watching_.request_stop();
  watching_.join();
}

// The signer's process dies with the thread that started it: this one, so it ends last.
void LedgerLoop::run(const std::stop_token& stop) {
  for (int look = 0;; look = (look + 1) % kLooksALogSearch) {
    if (signer_) signer_->keep();
    if (look == 0) look_after_logs();
    if (workers_.clock.wait_for(stop, kLookEvery)) break;
  }
  end_lines();
  if (signer_) signer_->stop();
}

void LedgerLoop::look_after_logs() {
  try {
    const auto logs = logs_at_work();
    seal_old_logs(logs);
    end_sealed_lines();
    for (const auto& log : logs) {
      const bool is_known = std::ranges::any_of(
          lines_, [&](const auto& line) { return line->log_id() == log.log_id; });
      if (!is_known) begin_line(log);
    }
  } catch (const Failure& failure) {
    log::warn("ledger_loop_failed", "cause={}", failure.cause());
  }
}

// A sealed one too, as long as its last leaf is not published.
std::vector<store::ledger_tables::LogRow> LedgerLoop::logs_at_work() {
  store::Transaction transaction = pool_.begin();
  auto logs = store::ledger_tables::list_logs(transaction);
  std::erase_if(logs, [&transaction](const auto& log) {
    if (log.state != LogState::Sealed) return log.state == LogState::Purged;
    const auto newest = store::ledger_tables::newest_checkpoint(transaction, log.log_id);
    const auto head = store::ledger_tables::find_head(transaction, log.log_id);
    return newest && head && newest->size == head->size();
  });
  return logs;
}

void LedgerLoop::seal_old_logs(const std::vector<store::ledger_tables::LogRow>& logs) {
  for (const auto& log : logs) {
    if (log.log_id == logs.back().log_id || log.state != LogState::Open) continue;
    static_cast<void>(store::seal_if_due(
        pool_, log.log_id, store::kSealAfter, workers_.keys, workers_.clock, workers_.random));
  }
}

void LedgerLoop::end_sealed_lines() {
  std::erase_if(lines_, [](const auto& line) {
    if (!line->is_sealed()) return false;
    line->finish(kLastWords);
    return true;
  });
}

void LedgerLoop::begin_line(const store::ledger_tables::LogRow& log) {
  auto line = LedgerLine::create(workers_, log);
  if (!line) {
    log::error("ledger_log_not_published", "why=\"{}\"", line.error().detail);
    return;
  }
  (*line)->start();
  lines_.push_back(*std::move(line));
}

void LedgerLoop::end_lines() {
  // The old year's first: nothing of it is waited for by the new one.
  for (const auto& line : lines_)
    line->finish(kLastWords);
  lines_.clear();
}

}  // namespace rightful::app
