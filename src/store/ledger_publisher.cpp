#include "rightful/store/ledger_publisher.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/store/ledger_tables.hpp"

#include "store/published_files.hpp"
#include "store/queries/ledger_publish.hpp"
#include "store/queries/session.hpp"

namespace rightful::store {

namespace {

using ledger::kMaxLeavesPerRequest;
using ledger::kTileWidth;
using ledger::LogPath;
using ledger_tables::LogState;
using ledger_tables::SignerKeyRow;
using ledger_tables::SignerKeyState;

constexpr std::uint64_t kRebuildAtOnce = 8192;

[[noreturn]] void damaged(const std::string& text) {
  throw Failure(Retry::Never, "ledger_damaged", text);
}

// A file that cannot be read or written as the format wants it.
[[noreturn]] void throw_for(const Error& error) {
  throw Failure(Retry::Later, "io_error", error.detail);
}

bool may_sign(SignerKeyState state) {
  return state == SignerKeyState::Next || state == SignerKeyState::Active ||
         state == SignerKeyState::Retiring;
}

std::vector<ledger::NoteKey> keys_that_sign(const std::vector<SignerKeyRow>& rows) {
  std::vector<ledger::NoteKey> keys;
  for (const SignerKeyRow& row : rows) {
    if (may_sign(row.state)) keys.push_back(row.key);
  }
  return keys;
}

// What the rows of the keys say follows what has signed.
void follow_keys(Transaction& transaction,
                 const std::vector<SignerKeyRow>& rows,
                 const std::vector<ledger::NoteKey>& signed_by,
                 std::uint64_t old_size) {
  for (const SignerKeyRow& row : rows) {
    const bool has_signed = std::ranges::find(signed_by, row.key) != signed_by.end();
    if (row.state == SignerKeyState::Retiring && !has_signed) {
      static_cast<void>(ledger_tables::set_signer_key_state(
          transaction, row.key, SignerKeyState::Retired, old_size));
    }
    if (row.state == SignerKeyState::Next && has_signed) {
      static_cast<void>(ledger_tables::set_signer_key_state(
          transaction, row.key, SignerKeyState::Active, std::nullopt));
    }
  }
}

}  // namespace

/// What the database says, in one snapshot.
struct Publisher::Facts {
  LogState state;
  ledger::Frontier head;
  std::optional<ledger_tables::CheckpointRow> newest;
  std::vector<SignerKeyRow> keys;
};

/// What one checkpoint adds.
struct Publisher::Batch {
  std::uint64_t old_size;
  ledger::TreeHead claimed;  ///< as the database says it
  ledger::Frontier edge;     ///< as the leaves give it
  std::uint64_t first;       ///< index of the first of `leaves`: the beginning of the last bundle
  std::vector<ledger::TreeHash> leaves;

  [[nodiscard]] bool is_smaller() const { return claimed.size < old_size; }

