#include "rightful/store/erasure.hpp"

#include <map>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/store/pool.hpp"

#include "store/queries/enrolment_leaf.hpp"
#include "store/queries/erasure.hpp"
#include "store/queries/kek.hpp"
#include "store/queries/ledger.hpp"
#include "store/queries/staff.hpp"
#include "store/subject_keys.hpp"

namespace rightful::store::erasure {

namespace {

constexpr std::int64_t kAccountsAtOnce = 500;

crypto::Sha256Digest tag_of(const AccountId& account, const crypto::ServerKeys& keys) {
  return ledger::subject_tag(keys.lookup_key().expose(), account);
}

crypto::Sha256Digest tag_in(const Row& row) {
  const auto tag = crypto::Sha256Digest::parse(row.bytes("tag"));
  if (!tag) throw Failure(Retry::Never, "bad_row", "a subject key's tag is not one");
  return *tag;
}

void replace_references(Transaction& transaction, const AccountId& account, Random& random) {
  for (const Row row : transaction.run(queries::kRequestsOfAccount, {account})) {
    const auto request = row.id<RequestId>("id");
    transaction.run(queries::kNewRequestRef,
                    {request, account, ledger::RequestRef::random(random).text()});
    transaction.run(queries::kNewPackageRef,
                    {request, account, ledger::PackageRef::random(random).text()});
  }
  transaction.run(queries::kForgetSealedObjects, {account});
  for (const Row row : transaction.run(queries::kIncidentsOfAccount, {account})) {
    transaction.run(
        queries::kNewIncidentRef,
        {row.id<IncidentId>("id"), account, ledger::IncidentRef::random(random).text()});
  }
}

}  // namespace

Unfinished unfinished(Transaction& transaction, const AccountId& account) {
  const Row row = transaction.run(queries::kUnfinishedBusiness, {account}).only();
  return {row.boolean("request"), row.boolean("incident")};
}

bool lock_subject(Transaction& transaction,
                  const AccountId& account,
                  const crypto::ServerKeys& keys) {
  transaction.run(queries::kHoldAccount, {account});
  return !transaction.run(queries::kLockSubjectKey, {tag_of(account, keys)}).empty();
}

void destroy_subject(Transaction& transaction,
                     const AccountId& account,
                     Random& random,
                     ledger::Event destroyed) {
  replace_references(transaction, account, random);
  transaction.record(std::move(destroyed));
}

void destroy_restored(Transaction& transaction,
                      const AccountId& account,
                      const crypto::ServerKeys& keys,
                      Random& random) {
  replace_references(transaction, account, random);
  transaction.run(queries::kDestroySubjectKey, {tag_of(account, keys)});
}

std::uint64_t visit_subjects(Pool& pool,
                             const crypto::ServerKeys& keys,
                             const std::function<void(const KnownSubject&)>& visit) {
  std::uint64_t visited = 0;
  std::string last;
  for (;;) {
    std::map<crypto::Sha256Digest, AccountId> by_tag;
    std::vector<Bytes> tags;
    std::vector<KnownSubject> found;
    {
      Transaction transaction = pool.begin();
      for (const Row row : transaction.run(queries::kAccountsAfter, {last, kAccountsAtOnce})) {
        const AccountId account = row.account("account_id");
        last = account.expose();
        const auto tag = tag_of(account, keys);
        tags.emplace_back(tag.bytes().begin(), tag.bytes().end());
        by_tag.emplace(tag, account);
      }
      if (tags.empty()) break;
      for (const Row row : transaction.run(queries::kSubjectKeysByTag, {tags})) {
        const auto tag = tag_in(row);
        found.push_back({by_tag.at(tag), unwrap_subject_key(row, tag, keys)});
      }
    }
    for (const KnownSubject& subject : found)
      visit(subject);
    visited += found.size();
  }
  Transaction transaction = pool.begin();
  const auto all = static_cast<std::uint64_t>(
      transaction.run(queries::kCountSubjectKeys).only().integer("count"));
  return all > visited ? all - visited : 0;
}

std::uint64_t count_unopenable(Transaction& transaction, const std::vector<std::int64_t>& epochs) {
  return static_cast<std::uint64_t>(
      transaction.run(queries::kCountUnopenable, {epochs}).only().integer("count"));
}

void drop_unopenable(Transaction& transaction, const std::vector<std::int64_t>& epochs) {
  RIGHTFUL_CHECK(!epochs.empty());
  transaction.run(queries::kDropUnopenable, {epochs});
  transaction.run(queries::kReopenUnopenableUploads, {epochs});
  transaction.run(queries::kDropKeksBut, {epochs});
  for (const std::int64_t epoch : epochs)
    transaction.run(queries::kAddKek, {epoch});
}

std::optional<std::uint64_t> replayed_size(Transaction& transaction, const ledger::Origin& origin) {
  const auto row = transaction.run(queries::kReplayedSize, {origin.text()}).at_most_one();
  if (!row) return std::nullopt;
  return static_cast<std::uint64_t>(row->integer("size"));
}

void set_replayed_size(Transaction& transaction,
                       const ledger::Origin& origin,
                       std::uint64_t size,
                       Instant now) {
  transaction.run(queries::kReplayDone, {origin.text(), size, now});
}

std::optional<Instant> last_logged_at(Transaction& transaction, std::int64_t log_id) {
  const auto row = transaction.run(queries::kLastLoggedAt, {log_id}).at_most_one();
  if (!row) return std::nullopt;
  return row->instant("logged_at");
}

std::optional<std::string> staff_named(Transaction& transaction, const ledger::StaffRef& ref) {
  const auto row = transaction.run(queries::kStaffNamed, {ref.text()}).at_most_one();
  if (!row) return std::nullopt;
  return row->text("staff_id");
}

void forget_restored_staff(Transaction& transaction, const std::string& name) {
  transaction.run(queries::kStaffForget, {name});
  transaction.run(queries::kActorForget, {name});
}

bool delete_body(Transaction& transaction,
                 std::int64_t log_id,
                 std::uint64_t index,
                 ledger::Event redacted) {
  if (transaction.run(queries::kDeleteBody, {log_id, index}).affected() == 0) return false;
  transaction.run(queries::kDeleteLookup, {log_id, index});
  transaction.record(std::move(redacted));
  return true;
}

void hold_log(Transaction& transaction, std::int64_t log_id) {
  static_cast<void>(transaction.run(queries::kLockLog, {log_id}));
}

void delete_bodies(Transaction& transaction,
                   std::int64_t log_id,
                   std::uint64_t from,
                   std::uint64_t to) {
  transaction.run(queries::kDeleteBodies, {log_id, from, to});
  transaction.run(queries::kDeleteLookups, {log_id, from, to});
}

}  // namespace rightful::store::erasure
