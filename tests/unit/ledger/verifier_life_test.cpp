// The life of a log: the one before it, its end, what only the enrolment key may write; and that
// neither threads nor the place of its files change what is found.

#include <filesystem>

#include <gmock/gmock.h>

#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_archive.hpp"
#include "rightful/ledger/log_export.hpp"

#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

const Staff& officer() {
  static const Staff kOfficer{StaffRef::from_bytes(std::array<std::byte, 16>{})};
  return kOfficer;
}

/// 2026, sealed, and 2027, which names 2026 as it was when it was opened.
class Chained : public ::testing::Test {
 protected:
  Chained() {
    before_.fill(298);
    named_ = before_.checkpoint();
    before_.fill(20);
    before_.append_by_enrolment({System{}, events::LogSealed{.next_origin = log_.origin}});
    before_.publish();
    log_.follow(named_.origin, named_.head);
    log_.fill(10);
    log_.publish();
  }

  [[nodiscard]] VerifyRequest request() const {
    VerifyRequest request = log_.request();
    for (const NoteSigner& signer : before_.signers)
      request.keys.push_back(signer.key());
    return request;
  }

  [[nodiscard]] VerifyRequest with_held(const std::string& note) const {
    VerifyRequest held = request();
    held.held.push_back({.name = "held", .note = to_bytes(note)});
    return held;
  }

  [[nodiscard]] Verified with_previous(const Bytes& note, TileSource* tiles) const {
    VerifyRequest given = request();
    given.previous = {.name = "2026", .note = note, .tiles = tiles};
    return log_.verify(given);
  }

  PublishedLog before_{"audit.example.test/dsar/2026"};
  PublishedLog log_{"audit.example.test/dsar/2027"};
  Checkpoint named_{before_.origin, {0, empty_root()}};
};

TEST_F(Chained, TheOldLogIsSealedAndNamesTheNewOne) {
  VerifyRequest later = before_.request();
  *later.now += std::chrono::days(400);

  const Verified result = before_.verify(later);

  EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_TRUE(result.verdict.facts.is_sealed);
  EXPECT_EQ(result.verdict.facts.next_origin, log_.origin.text());
  EXPECT_EQ(result.verdict.facts.previous_origin, "-");
}

TEST_F(Chained, TheTilesOfTheOldLogShowTheChain) {
  auto tiles = LogDirectory::open(before_.folder.path()).value();

  const Verified result = with_previous(before_.note(), &tiles);

  EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_TRUE(result.verdict.facts.is_chain_shown);
  EXPECT_EQ(result.verdict.facts.previous_origin, before_.origin.text());
}

TEST_F(Chained, TheNamedCheckpointAloneShowsItToo) {
  const Verified same = with_previous(to_bytes(before_.note_of(named_)), nullptr);
  const Verified larger = with_previous(before_.note(), nullptr);

  EXPECT_TRUE(same.verdict.facts.is_chain_shown) << same.text();
  EXPECT_EQ(larger.verdict.severity, Severity::Report) << larger.text();
  EXPECT_FALSE(larger.verdict.facts.is_chain_shown);
}

TEST_F(Chained, AnotherPastOfTheOldLogIsFound) {
  before_.bodies[17] = before_.make_by(before_.writer, before_.fact(), 16, 1600);
  before_.publish();
  auto tiles = LogDirectory::open(before_.folder.path()).value();

  const Verified result = with_previous(before_.note(), &tiles);

  EXPECT_EQ(result.verdict.severity, Severity::Proven) << result.text();
  EXPECT_TRUE(result.has(FindingKind::Chain, 0)) << result.text();
}

TEST_F(Chained, AHeldCheckpointWithAnotherRootIsFound) {
  Checkpoint other = named_;
  other.head.root = empty_root();

  const Verified differs = log_.verify(with_held(before_.note_of(other)));

  EXPECT_TRUE(differs.has(FindingKind::Chain, 0)) << differs.text();
  EXPECT_EQ(differs.verdict.severity, Severity::Proven);
  EXPECT_EQ(log_.verify(with_held(before_.note_of(named_))).verdict.severity, Severity::Report);
  EXPECT_EQ(log_.verify(with_held(before_.note_of(before_.checkpoint()))).verdict.severity,
            Severity::Report);
}

TEST_F(Chained, AnOldCopyOfTheOldLogShowsNothing) {
  before_.bodies.resize(200);
  before_.publish();
  auto tiles = LogDirectory::open(before_.folder.path()).value();

  const Verified result = with_previous(before_.note(), &tiles);

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::Stale, 300)) << result.text();
}

