#include "rightful/export/authority_check.hpp"

#include <limits>

#include "rightful/crypto/not_authentic.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

#include "export/order.hpp"

namespace rightful::exporting {

Result<void> StatementAuthority::check(const store::ClaimedJob& job) {
  auto transaction = pool_.begin();
  const auto row = store::jobs::load_order(transaction, job.request, job.account);
  if (!row)
    return fail(ErrorCode::NotFound, "no request of this account, or the account has no keys");
  if (row->state != "running" && row->state != "verifying")
    return fail(ErrorCode::Conflict, "the request is not open");
  const auto order = Order::parse(*row);
  // A key or signature of the wrong size cannot come from a client: the row was altered.
  if (!order) return crypto::not_authentic();
  if (row->key_version < 1 || row->key_version > std::numeric_limits<std::int32_t>::max()) {
    return crypto::not_authentic();
  }
  RIGHTFUL_TRY(keys_.check_pk_mac(job.account,
                                  order->account_unlock_key,
                                  order->account_sign_key,
                                  static_cast<std::uint32_t>(row->key_version),
                                  order->pk_mac));
  // What the request carries must be what the account has now: nobody gets a package sealed to a
  // key of his own.
  if (order->statement.unlock_key != order->account_unlock_key ||
      order->sign_key != order->account_sign_key) {
    return crypto::not_authentic();
  }
  if (order->statement.account != job.account || order->statement.request != job.request) {
    return crypto::not_authentic();
  }
  return crypto::verify_statement(order->statement, order->sign_key, order->signature);
}

}  // namespace rightful::exporting
