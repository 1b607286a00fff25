#include "bench/made_log.hpp"

#include <algorithm>

#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/ledger/tree.hpp"

#include "bench/ledger_bed.hpp"
#include "bench/plain_file.hpp"
#include "bench/stop_request.hpp"
#include "bench/value_of.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeavesPerAlive = 1000;
constexpr std::uint64_t kLeavesPerHeartbeat = 10'000;
constexpr std::chrono::milliseconds kPace(10);

crypto::SigningKey new_key() {
  SystemRandom random;
  return crypto::SigningKey::generate(random);
}

/// Every complete subtree, a row a level: 64 bytes a leaf.
class KeptHashes final : public ledger::HashSource {
 public:
  void append(const ledger::TreeHash& leaf) {
    ledger::TreeHash hash = leaf;
    for (std::size_t level = 0;; ++level) {
      if (level == rows_.size()) rows_.emplace_back();
      rows_[level].push_back(hash);
      const std::size_t count = rows_[level].size();
      if (count % 2 == 1) return;
      hash = ledger::node_hash(rows_[level][count - 2], rows_[level][count - 1]);
    }
  }

  [[nodiscard]] Result<ledger::TreeHash> subtree(unsigned level, std::uint64_t index) override {
    if (level >= rows_.size() || index >= rows_[level].size())
      return fail(ErrorCode::NotFound, "no such subtree");
    return rows_[level][index];
  }

 private:
  std::vector<std::vector<ledger::TreeHash>> rows_;
};

/// Collects leaves and writes a bundle for each 256.
class BundleWriter {
 public:
  explicit BundleWriter(ledger::LogDirectory& directory) : directory_(directory) {}

  void add(Bytes leaf) {
    leaves_.push_back(std::move(leaf));
    if (leaves_.size() == ledger::kTileWidth) flush();
  }

  void flush() {
    if (leaves_.empty()) return;
    const std::vector<ByteView> views(leaves_.begin(), leaves_.end());
    value_of(
        directory_.put(ledger::LogPath::entry_bundle(index_, static_cast<unsigned>(leaves_.size())),
                       ledger::format_entry_bundle(views)));
    leaves_.clear();
    ++index_;
    throw_if_stop_requested();
  }

 private:
  ledger::LogDirectory& directory_;
  std::vector<Bytes> leaves_;
  std::uint64_t index_ = 0;
};

}  // namespace

LeafMaker::LeafMaker(ledger::Origin origin, const crypto::SigningKey& enrolment)
    : origin_(std::move(origin)),
      enrolment_(enrolment),
      person_(value_of(AccountId::parse("person-1"))),
      pseudonym_(ledger::SubjectKey::generate(random_).pseudonym(origin_, person_)),
      now_(SystemClock().now()) {
  for (unsigned i = 0; i < kWriters; ++i) {
    writers_.emplace_back(new_key(), origin_);
    next_n_.push_back(0);
  }
}

ledger::LeafStamp LeafMaker::stamp(std::uint64_t n) {
  ledger::LeafStamp result{.n = n, .nonce = {}, .t = now_};
  random_.fill(result.nonce);
  now_ += kPace;
  return result;
}

Bytes LeafMaker::genesis() {
  return ledger::make_genesis(enrolment_, origin_, stamp(0));
}

Bytes LeafMaker::about_itself(unsigned writer, const ledger::Event& event) {
  return writers_[writer].make_leaf(event, std::nullopt, stamp(next_n_[writer]++));
}

Bytes LeafMaker::fact(unsigned writer) {
  const ledger::Event event(ledger::System{},
                            person_,
                            ledger::RequestRef::random(random_),
                            ledger::events::DatasetCollected{.catalog = 3,
                                                             .ds = made_ % 12,
                                                             .media = ledger::RowsBucket::of(0),
                                                             .rows = ledger::RowsBucket::of(70),
                                                             .size = ledger::SizeBucket::of(4000)});
  return writers_[writer].make_leaf(event, pseudonym_, stamp(next_n_[writer]++));
}

Bytes LeafMaker::next() {
  const std::uint64_t at = made_++;
  const auto writer = static_cast<unsigned>(at % kWriters);
  if (next_n_[writer] == 0) {
    return ledger::make_writer_start(writers_[writer],
                                     enrolment_,
                                     {.build = value_of(ledger::Build::parse("0.0.1")),
                                      .previous = std::nullopt,
                                      .role = "work",
                                      .span = ledger::kDefaultSpan},
                                     stamp(next_n_[writer]++));
  }
  if (at % kLeavesPerHeartbeat == 0) {
    return about_itself(
        writer,
        {ledger::System{}, ledger::events::LogHeartbeat{.oldest_ms = 5, .size = at, .writers = 8}});
  }
  if (next_n_[writer] % kLeavesPerAlive == 0) {
    return about_itself(writer,
                        {ledger::System{}, ledger::events::WriterAlive{.upto = next_n_[writer]}});
  }
  return fact(writer);
}

MadeLog make_log(const fs::path& place, std::uint64_t size) {
  const MadeLog log{.directory = place / "log", .trust = place / "trust"};
  fs::create_directories(log.directory);
  const auto origin = value_of(ledger::Origin::parse(kLedgerOrigin));
  const crypto::SigningKey enrolment = new_key();
  const auto signer = value_of(ledger::NoteSigner::create(origin.text(), new_key()));
  auto directory = value_of(ledger::LogDirectory::open(log.directory));
  LeafMaker maker(origin, enrolment);
  BundleWriter bundles(directory);
  KeptHashes tree;
  for (std::uint64_t at = 0; at < size; ++at) {
    Bytes leaf = at == 0 ? maker.genesis() : maker.next();
    tree.append(ledger::leaf_hash(leaf));
    bundles.add(std::move(leaf));
  }
  bundles.flush();
  value_of(ledger::write_hash_tiles(directory, tree, 0, size));
  const ledger::Checkpoint checkpoint{origin, {size, value_of(ledger::tree_root(tree, size))}};
  const std::string note = ledger::sign_checkpoint(checkpoint, {&signer, 1});
  value_of(directory.replace(ledger::LogPath::checkpoint(), as_bytes(note)));
  write_file(log.trust, "log " + signer.key().text() + "\nquorum none\n");
  return log;
}

}  // namespace rightful::bench
