/// @file
/// Publishes a log: its tiles out of the database, then a signed checkpoint over them. Appends
/// nothing and signs nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/checkpoint_signer.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/tile_store.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::store {

struct PublisherSettings {
  std::int64_t log_id;
  ledger::Origin origin;
  std::chrono::milliseconds at_most_every{1000};  ///< from one beginning to the next
  std::chrono::seconds at_least_every{300};
  std::chrono::seconds save_every{3600};  ///< an earlier checkpoint under `checkpoints/`
};

enum class PublishStep : std::uint8_t {
  Waits,      ///< nothing new, the last checkpoint is too young, or another publisher is at it
  Published,  ///< `checkpoint` names `size`
  Frozen,     ///< the signer signs nothing; the log's row says so from now on
  Stopped     ///< what is published, or what the database has, contradicts: an operator must look
};

struct PublishReport {
  PublishStep step = PublishStep::Waits;
  std::uint64_t size = 0;  ///< of the published checkpoint
  std::optional<ledger::FreezeReason> reason = {};
};

/// One log's. The order is: bundles of entries, level 0, higher levels, all durable → the right
/// edge read back and its root computed → what it covers is where a commit must be, on a
/// synchronous standby too → the signer asked → the checkpoint's row → `checkpoint` replaced.
/// Each step may be repeated: what broke off goes on with the next call.
///
/// Owns     nothing; pool, files, signer and clock must outlive it. One publisher a log: the loop
///          that holds the log's sequencer.
/// Threads  one at a time.
/// Errors   DatabaseFailure; Failure of the disk or of the way to the signer: nothing half is
///          published, the next call tries again. Failure Never `ledger_damaged` when database and
///          published hashes contradict each other. A partial tile that cannot be taken away is
///          none: it is named (`ledger_partials_stay`), and tried again with each checkpoint.
/// Cost     at most 17,000 hashes (0.5 MiB) and four bundles (4 MiB) in memory.
class Publisher {
 public:
  Publisher(Pool& pool,
            PublisherSettings settings,
            ledger::TileSource& source,
            ledger::TileSink& sink,
            ledger::CheckpointSigner& signer,
            const Clock& clock);

  /// One checkpoint, if one is due. The first call always asks the signer.
  [[nodiscard]] PublishReport publish();

  /// As publish(), however young the last checkpoint is: for the end of a process.
  [[nodiscard]] PublishReport publish_now();

  /// How long publish() will wait, when something new comes.
  [[nodiscard]] std::chrono::milliseconds until_due() const;

  /// Writes again what is missing of the published files. @return how many files. Cost  a look at
  /// each file's name.
  [[nodiscard]] std::uint64_t repair();

 private:
  struct Facts;
  struct Batch;

  [[nodiscard]] Facts read_facts();
  [[nodiscard]] bool is_due(const Facts& facts) const;
  [[nodiscard]] PublishReport publish_in_turn();
  [[nodiscard]] PublishReport publish_facts(const Facts& facts, Transaction& turn);
  [[nodiscard]] bool is_published_elsewhere(const Facts& facts) const;
  void resume(const Facts& facts);
  [[nodiscard]] ledger::Frontier edge_at(std::uint64_t size, const ledger::TreeHash& root);
  [[nodiscard]] Batch read_batch(const Facts& facts);
  [[nodiscard]] Result<void> write_files(const Batch& batch);
  [[nodiscard]] PublishReport ask(const Facts& facts,
                                  const Batch& batch,
                                  bool is_written,
                                  Transaction& turn);
  [[nodiscard]] ledger::SignRequest request_from(std::uint64_t from, const Batch& batch);
  [[nodiscard]] std::expected<std::string, ledger::SignRefusal> sign(const Batch& batch,
                                                                     Transaction& turn);
  [[nodiscard]] std::expected<std::string, ledger::SignRefusal> sign_in_turn(
      const ledger::SignRequest& request, Transaction& turn);
  [[nodiscard]] PublishReport freeze(ledger::FreezeReason reason);
  [[nodiscard]] PublishReport keep(const Facts& facts,
                                   const Batch& batch,
                                   const std::string& note,
                                   Transaction& turn);
  [[nodiscard]] PublishReport stop(std::string_view what, std::string_view detail);
  void wait_for_standby();
  void save(const Facts& facts, std::uint64_t size, ByteView note);
  void drop_partials(std::uint64_t size);
  void drop_partials_beside(const ledger::LogPath& full);
  [[nodiscard]] std::string why_partials_stay(const ledger::LogPath& full);

  Pool& pool_;
  PublisherSettings settings_;
  ledger::TileSource& source_;
  ledger::TileSink& sink_;
  ledger::CheckpointSigner& signer_;
  const Clock& clock_;
  std::optional<ledger::Frontier> edge_;  // of the newest checkpoint, once it is known
  std::uint64_t claimed_ = 0;             // the largest tree that it has asked for
  std::uint64_t signer_size_ = 0;         // where the signer's leaves begin, as far as known
  std::optional<std::chrono::steady_clock::time_point> begun_;  // the last one that was published
  std::optional<Instant> last_saved_;
  std::uint64_t dropped_ = 0;          // full tiles of this tree have no partial ones beside them …
  std::vector<ledger::LogPath> kept_;  // … except these
};

}  // namespace rightful::store
