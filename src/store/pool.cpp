#include "rightful/store/pool.hpp"

#include <utility>

#include "store/queries/session.hpp"
#include "store/session_shelf.hpp"
#include "store/transaction_impl.hpp"

namespace rightful::store {

struct Pool::Impl {
  std::shared_ptr<SessionShelf> shelf;
  EventRecorder* recorder = nullptr;
};

Pool::Pool(ConnectionSettings settings, std::size_t size, EventRecorder* recorder)
    : impl_(std::make_unique<Impl>(
          Impl{.shelf = std::make_shared<SessionShelf>(std::move(settings), size),
               .recorder = recorder})) {}

Pool::~Pool() = default;

Transaction Pool::begin(Isolation isolation) {
  auto state = std::make_unique<Transaction::Impl>();
  state->shelf = impl_->shelf;
  state->recorder = impl_->recorder;
  state->session = impl_->shelf->take_begun(isolation);
  return Transaction(std::move(state));
}

void Pool::ask() {
  static_cast<void>(begin().run(queries::kAsk));
}

void Pool::close_idle() {
  impl_->shelf->close_idle();
}

PoolFacts Pool::facts() const {
  return impl_->shelf->facts();
}

const ConnectionSettings& Pool::settings() const noexcept {
  return impl_->shelf->settings();
}

}  // namespace rightful::store