  [[nodiscard]] bool is_sound() const { return edge.root() == claimed.root; }
};

Publisher::Publisher(Pool& pool,
                     PublisherSettings settings,
                     ledger::TileSource& source,
                     ledger::TileSink& sink,
                     ledger::CheckpointSigner& signer,
                     const Clock& clock)
    : pool_(pool),
      settings_(std::move(settings)),
      source_(source),
      sink_(sink),
      signer_(signer),
      clock_(clock) {}

Publisher::Facts Publisher::read_facts() {
  Transaction transaction = pool_.begin(Isolation::RepeatableRead);
  const auto log = ledger_tables::find_log(transaction, settings_.log_id);
  auto head = ledger_tables::find_head(transaction, settings_.log_id);
  if (!log || !head || log->origin != settings_.origin) damaged("the log's own rows are gone");
  return {.state = log->state,
          .head = *std::move(head),
          .newest = ledger_tables::newest_checkpoint(transaction, settings_.log_id),
          .keys = ledger_tables::signer_keys(transaction, settings_.log_id)};
}

bool Publisher::is_due(const Facts& facts) const {
  if (!begun_ || !edge_) return true;
  const auto age = clock_.steady_now() - *begun_;
  const bool is_new = facts.head.size() != edge_->size() || facts.head.root() != edge_->root();
  return is_new ? age >= settings_.at_most_every : age >= settings_.at_least_every;
}

PublishReport Publisher::publish() {
  const Facts facts = read_facts();
  if (facts.state == LogState::Frozen) {
    edge_.reset();  // officers may change what is known of it
    return {.step = PublishStep::Frozen};
  }
  if (facts.state == LogState::Purged || !is_due(facts)) {
    return {.step = PublishStep::Waits, .size = edge_ ? edge_->size() : 0};
  }
  return publish_in_turn();
}

PublishReport Publisher::publish_now() {
  const Facts facts = read_facts();
  if (facts.state == LogState::Frozen) return {.step = PublishStep::Frozen};
  const bool is_old = edge_ && edge_->size() == facts.head.size();
  if (facts.state == LogState::Purged || is_old) {
    return {.step = PublishStep::Waits, .size = edge_ ? edge_->size() : 0};
  }
  return publish_in_turn();
}

// What was read before the turn may be older than what another one has signed since.
PublishReport Publisher::publish_in_turn() {
  Transaction turn = pool_.begin();
  const bool is_ours =
      turn.run(queries::kTakePublishersTurn, {settings_.log_id}).only().boolean("is_ours");
  if (!is_ours) return {.step = PublishStep::Waits, .size = edge_ ? edge_->size() : 0};
  const Facts facts = read_facts();
  if (facts.state == LogState::Frozen) return {.step = PublishStep::Frozen};
  if (is_published_elsewhere(facts)) {
    return stop("ledger_published_elsewhere",
                "another process publishes this log into a folder of its own; give all processes "
                "of one signer the same ledger.dir, or end one of them");
  }
  return publish_facts(facts, turn);
}

// A checkpoint that this publisher has not asked for, since it knows the log. One whose commit was
// in doubt was asked for.
bool Publisher::is_published_elsewhere(const Facts& facts) const {
  return edge_ && facts.newest && facts.newest->size > std::max(edge_->size(), claimed_);
}

PublishReport Publisher::publish_facts(const Facts& facts, Transaction& turn) {
  const auto begun = clock_.steady_now();
  if (edge_ && facts.newest && facts.newest->size > edge_->size()) edge_.reset();
  if (!edge_) resume(facts);
  // Asked for the whole tree first, the signer says where it is: since the last turn another
  // publisher may have led it on, and a step from where it was then would be too small.
  signer_size_ = std::max(edge_->size(), facts.newest ? facts.newest->size : 0);
  const Batch batch = read_batch(facts);
  bool is_written = false;
  if (!batch.is_smaller() && batch.is_sound()) {
    const auto written = write_files(batch);
    if (!written && written.error().code != ErrorCode::Conflict) throw_for(written.error());
    is_written = written.has_value();
    if (!written) {
      log::error("ledger_files_differ",
                 "log={} what=\"{}\"",
                 ledger_tables::short_name(settings_.origin),
                 written.error().detail);
    }
  }
  if (batch.claimed.size > batch.old_size) wait_for_standby();
  // Whatever contradicts itself is shown to the signer all the same: it decides, and remembers.
  const PublishReport report = ask(facts, batch, is_written, turn);
  if (report.step == PublishStep::Published) begun_ = begun;
  return report;
}

// What a standby lacks may be gone with the primary, and a log that was signed larger is dead then.
// A batch whose session was ended while it waited for the standby looks committed before that.
void Publisher::wait_for_standby() {
  Transaction transaction = pool_.begin();
  transaction.run(queries::kBarrier);
  transaction.commit();
}

std::chrono::milliseconds Publisher::until_due() const {
  if (!begun_ || !edge_) return {};
  const auto age = clock_.steady_now() - *begun_;
  return std::max({}, std::chrono::ceil<std::chrono::milliseconds>(settings_.at_most_every - age));
}

// A tree that was signed: its right edge from the tiles, or from the rows where tiles are missing.
ledger::Frontier Publisher::edge_at(std::uint64_t size, const ledger::TreeHash& root) {
  ledger::TileHashes tiles(source_, size);
  auto edge = ledger::Frontier::read(tiles, size);
  if (edge && edge->root() == root) return *std::move(edge);
  ledger::Frontier rebuilt;
  while (rebuilt.size() < size) {
    const std::uint64_t end = std::min(size, rebuilt.size() + kRebuildAtOnce);
    for (const auto& hash : read_leaf_hashes(pool_, settings_.log_id, rebuilt.size(), end))
      rebuilt.append(hash);
  }
  if (rebuilt.root() != root) {
    damaged("neither the published tiles nor the database's entries give the root that was signed");
  }
  return rebuilt;
}

void Publisher::resume(const Facts& facts) {
  const auto& newest = facts.newest;
  if (!newest) {
    edge_ = ledger::Frontier();
  } else if (newest->size > facts.head.size()) {
    edge_ = facts.head;  // the database went back: the signer is asked about what is left
  } else {
    edge_ = edge_at(newest->size, newest->root);
  }
}

Publisher::Batch Publisher::read_batch(const Facts& facts) {
  RIGHTFUL_CHECK(edge_);
  const std::uint64_t old_size = edge_->size();
  const std::uint64_t size = std::min(facts.head.size(), old_size + kMaxLeavesPerRequest);
  const std::uint64_t first = old_size / kTileWidth * kTileWidth;
  Batch batch{.old_size = old_size,
              .claimed = {facts.head.size(), facts.head.root()},
              .edge = *edge_,
              .first = first,
              .leaves = {}};
  if (size < old_size) return batch;
  batch.leaves = read_leaf_hashes(pool_, settings_.log_id, first, size);
  for (std::uint64_t index = old_size; index < size; ++index)
    batch.edge.append(batch.leaves[index - first]);
  if (size < facts.head.size()) batch.claimed = {size, batch.edge.root()};
  return batch;
}

Result<void> Publisher::write_files(const Batch& batch) {
  const std::uint64_t size = batch.claimed.size;
  if (size == batch.old_size) return {};
  RIGHTFUL_TRY(write_bundles(pool_, settings_.log_id, source_, sink_, batch.first, size));
  TileRow row(source_, batch.first, batch.leaves);
  RIGHTFUL_TRY(ledger::write_hash_tiles(sink_, row, batch.old_size, size));
  RIGHTFUL_TRY(sink_.flush());
  ledger::TileHashes tiles(source_, size);
  RIGHTFUL_TRY(const auto edge, ledger::Frontier::read(tiles, size));
  if (edge.root() == batch.edge.root()) return {};
  return fail(ErrorCode::Conflict, "the published tiles do not give the root of what was written");
}

ledger::SignRequest Publisher::request_from(std::uint64_t from, const Batch& batch) {
  ledger::SignRequest request{
      .origin = settings_.origin, .claimed = batch.claimed, .from = from, .leaves = {}};
  if (from >= batch.claimed.size) return request;
  if (from >= batch.first) {
    request.leaves.assign(batch.leaves.begin() + static_cast<std::ptrdiff_t>(from - batch.first),
                          batch.leaves.end());
  } else {
    request.leaves = read_leaf_hashes(pool_, settings_.log_id, from, batch.claimed.size);
  }
  return request;
}

// A turn that the server has ended meanwhile is somebody else's: then nothing is asked.
std::expected<std::string, ledger::SignRefusal> Publisher::sign_in_turn(
    const ledger::SignRequest& request, Transaction& turn) {
  turn.run(queries::kAsk);
  claimed_ = std::max(claimed_, request.claimed.size);
  return signer_.sign(request);
}

// A signer that is far behind is led up to the tree in steps; what it signs on the way is not
// published.
std::expected<std::string, ledger::SignRefusal> Publisher::sign(const Batch& batch,
                                                                Transaction& turn) {
  for (;;) {
    if (batch.claimed.size > signer_size_ + kMaxLeavesPerRequest) {
      const std::uint64_t size = signer_size_ + kMaxLeavesPerRequest;
      ledger::TileHashes tiles(source_, batch.claimed.size);
      const auto edge = ledger::Frontier::read(tiles, size);
      if (!edge) throw_for(edge.error());
      const ledger::SignRequest step{
          .origin = settings_.origin,
          .claimed = {size, edge->root()},
          .from = signer_size_,
          .leaves = read_leaf_hashes(pool_, settings_.log_id, signer_size_, size)};
      const auto answer = sign_in_turn(step, turn);
      if (!answer && answer.error().kind == ledger::SignRefusal::Kind::Frozen) return answer;
      signer_size_ = answer ? size : answer.error().size;
      continue;
    }
    auto answer = sign_in_turn(request_from(signer_size_, batch), turn);
    const bool is_elsewhere = !answer &&
                              answer.error().kind == ledger::SignRefusal::Kind::SendFrom &&
                              answer.error().size != signer_size_;
    if (!is_elsewhere) return answer;
    signer_size_ = answer.error().size;
  }
}

PublishReport Publisher::ask(const Facts& facts,
                             const Batch& batch,
                             bool is_written,
                             Transaction& turn) {
  const auto answer = sign(batch, turn);
  if (!answer) {
    const ledger::SignRefusal& refusal = answer.error();
    if (refusal.reason) return freeze(*refusal.reason);
    return stop("ledger_signer_refuses", "it does not take the leaves that it asked for");
  }
  signer_size_ = batch.claimed.size;
  if (!is_written) return stop("ledger_not_published", "the files above differ; signed or not");
  return keep(facts, batch, *answer, turn);
}

PublishReport Publisher::freeze(ledger::FreezeReason reason) {
  Transaction transaction = pool_.begin();
  const auto set = ledger_tables::set_log_state(transaction, settings_.log_id, LogState::Frozen);
  transaction.commit();
  edge_.reset();
  log::error("ledger_frozen",
             "log={} reason={} then=\"{}\"",
             ledger_tables::short_name(settings_.origin),
             ledger::name_of(reason),
             ledger::can_thaw(reason) ? "rightful admin ledger thaw"
                                      : "rightful admin ledger open --recover");
  if (!set) damaged("the log's row is gone");
  return {.step = PublishStep::Frozen, .size = 0, .reason = reason};
}

PublishReport Publisher::stop(std::string_view what, std::string_view detail) {
  edge_.reset();
  log::error(what, "log={} why=\"{}\"", ledger_tables::short_name(settings_.origin), detail);
  return {.step = PublishStep::Stopped};
}

PublishReport Publisher::keep(const Facts& facts,
                              const Batch& batch,
                              const std::string& note,
                              Transaction& turn) {
  const auto keys = keys_that_sign(facts.keys);
  const auto opened = ledger::open_checkpoint(as_bytes(note), keys);
  if (!opened) return stop("ledger_note_refused", opened.error().detail);
  const ledger::Checkpoint& checkpoint = opened->checkpoint;
  if (checkpoint.origin != settings_.origin || checkpoint.head.size != batch.claimed.size ||
      checkpoint.head.root != batch.claimed.root) {
    return stop("ledger_note_refused", "the signer signed another tree than it was asked for");
  }
  const auto added = ledger_tables::add_checkpoint(
      turn, settings_.log_id, batch.claimed.size, batch.claimed.root, as_bytes(note));
  if (!added) return stop("ledger_checkpoint_differs", added.error().detail);
  follow_keys(turn, facts.keys, opened->signed_by, batch.old_size);
  turn.commit();
  const auto replaced = sink_.replace(LogPath::checkpoint(), as_bytes(note));
  if (!replaced) throw_for(replaced.error());
  edge_ = batch.edge;
  save(facts, batch.claimed.size, as_bytes(note));
  drop_partials(batch.claimed.size);
  return {.step = PublishStep::Published, .size = batch.claimed.size};
}

void Publisher::save(const Facts& facts, std::uint64_t size, ByteView note) {
  if (size == 0) return;
  if (!last_saved_) {
    const auto saved = source_.saved_checkpoints();
    if (!saved) throw_for(saved.error());
    Transaction transaction = pool_.begin();
    const auto row = saved->empty() ? std::nullopt
                                    : ledger_tables::find_checkpoint(
                                          transaction, settings_.log_id, saved->back());
    last_saved_ = row ? row->signed_at : Instant();
  }
  const Instant now = clock_.now();
  // A clock that went back must not stop it for long.
  const bool is_due = now - *last_saved_ >= settings_.save_every || now < *last_saved_;
  const bool is_last = facts.state == LogState::Sealed && size == facts.head.size();
  if (!is_due && !is_last) return;
  const auto put = sink_.put(LogPath::saved_checkpoint(size), note);
  // Signed again while keys changed: the first note stays.
  if (!put && put.error().code != ErrorCode::Conflict) throw_for(put.error());
  if (const auto flushed = sink_.flush(); !flushed) throw_for(flushed.error());
  last_saved_ = now;
}

// From the first tile on in a process's first checkpoint, and where it could not be done once more
// with each one: what stays would stay for ever, with bodies in it that may have to be erased.
void Publisher::drop_partials(std::uint64_t size) {
  for (const LogPath& full : std::exchange(kept_, {})) {
    if (const auto why = why_partials_stay(full); !why.empty()) kept_.push_back(full);
  }
  for (unsigned level = 0; level <= ledger::kMaxTileLevel; ++level) {
    const unsigned bits = 8 * (level + 1);
    if (bits >= 64) break;
    for (std::uint64_t index = dropped_ >> bits; index < (size >> bits); ++index) {
      drop_partials_beside(LogPath::hash_tile(level, index, kTileWidth));
      if (level == 0) drop_partials_beside(LogPath::entry_bundle(index, kTileWidth));
    }
  }
  dropped_ = size;
}

void Publisher::drop_partials_beside(const LogPath& full) {
  const std::string why = why_partials_stay(full);
  if (why.empty()) return;
  log::warn("ledger_partials_stay",
            "log={} beside={} why=\"{}\"",
            ledger_tables::short_name(settings_.origin),
            full.text(),
            why);
  kept_.push_back(full);
}

// Empty when none is left. The checkpoint is published by now, and stays so.
std::string Publisher::why_partials_stay(const LogPath& full) {
  try {
    const auto dropped = sink_.drop_partials(full);
    return dropped ? std::string() : dropped.error().detail;
  } catch (const Failure& failure) {
    return failure.what();
  }
}

std::uint64_t Publisher::repair() {
  std::uint64_t size = 0;
  {
    Transaction transaction = pool_.begin();
    const auto log = ledger_tables::find_log(transaction, settings_.log_id);
    const auto newest = ledger_tables::newest_checkpoint(transaction, settings_.log_id);
    const auto head = ledger_tables::find_head(transaction, settings_.log_id);
    if (!log || !head || !newest || log->state == LogState::Purged) return 0;
    size = std::min(newest->size, head->size());
  }
  const auto written = repair_files(pool_, settings_.log_id, source_, sink_, size);
  if (!written) throw_for(written.error());
  if (*written > 0) {
    log::warn("ledger_files_written_again",
              "log={} files={}",
              ledger_tables::short_name(settings_.origin),
              *written);
  }
  return *written;
}

}  // namespace rightful::store
