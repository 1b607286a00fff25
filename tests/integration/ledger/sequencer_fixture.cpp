#include "tests/integration/ledger/sequencer_fixture.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/tiles.hpp"

#include "store/session.hpp"
#include "tests/unit/ledger/tree_vectors.hpp"

namespace rightful::testing {

namespace {

constexpr store::Sql kStage{
    "stage_by_hand",
    "INSERT INTO ledger.outbox (log_id, leaf) SELECT $1::smallint, unnest($2::bytea[])"};

class Collected final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& finding) override { findings.push_back(finding); }

  std::vector<ledger::Finding> findings;
};

constexpr int kMostBusyLooks = 3000;

ledger::NoteSigner note_signer(const ledger::Origin& origin) {
  auto key = crypto::SigningKey::from_seed(Bytes(32, std::byte{0x5a})).value();
  return ledger::NoteSigner::create(origin.text(), std::move(key)).value();
}

}  // namespace

void pause(std::chrono::nanoseconds duration) {
  SystemClock clock;
  clock.wait_for({}, std::chrono::ceil<std::chrono::milliseconds>(duration));
}

bool Audit::has(ledger::FindingKind kind) const {
  return std::ranges::any_of(findings, [&](const auto& f) { return f.kind == kind; });
}

bool Audit::has(ledger::FindingKind kind, std::uint64_t at) const {
  return std::ranges::any_of(findings, [&](const auto& f) { return f.kind == kind && f.at == at; });
}

std::string Audit::text() const {
  std::string text(name_of(verdict.severity));
  for (const ledger::Finding& finding : findings) {
    text += "\n  " + std::string(word_of(finding.kind)) + "@" +
            (finding.at ? std::to_string(*finding.at) : "-") + " " + finding.detail;
  }
  return text;
}

HandWriter::HandWriter(const ledger::Origin& origin, const Clock& clock, Random& random)
    : writer_(crypto::SigningKey::generate(random), origin), clock_(clock), random_(random) {}

ledger::LeafStamp HandWriter::stamp(std::uint64_t n) const {
  ledger::LeafStamp stamp{.n = n, .nonce = {}, .t = clock_.now()};
  random_.fill(stamp.nonce);
  return stamp;
}

Bytes HandWriter::start(const crypto::SigningKey& enrolment, std::uint32_t span) const {
  return ledger::make_writer_start(writer_,
                                   enrolment,
                                   {.build = ledger::Build::parse("0.1.0").value(),
                                    .previous = std::nullopt,
                                    .role = "work",
                                    .span = span},
                                   stamp(0));
}

Bytes HandWriter::leaf(std::uint64_t n) const {
  return leaf(n, {ledger::System{}, ledger::events::WriterVoid{}});
}

Bytes HandWriter::leaf(std::uint64_t n, const ledger::Event& event) const {
  return writer_.make_leaf(event, std::nullopt, stamp(n));
}

store::SequencerSettings SequencerFixture::facts(std::size_t batch_rows) const {
  return {.log_id = 1, .build = ledger::Build::parse("0.1.0").value(), .batch_rows = batch_rows};
}

std::unique_ptr<store::Sequencer> SequencerFixture::make_sequencer(std::size_t batch_rows) {
  return std::make_unique<store::Sequencer>(
      database_.settings(), facts(batch_rows), keys_, clock_, random_);
}

std::size_t SequencerFixture::drain(store::Sequencer& sequencer) {
  std::size_t leaves = 0;
  int busy = 0;
  // A comparison that is due takes a step after each quiet batch.
  for (int quiet = 0; quiet < 8;) {
    const store::BatchResult result = sequencer.run_batch();
    leaves += result.leaves;
    if (result.state == store::BatchState::Busy) {
      // The server still holds the turn of a sequencer that was killed.
      if (++busy > kMostBusyLooks) throw std::runtime_error("another sequencer does not end");
      pause(std::chrono::milliseconds(10));
      continue;
    }
    quiet = result.rows == 0 && result.leaves == 0 ? quiet + 1 : 0;
  }
  return leaves;
}

void SequencerFixture::drain() {
  const auto sequencer = make_sequencer();
  drain(*sequencer);
  sequencer->stop();
}

void SequencerFixture::stage(const std::vector<Bytes>& leaves, std::int64_t log_id) {
  store::Transaction transaction = database_.pool().begin();
  transaction.run(kStage, {log_id, leaves});
  transaction.commit();
}

HandWriter SequencerFixture::hand_writer() {
  return {origin_, clock_, random_};
}

