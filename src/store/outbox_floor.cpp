#include "store/outbox_floor.hpp"

#include <algorithm>
#include <utility>

#include "store/bulk_session.hpp"
#include "store/queries/sequencer.hpp"
#include "store/queries/session.hpp"

namespace rightful::store {
namespace {

constexpr std::chrono::seconds kAskEvery{1};
constexpr std::chrono::seconds kSweepEvery{60};

std::vector<std::string> inserting(BulkSession& session) {
  std::vector<std::string> transactions;
  for (const Row row : session.run(queries::kInserting, {}))
    transactions.push_back(row.text("id"));
  return transactions;
}

bool any_inserts(BulkSession& session, const std::vector<std::string>& transactions) {
  const Value value(transactions);
  return session.run(queries::kStillInserting, {&value, 1}).only().boolean("answer");
}

}  // namespace

std::int64_t OutboxFloor::before_batch(BulkSession& session,
                                       std::chrono::steady_clock::time_point now) {
  // A pooler hides a new server.
  std::string mark = session.run(queries::kInstance, {}).only().text("mark");
  if (server_ != mark) forget();
  server_ = std::move(mark);
  if (!asked_at_ || now - *asked_at_ >= kAskEvery) {
    asked_at_ = now;
    const auto last = session.run(queries::kLastNumber, {}).only().integer("last");
    if (last < floor_) forget();
    if (!candidate_ && taken_ > floor_) {
      // A number above the sequence was not given out by it: what follows would be passed over.
      candidate_ = Candidate{.last = std::min(taken_, last), .inserting = inserting(session)};
    } else if (candidate_ && !candidate_->is_closed) {
      candidate_->is_closed = !any_inserts(session, candidate_->inserting);
    }
  }
  if (swept_at_ && now - *swept_at_ < kSweepEvery) return floor_;
  swept_at_ = now;
  return kBelowAll;
}

void OutboxFloor::forget() {
  floor_ = kBelowAll;
  taken_ = 0;
  candidate_.reset();
}

void OutboxFloor::after_commit(std::optional<std::int64_t> highest, bool took_all) {
  if (highest) taken_ = std::max(taken_, *highest);
  if (!candidate_ || !candidate_->is_closed) return;
  if (!took_all && (!highest || *highest <= candidate_->last)) return;
  floor_ = std::max(floor_, candidate_->last);
  candidate_.reset();
}

}  // namespace rightful::store
