#include <algorithm>
#include <set>
#include <string>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/lifecycle/erasure.hpp"
#include "rightful/store/erasure.hpp"
#include "rightful/store/ledger_tables.hpp"

#include "lifecycle/published_log.hpp"

namespace rightful::lifecycle {

namespace {

namespace erasure = store::erasure;
namespace tables = store::ledger_tables;

/// What one published log names as destroyed.
struct Destroyed {
  PublishedLog log;
  std::set<std::string> subjects;
  std::set<std::string> staff;
};

std::string_view text_field(const ledger::Leaf& leaf, std::string_view name) {
  const auto found =
      std::ranges::find(leaf.fields, name, [](const auto& field) { return field.first; });
  return found == leaf.fields.end() ? std::string_view() : found->second.text;
}

void collect(ByteView bytes, Destroyed& destroyed) {
  const auto leaf = ledger::parse_leaf(bytes);
  if (!leaf) return;  // an entry that the sequencer logged is one; verify says more
  if (leaf->act == ledger::events::SubjectKeyDestroyed::kAct) {
    destroyed.subjects.emplace(leaf->subj);
  }
  if (leaf->act == ledger::events::ActorForgotten::kAct) {
    destroyed.staff.emplace(text_field(*leaf, "whom"));
  }
}

/// The keys of a log that this database still knows, and those that were given.
std::vector<ledger::NoteKey> keys_of(store::Transaction& transaction,
                                     const ReplayRequest& request,
                                     const ledger::Origin& origin) {
  std::vector<ledger::NoteKey> keys = request.trusted;
  if (const auto row = tables::find_log(transaction, origin)) {
    for (const auto& known : tables::signer_keys(transaction, row->log_id))
      keys.push_back(known.key);
  }
  std::erase_if(keys, [&](const ledger::NoteKey& key) { return key.name() != origin.text(); });
  return keys;
}

Result<std::vector<Destroyed>> search(const LedgerTools& tools, const ReplayRequest& request) {
  RIGHTFUL_TRY(auto logs, published_logs(request.directory));
  std::vector<Destroyed> found;
  for (PublishedLog& log : logs) {
    std::vector<ledger::NoteKey> keys;
    bool is_purged = false;
    {
      store::Transaction transaction = tools.pool.begin();
      keys = keys_of(transaction, request, log.checkpoint.origin);
      const auto row = tables::find_log(transaction, log.checkpoint.origin);
      is_purged = row && row->state == tables::LogState::Purged;
    }
    Destroyed destroyed{.log = std::move(log), .subjects = {}, .staff = {}};
    if (!is_purged) {
      RIGHTFUL_TRY(visit_entries(request.directory, destroyed.log, keys, [&](ByteView bytes) {
        collect(bytes, destroyed);
      }));
    }
    found.push_back(std::move(destroyed));
  }
  return found;
}

Result<std::uint64_t> settle_unopenable(const LedgerTools& tools, const ReplayRequest& request) {
  const auto epochs = tools.keys.kek_epochs();
  store::Transaction transaction = tools.pool.begin();
  const std::uint64_t count = erasure::count_unopenable(transaction, epochs);
  if (count > 0 && !request.drops_unopenable) {
    return fail(ErrorCode::Conflict,
                std::to_string(count) +
                    " pseudonym keys of this backup are wrapped under a key-encryption key that "
                    "was destroyed since. If the key directory is the right one, run this again "
                    "with --drop-unopenable: those persons get new pseudonyms");
  }
  erasure::drop_unopenable(transaction, epochs);
  transaction.commit();
  return count;
}

void destroy_again(const LedgerTools& tools,
                   const std::vector<AccountId>& accounts,
                   ReplayReport& report) {
  for (const AccountId& account : accounts) {
    store::Transaction transaction = tools.pool.begin();
    erasure::destroy_restored(transaction, account, tools.keys, tools.random);
    transaction.commit();
    ++report.subjects;
  }
}

void forget_again(const LedgerTools& tools, const Destroyed& destroyed, ReplayReport& report) {
  for (const std::string& text : destroyed.staff) {
    const auto ref = ledger::StaffRef::parse(text);
    if (!ref) continue;
    store::Transaction transaction = tools.pool.begin();
    const auto name = erasure::staff_named(transaction, *ref);
    if (!name) continue;
    erasure::forget_restored_staff(transaction, *name);
    transaction.commit();
    ++report.staff;
  }
}

/// Whether the database holds all that was published. Its size alone does not tell: a restored one
/// grows again. A checkpoint's row is committed before the file is replaced, so it is there.
bool holds(store::Transaction& transaction, const ledger::Checkpoint& published) {
  const auto& [origin, head] = published;
  const auto row = tables::find_log(transaction, origin);
  if (!row) return false;
  const auto known = tables::find_head(transaction, row->log_id);
  if (!known || known->size() < head.size) return false;
  const auto checkpoint = tables::find_checkpoint(transaction, row->log_id, head.size);
  return checkpoint && checkpoint->root == head.root;
}

/// When the restored state was: the last entry of the logs that lost something.
Instant as_of(store::Transaction& transaction,
              const std::vector<Destroyed>& found,
              Instant otherwise) {
  std::optional<Instant> earliest;
  for (const Destroyed& destroyed : found) {
    if (holds(transaction, destroyed.log.checkpoint)) continue;
    const auto row = tables::find_log(transaction, destroyed.log.checkpoint.origin);
    if (!row) continue;
    const auto at = erasure::last_logged_at(transaction, row->log_id);
    if (at && (!earliest || *at < *earliest)) earliest = at;
  }
  return earliest.value_or(otherwise);
}

void record(const LedgerTools& tools,
            const std::vector<Destroyed>& found,
            const ledger::StaffRef& by,
            const ReplayReport& report) {
  store::Transaction transaction = tools.pool.begin();
  const Instant now = tools.clock.now();
  for (const Destroyed& destroyed : found) {
    erasure::set_replayed_size(
        transaction, destroyed.log.checkpoint.origin, destroyed.log.checkpoint.head.size, now);
  }
  transaction.record(
      ledger::Event(ledger::Staff{by},
                    ledger::events::BackupRestored{.as_of = as_of(transaction, found, now),
                                                   .replayed = report.subjects + report.staff}));
  transaction.commit();
}

}  // namespace

Result<ReplayReport> replay_erasures(const LedgerTools& tools,
                                     const ReplayRequest& request,
                                     const ledger::StaffRef& by) {
  RIGHTFUL_TRY(const auto found, search(tools, request));
  if (found.empty()) {
    return fail(ErrorCode::NotFound,
                "no log is published below " + request.directory.string() +
                    ": what was forgotten since the backup stands nowhere else. Name the folder "
                    "of the published logs, or a copy of it, with --ledger-dir");
  }
  ReplayReport report;
  report.logs = found.size();
  RIGHTFUL_TRY(report.unopenable, settle_unopenable(tools, request));

  std::vector<AccountId> again;
  const auto is_destroyed = [&](const erasure::KnownSubject& subject) {
    return std::ranges::any_of(found, [&](const Destroyed& destroyed) {
      const auto name = subject.key.pseudonym(destroyed.log.checkpoint.origin, subject.account);
      return destroyed.subjects.contains(name.text());
    });
  };
  report.unknown =
      erasure::visit_subjects(tools.pool, tools.keys, [&](const erasure::KnownSubject& subject) {
        if (is_destroyed(subject)) again.push_back(subject.account);
      });
  destroy_again(tools, again, report);
  for (const Destroyed& destroyed : found)
    forget_again(tools, destroyed, report);
  record(tools, found, by, report);
  return report;
}

Result<void> check_erasures_replayed(store::Pool& pool, const std::filesystem::path& directory) {
  RIGHTFUL_TRY(const auto logs, published_logs(directory));
  store::Transaction transaction = pool.begin();
  for (const PublishedLog& log : logs) {
    const auto& [origin, head] = log.checkpoint;
    if (holds(transaction, log.checkpoint)) continue;
    const auto replayed = erasure::replayed_size(transaction, origin);
    if (replayed && *replayed >= head.size) continue;
    return fail(ErrorCode::Conflict,
                "the checkpoint of " + std::to_string(head.size) +
                    " entries of the published log " + log.name +
                    " is not in this database: a backup was restored, and people who were "
                    "forgotten since may be back. Run `rightful admin ledger replay-erasures` "
                    "before anything is served (docs/operations.md)");
  }
  return {};
}

}  // namespace rightful::lifecycle
