/// @file
/// Our side of the comparison with other programs: makes a random log with proofs, and reads one
/// that another program made. Both are folders: `log/` as published, `vkey`, and `proofs`, a proof
/// a line: `inclusion <index> <size> <base64>…` or `consistency <old size> <size> <base64>…`.
///
///     ledger_peer make FOLDER SEED SIZE
///     ledger_peer read FOLDER SEED
///     ledger_peer guide FOLDER         what docs/audit.md has at hand: two years of one ledger

#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/files.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/ledger/trust_file.hpp"
#include "rightful/ledger/verifier.hpp"
#include "rightful/ledger/writer.hpp"

namespace rightful::ledger::peers {
namespace {

using Engine = std::mt19937_64;

// Nothing here is secret: logs and keys come from the seed, so that a run can be repeated.
crypto::SigningKey key_of(Engine& engine) {
  Bytes seed(crypto::SigningKey::kSeedSizeBytes);
  for (std::byte& byte : seed)
    byte = static_cast<std::byte>(engine());
  return crypto::SigningKey::from_seed(seed).value();
}

class LeafHashes final : public HashSource {
 public:
  void append(const TreeHash& leaf) {
    if (levels_.empty()) levels_.emplace_back();
    levels_[0].push_back(leaf);
    for (std::size_t level = 0; levels_[level].size() % 2 == 0; ++level) {
      if (level + 1 == levels_.size()) levels_.emplace_back();
      const auto& row = levels_[level];
      levels_[level + 1].push_back(node_hash(row[row.size() - 2], row.back()));
    }
  }

  Result<TreeHash> subtree(unsigned level, std::uint64_t index) override {
    if (level >= levels_.size() || index >= levels_[level].size())
      return fail(ErrorCode::NotFound, "no such subtree");
    return levels_[level][index];
  }

 private:
  std::vector<std::vector<TreeHash>> levels_;
};

Event random_event(Engine& engine, std::uint64_t index) {
  switch (engine() % 4) {
    case 0:
      return {System{}, events::LogChecked{.result = "passed", .size = index}};
    case 1:
      return {System{},
              events::LogHeartbeat{
                  .oldest_ms = engine() % 100000, .size = index, .writers = engine() % 9}};
    case 2: {
      std::array<std::byte, 16> who{};
      for (std::byte& byte : who)
        byte = static_cast<std::byte>(engine());
      return {Staff{StaffRef::from_bytes(who)},
              events::StaffSearched{.by = "state", .rows = RowsBucket::of(engine() % 2000000)}};
    }
    default:
      return {System{},
              events::SchemaMigrated{.sha256 = leaf_hash({}), .version = engine() % 1000}};
  }
}

LeafStamp stamp_of(Engine& engine, std::uint64_t n, Instant t) {
  LeafStamp stamp{.n = n, .nonce = {}, .t = t};
  for (std::byte& byte : stamp.nonce)
    byte = static_cast<std::byte>(engine());
  return stamp;
}

/// A log that grows: one writer, and the key that admitted it.
class Growing {
 public:
  Growing(Engine& engine, const Origin& origin, Instant first)
      : engine_(engine), enrolment_seed_(engine()), writer_(key_of(engine), origin), t_(first) {}

  void open(const std::optional<PreviousLog>& previous) {
    add(make_genesis(enrolment(), writer_.origin(), next_stamp(0), previous));
  }

  void start() {
    add(make_writer_start(writer_,
                          enrolment(),
                          {.build = Build::parse("0.1.0").value(),
                           .previous = std::nullopt,
                           .role = "work",
                           .span = 32},
                          next_stamp(0)));
  }

  void append(const Event& event) {
    add(writer_.make_leaf(event, std::nullopt, next_stamp(next_n_++)));
  }

  void append_by_enrolment(const Event& event) {
    const Writer by(enrolment(), writer_.origin());
    add(by.make_leaf(event, std::nullopt, next_stamp(1)));
  }

  void grow_to(std::uint64_t size) {
    while (leaves_.size() < size)
      append(random_event(engine_, leaves_.size()));
  }

  [[nodiscard]] Checkpoint checkpoint() {
    return {writer_.origin(), {leaves_.size(), tree_root(tree_, leaves_.size()).value()}};
  }

  [[nodiscard]] const Writer& writer() const { return writer_; }

  [[nodiscard]] std::uint64_t next_n() const { return next_n_; }

  [[nodiscard]] std::vector<Bytes>& leaves() { return leaves_; }

  [[nodiscard]] LeafHashes& tree() { return tree_; }

 private:
  [[nodiscard]] crypto::SigningKey enrolment() const {
    Engine engine(enrolment_seed_);
    return key_of(engine);
  }

  [[nodiscard]] LeafStamp next_stamp(std::uint64_t n) {
    t_ += std::chrono::milliseconds(100);
    return stamp_of(engine_, n, t_);
  }

  void add(Bytes leaf) {
    tree_.append(leaf_hash(leaf));
    leaves_.push_back(std::move(leaf));
  }

