#include "rightful/store/ledger_pressure.hpp"

#include "rightful/core/log.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::store {

namespace {

constexpr std::chrono::seconds kFreshness{1};

void report_change(std::optional<LedgerTrouble> before, std::optional<LedgerTrouble> now) {
  if (before == now) return;
  if (now) {
    log::error(cause_of(*now), "effect=\"nothing is released or downloaded\"");
  } else {
    log::info("ledger_takes_part_again");
  }
}

}  // namespace

std::string_view cause_of(LedgerTrouble trouble) noexcept {
  switch (trouble) {
    case LedgerTrouble::Frozen:
      return "ledger_frozen";
    case LedgerTrouble::Full:
      return "ledger_full";
  }
  return "ledger_frozen";
}

std::optional<LedgerTrouble> LedgerPressure::trouble() {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.steady_now();
  if (!read_at_ || now - *read_at_ >= kFreshness) {
    const Reading reading = read();
    report(reading);
    last_ = reading;
    read_at_ = now;
  }
  return last_.trouble;
}

LedgerPressure::Reading LedgerPressure::read() {
  auto transaction = pool_.begin();
  const auto live = ledger_tables::find_live_log(transaction);
  const auto outbox = ledger_tables::outbox_facts(transaction, kOutboxLimit + 1);
  Reading reading{.trouble = std::nullopt,
                  .is_behind = outbox.rows > 0 && outbox.oldest_age > kOutboxAlarmAge,
                  .oldest_age = outbox.oldest_age};
  if (!live || live->state == ledger_tables::LogState::Frozen) {
    reading.trouble = LedgerTrouble::Frozen;
  } else if (outbox.rows > kOutboxLimit) {
    reading.trouble = LedgerTrouble::Full;
  }
  return reading;
}

void LedgerPressure::report(const Reading& now) const {
  report_change(last_.trouble, now.trouble);
  if (now.is_behind == last_.is_behind) return;
  if (now.is_behind) {
    log::error("ledger_behind", "oldest_ms={}", now.oldest_age.count());
  } else {
    log::info("ledger_caught_up");
  }
}

}  // namespace rightful::store
