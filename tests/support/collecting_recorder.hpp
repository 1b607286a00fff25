/// @file
/// Stands where the ledger writer stands, and remembers what was recorded: for tests of layers that
/// are not the ledger.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "rightful/ledger/event.hpp"
#include "rightful/store/event_recorder.hpp"

namespace rightful::testing {

/// Threads  any.
class CollectingRecorder final : public store::EventRecorder {
 public:
  CollectingRecorder();
  ~CollectingRecorder() override;

  [[nodiscard]] std::unique_ptr<store::StagedEvents> stage(
      store::Transaction& transaction, std::span<const ledger::Event> events) override;

  /// Of committed transactions, in the order of their commits.
  [[nodiscard]] std::vector<ledger::Event> events() const;
  /// Their names, such as `request.received`.
  [[nodiscard]] std::vector<std::string> acts() const;
  /// How every stage ended, in order.
  [[nodiscard]] std::vector<store::CommitFate> fates() const;

  struct Memory;

 private:
  std::shared_ptr<Memory> memory_;
};

}  // namespace rightful::testing
