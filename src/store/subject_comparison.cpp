#include "store/subject_comparison.hpp"

#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "rightful/core/account_id.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/store/database_failure.hpp"

#include "store/bulk_session.hpp"
#include "store/queries/erasure.hpp"
#include "store/queries/sequencer.hpp"
#include "store/subject_keys.hpp"

namespace rightful::store {
namespace {

constexpr std::int64_t kAtOnce = 500;
/// Beyond it, what is wrong is wrong with all of them.
constexpr std::size_t kMaxDoubts = 100'000;

std::size_t hash_of(std::string_view pseudonym) {
  return std::hash<std::string_view>{}(pseudonym);
}

}  // namespace

SubjectComparison::SubjectComparison(std::int64_t log_id,
                                     ledger::Origin origin,
                                     std::uint64_t size,
                                     const crypto::ServerKeys& keys)
    : log_id_(log_id), origin_(std::move(origin)), size_(size), keys_(keys) {}

bool SubjectComparison::step(BulkSession& session) {
  switch (phase_) {
    case Phase::Keys:
      read_keys(session);
      return false;
    case Phase::Persons:
      read_persons(session);
      return false;
    case Phase::Doubts:
      settle_doubts(session);
      return true;
  }
  return true;
}

void SubjectComparison::read_keys(BulkSession& session) {
  std::map<crypto::Sha256Digest, AccountId> by_tag;
  std::vector<Bytes> tags;
  const std::array<Value, 2> page{last_, kAtOnce};
  for (const Row row : session.run(queries::kAccountsAfter, page)) {
    AccountId account = row.account("account_id");
    last_ = account.expose();
    const auto tag = ledger::subject_tag(keys_.lookup_key().expose(), account);
    tags.emplace_back(tag.bytes().begin(), tag.bytes().end());
    by_tag.emplace(tag, std::move(account));
  }
  if (tags.empty()) {
    phase_ = Phase::Persons;
    last_.clear();
    return;
  }
  const Value wanted(tags);
  for (const Row row : session.run(queries::kSubjectKeysByTag, {&wanted, 1})) {
    const auto tag = crypto::Sha256Digest::parse(row.bytes("tag"));
    if (!tag || !by_tag.contains(*tag)) continue;
    try {
      const auto key = unwrap_subject_key(row, *tag, keys_);
      known_.insert(hash_of(key.pseudonym(origin_, by_tag.at(*tag)).text()));
    } catch (const DatabaseFailure&) {
      throw;
    } catch (const Failure&) {
      continue;  // a key that does not open is none: its person is in doubt
    }
  }
}

void SubjectComparison::read_persons(BulkSession& session) {
  const std::array<Value, 3> page{log_id_, last_, kAtOnce};
  const Rows rows = session.run(queries::kPersonsAfter, page);
  for (const Row row : rows) {
    last_ = row.text("subj");
    const bool is_new = static_cast<std::uint64_t>(row.integer("idx")) >= size_;
    if (is_new || known_.contains(hash_of(last_)) || doubts_.size() >= kMaxDoubts) continue;
    doubts_.push_back(last_);
  }
  if (rows.empty()) phase_ = Phase::Doubts;
}

void SubjectComparison::settle_doubts(BulkSession& session) {
  const std::array<Value, 2> values{log_id_, doubts_};
  lost_ = static_cast<std::uint64_t>(
      session.run(queries::kNotDestroyed, values).only().integer("lost"));
}

}  // namespace rightful::store
