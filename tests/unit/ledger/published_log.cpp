#include "tests/unit/ledger/published_log.hpp"

#include <algorithm>
#include <filesystem>

#include "rightful/core/files.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tiles.hpp"

namespace rightful::ledger::testing {

namespace {

crypto::SigningKey key_of(std::byte seed) {
  return crypto::SigningKey::from_seed(Bytes(crypto::SigningKey::kSeedSizeBytes, seed)).value();
}

Instant beginning() {
  return parse_rfc3339("2026-01-01T00:00:00Z").value();
}

LeafStamp stamp_of(std::uint64_t n, std::uint64_t milliseconds) {
  LeafStamp stamp{.n = n, .nonce = {}, .t = beginning() + std::chrono::milliseconds(milliseconds)};
  for (unsigned at = 0; at < 8; ++at)
    stamp.nonce[at] = static_cast<std::byte>(milliseconds >> (8U * at));
  return stamp;
}

class Collected final : public FindingSink {
 public:
  void found(const Finding& finding) override { findings.push_back(finding); }

  std::vector<Finding> findings;
};

}  // namespace

bool Verified::has(FindingKind kind, std::optional<std::uint64_t> at) const {
  return std::ranges::any_of(findings,
                             [&](const Finding& f) { return f.kind == kind && f.at == at; });
}

bool Verified::has(FindingKind kind) const {
  return std::ranges::any_of(findings, [&](const Finding& f) { return f.kind == kind; });
}

std::string Verified::text() const {
  std::string text(name_of(verdict.severity));
  for (const Finding& finding : findings) {
    text += "\n  " + std::string(word_of(finding.kind)) + "@" +
            (finding.at ? std::to_string(*finding.at) : "-") + " " + finding.detail;
  }
  return text;
}

PublishedLog::PublishedLog(std::string_view name)
    : origin(Origin::parse(name).value()),
      enrolment(key_of(std::byte{0x22})),
      writer(writer_of(std::byte{0x33})) {
  signers.push_back(NoteSigner::create(origin.text(), key_of(std::byte{0x11})).value());
  bodies.push_back(make_genesis(enrolment, origin, stamp_of(0, 0)));
  bodies.push_back(start_of(writer, std::nullopt));
}

Writer PublishedLog::writer_of(std::byte seed) const {
  return {key_of(seed), origin};
}

Bytes PublishedLog::start_of(const Writer& started,
                             const std::optional<WriterId>& previous,
                             std::byte enrolment_seed) const {
  return make_writer_start(
      started,
      key_of(enrolment_seed),
      {.build = Build::parse("0.1.0").value(), .previous = previous, .role = "work", .span = 32},
      stamp_of(0, milliseconds));
}

Event PublishedLog::fact() const {
  return {System{}, events::LogChecked{.result = "passed", .size = bodies.size()}};
}

Bytes PublishedLog::make_by(const Writer& by,
                            const Event& event,
                            std::uint64_t n,
                            std::uint64_t at) const {
  return by.make_leaf(event, std::nullopt, stamp_of(n, at));
}

Bytes PublishedLog::make(const Event& event) {
  milliseconds += 100;
  return make_by(writer, event, next_n++, milliseconds);
}

void PublishedLog::append_by_enrolment(const Event& event) {
  milliseconds += 100;
  const Writer by(key_of(std::byte{0x22}), origin);
  bodies.push_back(make_by(by, event, next_enrolment_n++, milliseconds));
}

void PublishedLog::follow(const Origin& previous, const TreeHead& head) {
  bodies.at(0) = make_genesis(
      enrolment, origin, stamp_of(0, 0), PreviousLog{.origin = previous, .head = head});
}

void PublishedLog::fill(std::uint64_t count) {
  for (std::uint64_t at = 0; at < count; ++at) {
    if (at % 10 == 5) {
      append({System{}, events::LogHeartbeat{.oldest_ms = 5, .size = bodies.size(), .writers = 1}});
    } else if (at % 10 == 9) {
      append({System{}, events::WriterAlive{.upto = next_n}});
    } else {
      append(fact());
    }
  }
}

void PublishedLog::publish() {
  std::filesystem::remove_all(folder.path() / "tile");
  publish_bodies(bodies);
  MemoryTree tree;
  for (const Bytes& body : bodies)
    tree.append(leaf_hash(body));
  auto directory = LogDirectory::open(folder.path()).value();
  write_hash_tiles(directory, tree, 0, bodies.size()).value();
  directory.replace(LogPath::checkpoint(), note()).value();
}

void PublishedLog::publish_bodies(const std::vector<Bytes>& other) {
  auto directory = LogDirectory::open(folder.path()).value();
  for (std::uint64_t first = 0; first < other.size(); first += kTileWidth) {
    const auto width =
        static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, other.size() - first));
    std::vector<ByteView> leaves;
    for (unsigned at = 0; at < width; ++at)
      leaves.emplace_back(other[first + at]);
    directory.replace(LogPath::entry_bundle(first / kTileWidth, width), format_entry_bundle(leaves))
        .value();
  }
}

void PublishedLog::erase_body(std::uint64_t index) {
  auto other = bodies;
  other[index].clear();
  publish_bodies(other);
}

void PublishedLog::flip_bit(const std::string& file, std::size_t byte) const {
  const auto path = folder.path() / file;
  Bytes content = read_file(path, 1U << 21U).value();
  content.at(byte) ^= std::byte{1};
  folder.write(file, as_text(content));
}

Checkpoint PublishedLog::checkpoint() const {
  MemoryTree tree;
  for (const Bytes& body : bodies)
    tree.append(leaf_hash(body));
  return {origin, {tree.size(), tree_root(tree, tree.size()).value()}};
}

std::string PublishedLog::note_of(const Checkpoint& checkpoint) const {
  return sign_checkpoint(checkpoint, signers);
}

Bytes PublishedLog::note() const {
  return to_bytes(note_of(checkpoint()));
}

VerifyRequest PublishedLog::request() const {
  VerifyRequest request;
  for (const NoteSigner& signer : signers)
    request.keys.push_back(signer.key());
  request.now = beginning() + std::chrono::milliseconds(milliseconds);
  return request;
}

Verified PublishedLog::verify(const VerifyRequest& request, const std::filesystem::path& place) {
  auto directory = LogDirectory::open(place).value();
  return verify(request, directory);
}

Verified PublishedLog::verify(const VerifyRequest& request, TileSource& source) {
  Collected sink;
  const Verdict verdict = verify_log(source, request, sink);
  return {verdict, sink.findings};
}

}  // namespace rightful::ledger::testing