std::vector<OutboxLeaf> SequencerFixture::log() {
  store::Transaction transaction = database_.pool().begin();
  const std::uint64_t size = store::ledger_tables::find_head(transaction, 1).value().size();
  std::vector<OutboxLeaf> leaves;
  for (const auto& body : store::ledger_tables::bodies(transaction, 1, 0, size)) {
    if (!body) throw std::runtime_error("a body is missing");
    leaves.push_back(read_leaf(*body));
  }
  return leaves;
}

std::vector<std::string> SequencerFixture::log_acts() {
  std::vector<std::string> names;
  for (const OutboxLeaf& leaf : log())
    names.push_back(leaf.act);
  return names;
}

std::vector<std::uint64_t> SequencerFixture::places_of(std::string_view act) {
  std::vector<std::uint64_t> places;
  const auto names = log_acts();
  for (std::uint64_t at = 0; at < names.size(); ++at) {
    if (names[at] == act) places.push_back(at);
  }
  return places;
}

std::string SequencerFixture::ask(const std::string& query) {
  // A test's own words, which no Sql can be.
  const std::string script = "CREATE TEMP TABLE answer AS SELECT (" + query + ")::text AS answer;";
  static constexpr store::Sql kRead{"read_answer", "SELECT answer FROM answer"};
  store::Session session(database_.settings());
  session.begin(store::Isolation::ReadCommitted, database_.settings());
  session.run_script("test_script", "SET LOCAL search_path TO public; " + script);
  const auto answer = session.run(kRead, {}).only().optional_text("answer");
  session.rollback();
  return answer.value_or("");
}

std::int64_t SequencerFixture::count(const std::string& from) {
  return std::stoll(ask("SELECT count(*) FROM " + from));
}

std::uint64_t SequencerFixture::head_size() {
  store::Transaction transaction = database_.pool().begin();
  return store::ledger_tables::find_head(transaction, 1).value().size();
}

std::int64_t SequencerFixture::incidents(std::string_view cause) {
  return count("incident WHERE cause = '" + std::string(cause) + "'");
}

void publish_tables(store::Pool& pool,
                    const ledger::Origin& origin,
                    const std::filesystem::path& folder) {
  namespace tables = store::ledger_tables;
  auto directory = ledger::LogDirectory::open(folder).value();
  store::Transaction transaction = pool.begin();
  const auto head = tables::find_head(transaction, 1).value();
  ledger::testing::MemoryTree tree;
  for (std::uint64_t first = 0; first < head.size(); first += ledger::kTileWidth) {
    const std::uint64_t end = std::min(head.size(), first + ledger::kTileWidth);
    for (const auto& hash : tables::leaf_hashes(transaction, 1, first, end))
      tree.append(hash);
    const auto bodies = tables::bodies(transaction, 1, first, end);
    std::vector<ByteView> leaves;
    for (const auto& body : bodies)
      leaves.push_back(body ? ByteView(*body) : ByteView());
    directory
        .put(ledger::LogPath::entry_bundle(first / ledger::kTileWidth,
                                           static_cast<unsigned>(leaves.size())),
             ledger::format_entry_bundle(leaves))
        .value();
  }
  ledger::write_hash_tiles(directory, tree, 0, head.size()).value();
  const ledger::Checkpoint checkpoint{origin, {head.size(), head.root()}};
  const std::array<ledger::NoteSigner, 1> signers{note_signer(origin)};
  directory
      .replace(ledger::LogPath::checkpoint(),
               as_bytes(ledger::sign_checkpoint(checkpoint, signers)))
      .value();
}

Audit audit_folder(const std::filesystem::path& folder,
                   const ledger::Origin& origin,
                   const crypto::ServerKeys& keys) {
  auto directory = ledger::LogDirectory::open(folder).value();
  ledger::VerifyRequest request;
  request.keys.push_back(note_signer(origin).key());
  request.enrolment = keys.ledger_enrolment_key().public_key();
  Collected collected;
  auto verdict = ledger::verify_log(directory, request, collected);
  return {std::move(verdict), std::move(collected.findings)};
}

Audit SequencerFixture::audit() {
  const TestFolder folder;
  publish_tables(database_.pool(), origin_, folder.path());
  return audit_folder(folder.path(), origin_, keys_);
}

void SequencerFixture::expect_sound() {
  const Audit result = audit();
  EXPECT_EQ(result.verdict.severity, ledger::Severity::Report) << result.text();
  const auto size = static_cast<std::int64_t>(head_size());
  EXPECT_EQ(count("ledger.entry WHERE log_id = 1"), size);
  EXPECT_EQ(count("ledger.body WHERE log_id = 1"), size);
  EXPECT_EQ(count("ledger.lookup WHERE log_id = 1"), size);
}

}  // namespace rightful::testing