TEST_F(Chained, MissingTilesOfTheOldLogShowNothing) {
  std::filesystem::remove(before_.folder.path() / "tile/0/001.p/65");
  auto tiles = LogDirectory::open(before_.folder.path()).value();

  const Verified result = with_previous(before_.note(), &tiles);

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::TileMissing, 0)) << result.text();
}

TEST_F(Chained, ALogThatNamesNoneBeforeItIsFound) {
  PublishedLog alone("audit.example.test/dsar/2027");
  alone.fill(10);
  alone.publish();
  VerifyRequest given = request();
  given.previous = {.name = "2026", .note = before_.note(), .tiles = nullptr};

  const Verified result = alone.verify(given);

  EXPECT_EQ(result.verdict.severity, Severity::Proven) << result.text();
  EXPECT_TRUE(result.has(FindingKind::Chain, 0)) << result.text();
}

TEST_F(Chained, ThePreviousCheckpointIsCheckedLikeAnyOther) {
  VerifyRequest untrusted = log_.request();
  untrusted.keys = {log_.signers[0].key()};
  untrusted.previous = {.name = "2026", .note = before_.note(), .tiles = nullptr};

  const Verified result = log_.verify(untrusted);

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::KeyUnknown, std::nullopt)) << result.text();
}

TEST_F(Chained, ARecoveryNamesWhatWasSignedLast) {
  PublishedLog successor("audit.example.test/dsar/2026b");
  const Checkpoint last = before_.checkpoint();
  successor.append_by_enrolment({officer(),
                                 events::LogRecovery{.old_origin = before_.origin,
                                                     .recovered = 300,
                                                     .root = named_.head.root,
                                                     .size = named_.head.size,
                                                     .why = "restored"}});
  successor.fill(10);
  successor.publish();
  VerifyRequest held = successor.request();
  held.keys.push_back(before_.signers[0].key());
  held.held.push_back({.name = "held", .note = to_bytes(before_.note_of(named_))});

  const Verified sound = successor.verify(held);
  EXPECT_EQ(sound.verdict.severity, Severity::Report) << sound.text();
  held.held.back().note = to_bytes(before_.note_of(last));
  const Verified more_was_signed = successor.verify(held);
  EXPECT_TRUE(more_was_signed.has(FindingKind::Chain, 2)) << more_was_signed.text();
}

class Living : public ::testing::Test {
 protected:
  PublishedLog log_;
};

TEST_F(Living, NothingFollowsTheSeal) {
  log_.fill(20);
  log_.append_by_enrolment({System{}, events::LogSealed{.next_origin = log_.origin}});
  log_.append({System{}, events::WriterStop{}});
  log_.publish();

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::Proven);
  EXPECT_TRUE(result.has(FindingKind::AfterStop, 23)) << result.text();
}

TEST_F(Living, OnlyTheEnrolmentKeyEndsThawsOrRecovers) {
  log_.fill(10);
  log_.append({System{}, events::LogSealed{.next_origin = log_.origin}});
  log_.append({officer(), events::LogThawed{.size = 12, .why = "memory_lost"}});
  log_.append({officer(),
               events::LogRecovery{.old_origin = log_.origin,
                                   .recovered = 1,
                                   .root = empty_root(),
                                   .size = 1,
                                   .why = "restored"}});
  log_.append(log_.fact());
  log_.publish();

  const Verified result = log_.verify();

  for (const std::uint64_t index : {12U, 13U, 14U})
    EXPECT_TRUE(result.has(FindingKind::WriterUnknown, index)) << result.text();
  EXPECT_FALSE(result.verdict.facts.is_sealed);
  EXPECT_FALSE(result.has(FindingKind::AfterStop)) << result.text();
}

TEST_F(Living, TheEnrolmentKeyThawsAndRotates) {
  log_.fill(10);
  log_.append_by_enrolment({officer(), events::LogThawed{.size = 12, .why = "memory_lost"}});
  log_.append_by_enrolment(
      {officer(),
       events::KeyringRotated{.epoch = 2, .key = log_.writer.public_key(), .ring = "signer"}});
  log_.fill(3);
  log_.publish();

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_TRUE(result.findings.empty()) << result.text();
}