  Engine& engine_;
  std::uint64_t enrolment_seed_;
  Writer writer_;
  Instant t_;
  std::uint64_t next_n_ = 1;
  std::vector<Bytes> leaves_;
  LeafHashes tree_;
};

void publish(const std::filesystem::path& place,
             const std::vector<Bytes>& leaves,
             HashSource& tree,
             const std::string& note) {
  std::filesystem::create_directories(place);
  auto directory = LogDirectory::open(place).value();
  for (std::uint64_t first = 0; first < leaves.size(); first += kTileWidth) {
    const unsigned width = tile_width(0, first / kTileWidth, leaves.size());
    std::vector<ByteView> views(leaves.begin() + static_cast<std::ptrdiff_t>(first),
                                leaves.begin() + static_cast<std::ptrdiff_t>(first + width));
    directory.put(LogPath::entry_bundle(first / kTileWidth, width), format_entry_bundle(views))
        .value();
  }
  write_hash_tiles(directory, tree, 0, leaves.size()).value();
  directory.replace(LogPath::checkpoint(), as_bytes(note)).value();
}

void write_proof(std::ostream& out,
                 std::string_view kind,
                 std::uint64_t one,
                 std::uint64_t size,
                 const Proof& proof) {
  out << kind << ' ' << one << ' ' << size;
  for (const TreeHash& hash : proof)
    out << ' ' << to_base64(hash.bytes());
  out << '\n';
}

std::vector<NoteSigner> signers_of(Engine& engine, const Origin& origin) {
  std::vector<NoteSigner> signers;
  signers.push_back(NoteSigner::create(origin.text(), key_of(engine)).value());
  return signers;
}

int make(const std::filesystem::path& folder, std::uint64_t seed, std::uint64_t size) {
  Engine engine(seed);
  const Origin origin = Origin::parse("audit.example.test/peers/" + std::to_string(seed)).value();
  const auto signers = signers_of(engine, origin);
  Growing log(engine, origin, parse_rfc3339("2026-01-01T00:00:00Z").value());
  log.open(std::nullopt);
  if (size > 1) log.start();
  log.grow_to(size);
  publish(folder / "log", log.leaves(), log.tree(), sign_checkpoint(log.checkpoint(), signers));
  std::ofstream(folder / "vkey") << signers[0].key().text() << '\n';
  std::ofstream(folder / "trust") << format_trust_file(std::vector{signers[0].key()});
  std::ofstream proofs(folder / "proofs");
  for (int at = 0; at < 8; ++at) {
    const std::uint64_t index = engine() % size;
    const std::uint64_t old_size = 1 + engine() % size;
    write_proof(
        proofs, "inclusion", index, size, make_inclusion_proof(log.tree(), index, size).value());
    write_proof(proofs,
                "consistency",
                old_size,
                size,
                make_consistency_proof(log.tree(), old_size, size).value());
  }
  return proofs.good() ? 0 : 1;
}

void erase(Growing& log, std::uint64_t index) {
  const StaffRef who = StaffRef::from_bytes(std::array<std::byte, 16>{});
  log.append({Staff{who},
              events::LogRedacted{.from = log.writer().id(),
                                  .idx = index,
                                  .leaf = leaf_hash(log.leaves()[index]),
                                  .n = index - 1,
                                  .second = who,
                                  .why = "accident"}});
}

// 2026 is sealed; 2027 goes on from it, and one of its entries was erased.
int make_guide(const std::filesystem::path& folder) {
  Engine engine(7);
  const Instant now = SystemClock().now();
  const Origin old_origin = Origin::parse("audit.example.test/rightful/2026").value();
  const Origin new_origin = Origin::parse("audit.example.test/rightful/2027").value();
  const auto old_signers = signers_of(engine, old_origin);
  const auto new_signers = signers_of(engine, new_origin);
  Growing before(engine, old_origin, now - std::chrono::hours(48));
  before.open(std::nullopt);
  before.start();
  before.grow_to(300);
  const Checkpoint named = before.checkpoint();
  before.append({System{}, events::WriterStop{}});
  before.append_by_enrolment({System{}, events::LogSealed{.next_origin = new_origin}});
  publish(folder / "ledger-2026",
          before.leaves(),
          before.tree(),
          sign_checkpoint(before.checkpoint(), old_signers));
  Growing log(engine, new_origin, now - std::chrono::minutes(2));
  log.open(PreviousLog{.origin = old_origin, .head = named.head});
  log.start();
  log.grow_to(300);
  std::ofstream(folder / "package.checkpoint") << sign_checkpoint(log.checkpoint(), new_signers);
  erase(log, 40);
  log.grow_to(600);
  log.leaves()[40].clear();
  publish(
      folder / "ledger", log.leaves(), log.tree(), sign_checkpoint(log.checkpoint(), new_signers));
  std::ofstream(folder / "trust.txt")
      << format_trust_file(std::vector{new_signers[0].key(), old_signers[0].key()});
  return 0;
}

class Printed final : public FindingSink {
 public:
  void found(const Finding& finding) override {
    std::cerr << word_of(finding.kind) << ' ' << finding.detail << '\n';
  }
};

class Unheard final : public FindingSink {
 public:
  void found(const Finding& /*finding*/) override {}
};

/// Another program's log, as far as any log has it: note, tiles, bundles, proofs.
class Foreign {
 public:
  Foreign(std::filesystem::path folder, std::uint64_t seed)
      : folder_(std::move(folder)),
        engine_(seed),
        directory_(LogDirectory::open(folder_ / "log").value()) {
    std::string vkey;
    std::ifstream(folder_ / "vkey") >> vkey;
    request_.keys = {NoteKey::parse(vkey).value()};
    request_.depth = Depth::HashesOnly;
  }

