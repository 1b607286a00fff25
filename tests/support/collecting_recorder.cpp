#include "tests/support/collecting_recorder.hpp"

#include <utility>

#include "rightful/store/transaction.hpp"

namespace rightful::testing {

struct CollectingRecorder::Memory {
  mutable std::mutex mutex;
  std::vector<ledger::Event> events;
  std::vector<store::CommitFate> fates;
};

namespace {

constexpr store::Sql kTransactionId{"test_transaction_id",
                                    "SELECT pg_current_xact_id()::text AS transaction_id"};

class Staged final : public store::StagedEvents {
 public:
  Staged(std::shared_ptr<CollectingRecorder::Memory> memory, std::span<const ledger::Event> events)
      : memory_(std::move(memory)), events_(events.begin(), events.end()) {}

  [[nodiscard]] const store::Sql& statement() const noexcept override { return kTransactionId; }

  [[nodiscard]] std::span<const store::Value> values() const noexcept override { return {}; }

  void settle(store::CommitFate fate) noexcept override {
    const std::lock_guard lock(memory_->mutex);
    memory_->fates.push_back(fate);
    if (fate == store::CommitFate::Committed) {
      memory_->events.insert(memory_->events.end(), events_.begin(), events_.end());
    }
  }

 private:
  std::shared_ptr<CollectingRecorder::Memory> memory_;
  std::vector<ledger::Event> events_;
};

}  // namespace

CollectingRecorder::CollectingRecorder() : memory_(std::make_shared<Memory>()) {}

CollectingRecorder::~CollectingRecorder() = default;

std::unique_ptr<store::StagedEvents> CollectingRecorder::stage(
    store::Transaction& /*transaction*/, std::span<const ledger::Event> events) {
  return std::make_unique<Staged>(memory_, events);
}

std::vector<ledger::Event> CollectingRecorder::events() const {
  const std::lock_guard lock(memory_->mutex);
  return memory_->events;
}

std::vector<std::string> CollectingRecorder::acts() const {
  std::vector<std::string> acts;
  for (const ledger::Event& event : events())
    acts.emplace_back(event.act());
  return acts;
}

std::vector<store::CommitFate> CollectingRecorder::fates() const {
  const std::lock_guard lock(memory_->mutex);
  return memory_->fates;
}

}  // namespace rightful::testing