TEST_F(Living, ALogOpensOnce) {
  log_.fill(10);
  log_.append_by_enrolment({System{},
                            events::LogGenesis{.enrol = log_.enrolment.public_key(),
                                               .origin = log_.origin,
                                               .prev_origin = std::nullopt,
                                               .prev_root = std::nullopt,
                                               .prev_size = 0}});
  log_.publish();

  EXPECT_TRUE(log_.verify().has(FindingKind::WriterUnknown, 12)) << log_.verify().text();
}

TEST_F(Living, AGapThatAliveShowedIsToldOnceWhenTheLogNamesIt) {
  log_.fill(20);
  const Writer sequencer = log_.writer_of(std::byte{0x34});
  log_.bodies.push_back(log_.start_of(sequencer, std::nullopt));
  const std::uint64_t lost = log_.next_n++;
  log_.bodies.push_back(log_.make_by(
      sequencer,
      {System{}, events::LogGap{.base = lost, .from = log_.writer.id(), .n = log_.next_n}},
      1,
      2100));
  log_.append({System{}, events::WriterAlive{.upto = log_.next_n}});
  log_.append(log_.fact());
  log_.publish();

  const Verified result = log_.verify();

  EXPECT_TRUE(result.has(FindingKind::LoggedGap, 23)) << result.text();
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
}

TEST_F(Living, SignaturesMayBeLeftUnchecked) {
  log_.fill(300);
  const std::size_t tail = log_.bodies[50].size() - 10;
  log_.bodies[50][tail] = log_.bodies[50][tail] == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  log_.bodies.erase(log_.bodies.begin() + 100, log_.bodies.begin() + 150);
  log_.publish();
  VerifyRequest request = log_.request();
  request.depth = Depth::WithoutSignatures;

  const Verified all = log_.verify();
  const Verified some = log_.verify(request);

  EXPECT_TRUE(all.has(FindingKind::WriterSig, 50)) << all.text();
  EXPECT_FALSE(some.has(FindingKind::WriterSig)) << some.text();
  EXPECT_TRUE(some.has(FindingKind::CounterGap, 100)) << some.text();
  EXPECT_EQ(some.verdict.depth, Depth::WithoutSignatures);
}

TEST_F(Living, ThreadsChangeNothing) {
  log_.fill(700);
  log_.append({System{}, events::WriterStop{}});
  for (int at = 0; at < 40; ++at) {
    const Writer writer = log_.writer_of(static_cast<std::byte>(0x40 + at));
    log_.bodies.push_back(log_.start_of(writer, std::nullopt));
    for (std::uint64_t n = 1; n < 6; ++n)
      log_.bodies.push_back(log_.make_by(writer, log_.fact(), n, 80'000));
  }
  for (const std::size_t at : {3U, 77U, 256U, 300U, 511U, 702U, 703U, 720U, 850U}) {
    const std::size_t tail = log_.bodies[at].size() - 10;
    log_.bodies[at][tail] =
        log_.bodies[at][tail] == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  }
  log_.publish();
  const Verified alone = log_.verify();
  EXPECT_EQ(alone.verdict.of_kind[static_cast<std::size_t>(FindingKind::WriterSig)], 9U)
      << alone.text();

  for (const unsigned threads : {2U, 3U, 8U}) {
    VerifyRequest request = log_.request();
    request.threads = threads;

    EXPECT_EQ(log_.verify(request).text(), alone.text()) << threads;
  }
}

// X4
TEST_F(Living, TwoLevelsOfTilesEndAndBegin) {
  log_.fill(65'533);
  for (const std::uint64_t size : {65'535U, 65'536U, 65'537U}) {
    log_.fill(size - log_.size());
    log_.publish();
    VerifyRequest request = log_.request();
    request.threads = 2;
    if (size != 65'536U) request.depth = Depth::WithoutSignatures;

    const Verified result = log_.verify(request);

    EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
    EXPECT_TRUE(result.findings.empty()) << result.text();
    EXPECT_EQ(result.verdict.entries, size);
    const bool has_third_level = std::filesystem::exists(log_.folder.path() / "tile/2/000.p/1");
    EXPECT_EQ(has_third_level, size >= 65'536U);
  }
  log_.flip_bit("tile/2/000.p/1", 3);
  VerifyRequest request = log_.request();
  request.depth = Depth::HashesOnly;
  EXPECT_TRUE(log_.verify(request).has(FindingKind::Tile, 0));
}

}  // namespace
}  // namespace rightful::ledger::testing
