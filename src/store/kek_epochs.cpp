#include "rightful/store/kek_epochs.hpp"

#include "rightful/store/transaction.hpp"

#include "store/queries/kek.hpp"

namespace rightful::store {

std::int64_t current_kek_epoch(Transaction& transaction) {
  return transaction.run(queries::kCurrentKek).only().integer("epoch");
}

}  // namespace rightful::store
