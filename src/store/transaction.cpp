#include "rightful/store/transaction.hpp"

#include <chrono>
#include <span>
#include <stop_token>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/clock.hpp"

#include "store/queries/session.hpp"
#include "store/transaction_impl.hpp"

namespace rightful::store {
namespace {

constexpr std::chrono::seconds kFateLimit{15};
constexpr std::chrono::milliseconds kFatePause{100};

/// One question to the server. Empty = ask again.
std::optional<CommitFate> ask_once(const ConnectionSettings& settings,
                                   const std::string& instance,
                                   const std::string& transaction_id) {
  Session session(settings);
  if (session.instance() != instance) return CommitFate::Unknown;
  const Value id(transaction_id);
  const auto status =
      session.run(queries::kTransactionStatus, {&id, 1}).only().optional_text("status");
  if (status == "committed") {
    session.run(queries::kBarrier, {});
    return CommitFate::Committed;
  }
  if (status == "aborted") return CommitFate::RolledBack;
  if (status == "in progress") return std::nullopt;
  return CommitFate::Unknown;
}

/// Asks on new connections until the server knows, at most kFateLimit.
CommitFate ask_fate(const ConnectionSettings& settings,
                    const std::string& instance,
                    const std::string& transaction_id) {
  SystemClock clock;
  const auto end = clock.steady_now() + kFateLimit;
  while (clock.steady_now() < end) {
    try {
      if (const auto fate = ask_once(settings, instance, transaction_id)) return *fate;
    } catch (const DatabaseFailure& failure) {
      if (failure.retry() == Retry::Never) return CommitFate::Unknown;
    }
    clock.wait_for(std::stop_token(), kFatePause);
  }
  return CommitFate::Unknown;
}

/// Settles on every way out; RolledBack unless told otherwise.
class StagedGuard {
 public:
  explicit StagedGuard(std::unique_ptr<StagedEvents> staged) : staged_(std::move(staged)) {}

  StagedGuard(const StagedGuard&) = delete;
  StagedGuard& operator=(const StagedGuard&) = delete;
  StagedGuard(StagedGuard&&) = delete;
  StagedGuard& operator=(StagedGuard&&) = delete;

  ~StagedGuard() { settle(CommitFate::RolledBack); }

  void settle(CommitFate fate) noexcept {
    if (staged_) staged_->settle(fate);
    staged_.reset();
  }

  [[nodiscard]] const StagedEvents* get() const noexcept { return staged_.get(); }

 private:
  std::unique_ptr<StagedEvents> staged_;
};

[[noreturn]] void throw_not_committed(CommitFate fate) {
  if (fate == CommitFate::RolledBack) {
    throw DatabaseFailure(Retry::Later,
                          "database_lost",
                          "the connection broke during COMMIT; nothing was committed",
                          {});
  }
  throw DatabaseFailure(Retry::Later,
                        "commit_in_doubt",
                        "the connection broke during COMMIT; read the state before repeating",
                        {});
}

}  // namespace

Transaction::Transaction(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Transaction::Transaction(Transaction&&) noexcept = default;

Transaction::~Transaction() {
  if (!impl_) return;
  if (!impl_->is_over) impl_->session->rollback();
  impl_->shelf->give_back(std::move(impl_->session));
}

Rows Transaction::run(const Sql& sql, std::initializer_list<Value> values) {
  return run_span(sql, {values.begin(), values.size()});
}

Rows Transaction::run(const Sql& sql, const std::vector<Value>& values) {
  return run_span(sql, values);
}

Rows Transaction::run_prepared(const Sql& sql, std::initializer_list<Value> values) {
  demand_open();
  try {
    return impl_->session->run_prepared(sql, {values.begin(), values.size()});
  } catch (const DatabaseFailure&) {
    end_by_rollback();
    throw;
  }
}

Rows Transaction::run_span(const Sql& sql, std::span<const Value> values) {
  demand_open();
  try {
    return impl_->session->run(sql, values);
  } catch (const DatabaseFailure&) {
    end_by_rollback();
    throw;
  }
}

void Transaction::record(ledger::Event event) {
  RIGHTFUL_CHECK(impl_->recorder != nullptr);
  impl_->events.push_back(std::move(event));
}

std::optional<CommittedLeaves> Transaction::commit() {
  demand_open();
  StagedGuard staged(impl_->events.empty() ? nullptr
                                           : impl_->recorder->stage(*this, impl_->events));
  auto leaves = staged.get() == nullptr ? std::nullopt : staged.get()->leaves();
  try {
    impl_->is_over = true;
    if (staged.get() == nullptr) {
      impl_->session->commit();
    } else {
      impl_->session->commit_with(staged.get()->statement(), staged.get()->values());
    }
    staged.settle(CommitFate::Committed);
  } catch (const CommitInDoubt& doubt) {
    const CommitFate fate = doubt.transaction_id().empty() ? CommitFate::Unknown
                                                           : ask_fate(impl_->shelf->settings(),
                                                                      impl_->session->instance(),
                                                                      doubt.transaction_id());
    staged.settle(fate);
    if (fate != CommitFate::Committed) throw_not_committed(fate);
  }
  return leaves;
}

void Transaction::demand_open() const {
  if (impl_->is_over) {
    throw DatabaseFailure(
        Retry::Never, "transaction_over", "the transaction was committed or has failed", {});
  }
}

void Transaction::end_by_rollback() noexcept {
  impl_->is_over = true;
  impl_->session->rollback();
}

}  // namespace rightful::store