  bool holds() {
    Printed sink;
    const Verdict verdict = verify_log(directory_, request_, sink);
    if (verdict.severity != Severity::Report) return false;
    head_ = verdict.checkpoint->checkpoint.head;
    return proofs_hold() && changes_are_refused();
  }

 private:
  [[nodiscard]] TreeHash leaf_hash_of(std::uint64_t index) {
    TileHashes tiles(directory_, head_.size);
    return tiles.subtree(0, index).value();
  }

  [[nodiscard]] bool holds(const std::string& kind, std::uint64_t one, const Proof& proof) {
    if (kind == "inclusion")
      return verify_inclusion(proof, one, leaf_hash_of(one), head_).has_value();
    TileHashes tiles(directory_, head_.size);
    return verify_consistency(proof, {one, tree_root(tiles, one).value()}, head_).has_value();
  }

  bool proofs_hold() {
    std::ifstream file(folder_ / "proofs");
    int count = 0;
    for (std::string line; std::getline(file, line); ++count) {
      std::istringstream words(line);
      std::string kind;
      std::uint64_t one = 0;
      std::uint64_t size = 0;
      words >> kind >> one >> size;
      Proof proof;
      for (std::string word; words >> word;)
        proof.push_back(TreeHash::parse(from_base64(word).value()).value());
      if (size != head_.size || !holds(kind, one, proof)) {
        std::cerr << "does not hold: " << line << '\n';
        return false;
      }
      if (proof.empty()) continue;
      TreeHash& hash = proof[engine_() % proof.size()];
      auto bytes = hash.bytes();
      bytes[engine_() % bytes.size()] ^= std::byte{1} << (engine_() % 8);
      hash = TreeHash::from(bytes);
      if (holds(kind, one, proof)) {
        std::cerr << "holds with another bit: " << line << '\n';
        return false;
      }
    }
    return count > 0;
  }

  // Partial tiles of smaller trees stay where they were; nobody reads them any more.
  [[nodiscard]] bool is_of_this_size(const LogPath& path) const {
    const bool is_tile =
        path.kind() == LogFileKind::HashTile || path.kind() == LogFileKind::EntryBundle;
    return !is_tile || path.width() == tile_width(path.level(), path.index(), head_.size);
  }

  // One bit of any file of the log.
  bool changes_are_refused() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "log")) {
      if (!entry.is_regular_file()) continue;
      const auto path = LogPath::parse(entry.path().lexically_relative(folder_ / "log").string());
      if (path && is_of_this_size(*path)) files.push_back(entry.path());
    }
    for (int round = 0; round < 16; ++round) {
      const auto& path = files[engine_() % files.size()];
      const Bytes good = read_file(path, std::size_t{1} << 22U).value();
      Bytes bad = good;
      const std::size_t at = engine_() % bad.size();
      bad[at] ^= std::byte{1} << (engine_() % 8);
      write_file_atomically(path, bad, 0640);
      Unheard sink;
      const bool is_refused = verify_log(directory_, request_, sink).severity != Severity::Report;
      write_file_atomically(path, good, 0640);
      if (is_refused) continue;
      std::cerr << "verified with another bit: " << path << " byte " << at << '\n';
      return false;
    }
    return true;
  }

  std::filesystem::path folder_;
  Engine engine_;
  LogDirectory directory_;
  VerifyRequest request_;
  TreeHead head_{0, empty_root()};
};

int run(const std::vector<std::string>& words) {
  if (words.size() == 4 && words[0] == "make")
    return make(words[1], std::stoull(words[2]), std::stoull(words[3]));
  if (words.size() == 3 && words[0] == "read")
    return Foreign(words[1], std::stoull(words[2])).holds() ? 0 : 1;
  if (words.size() == 2 && words[0] == "guide") return make_guide(words[1]);
  std::cerr << "usage: ledger_peer make FOLDER SEED SIZE | read FOLDER SEED | guide FOLDER\n";
  return 2;
}

}  // namespace
}  // namespace rightful::ledger::peers

int main(int argc, char** argv) {
  try {
    return rightful::ledger::peers::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "ledger_peer: " << error.what() << '\n';
    return 1;
  }
}
