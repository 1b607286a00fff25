#include "rightful/lifecycle/kek_rotation.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/store/database_failure.hpp"
#include "rightful/store/enrolment_leaf.hpp"
#include "rightful/store/kek_rotation.hpp"
#include "rightful/store/ledger_tables.hpp"

namespace rightful::lifecycle {

namespace {

namespace steps = store::kek_rotation;

constexpr int kMostRounds = 10;

std::vector<std::int64_t> epochs_in_use(const LedgerTools& tools) {
  store::Transaction transaction = tools.pool.begin();
  return steps::epochs(transaction);
}

void rewrap_all(const LedgerTools& tools, KekRotation& rotation) {
  Bytes after;
  for (;;) {
    store::Transaction transaction = tools.pool.begin();
    const auto done =
        steps::rewrap_subject_keys(transaction, rotation.epoch, after, tools.keys, tools.random);
    transaction.commit();
    rotation.subject_keys += done.count;
    if (!done.last) break;
    after = *done.last;
  }
  for (;;) {
    store::Transaction transaction = tools.pool.begin();
    const auto count = steps::rewrap_uploads(transaction, rotation.epoch, tools.keys, tools.random);
    transaction.commit();
    rotation.uploads += count;
    if (count == 0) break;
  }
}

/// The old epochs go, and the leaf says so. @return false while a row needs one of them.
bool drop_old(const LedgerTools& tools, std::int64_t epoch, const ledger::StaffRef& by) {
  try {
    store::Transaction transaction = tools.pool.begin();
    if (steps::drop_below(transaction, epoch) > 0) {
      const auto log = store::ledger_tables::find_live_log(transaction);
      if (!log) throw Failure(Retry::Never, "ledger_damaged", "no log is open");
      store::stage_enrolment_leaf(
          transaction,
          log->log_id,
          log->origin,
          tools.keys,
          ledger::Event(
              ledger::Staff{by},
              ledger::events::KeyringRotated{.epoch = epoch, .key = std::nullopt, .ring = "kek"}),
          tools.clock,
          tools.random);
    }
    transaction.commit();
    return true;
  } catch (const store::ConstraintViolation&) {
    return false;
  }
}

/// Files of epochs that no row can need: a rotation ended before it could remove them.
Result<bool> destroy_leftovers(const LedgerTools& tools, std::int64_t oldest) {
  bool were_there = false;
  for (const std::int64_t epoch : tools.keys.kek_epochs()) {
    if (epoch >= oldest) continue;
    RIGHTFUL_TRY(tools.keys.destroy_kek(epoch));
    were_there = true;
  }
  return were_there;
}

Result<void> finish(const LedgerTools& tools, const ledger::StaffRef& by, KekRotation& rotation) {
  for (int round = 0; round < kMostRounds; ++round) {
    rewrap_all(tools, rotation);
    if (!drop_old(tools, rotation.epoch, by)) continue;
    RIGHTFUL_TRY(const bool destroyed, destroy_leftovers(tools, rotation.epoch));
    static_cast<void>(destroyed);
    return {};
  }
  return fail(
      ErrorCode::Unavailable,
      "other processes keep wrapping keys under the old key-encryption key; run this again");
}

}  // namespace

Result<std::int64_t> prepare_kek(const LedgerTools& tools) {
  const std::int64_t next = epochs_in_use(tools).back() + 1;
  RIGHTFUL_TRY(tools.keys.add_kek(next, tools.random));
  return next;
}

Result<KekRotation> rotate_kek(const LedgerTools& tools, const ledger::StaffRef& by) {
  const std::vector<std::int64_t> epochs = epochs_in_use(tools);
  KekRotation rotation{.epoch = epochs.back()};
  if (epochs.size() > 1) {
    rotation.went_on = true;
    RIGHTFUL_TRY(finish(tools, by, rotation));
    return rotation;
  }
  RIGHTFUL_TRY(rotation.went_on, destroy_leftovers(tools, epochs.front()));
  if (rotation.went_on) return rotation;

  RIGHTFUL_TRY(rotation.epoch, prepare_kek(tools));
  {
    store::Transaction transaction = tools.pool.begin();
    steps::begin(transaction, rotation.epoch);
    transaction.commit();
  }
  RIGHTFUL_TRY(finish(tools, by, rotation));
  return rotation;
}

}  // namespace rightful::lifecycle
