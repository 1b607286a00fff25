// One fault at a time in a published log: verdict, finding, and where.

#include "rightful/ledger/verifier.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/leaf.hpp"

#include "tests/unit/ledger/goldens.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

constexpr std::uint64_t kFacts = 298;  // with genesis and start 300: a full row and a part of one

class Verifying : public ::testing::Test {
 protected:
  void fill_and_publish(std::uint64_t facts = kFacts) {
    log_.fill(facts);
    log_.publish();
  }

  static void expect_verified(const Verified& result) {
    EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  }

  static void expect_proven(const Verified& result, FindingKind kind, std::uint64_t at) {
    EXPECT_EQ(result.verdict.severity, Severity::Proven) << result.text();
    EXPECT_TRUE(result.has(kind, at)) << word_of(kind) << "@" << at << " in " << result.text();
  }

  [[nodiscard]] VerifyRequest with_held(const Bytes& note) const {
    VerifyRequest request = log_.request();
    request.held.push_back({.name = "held", .note = note});
    return request;
  }

  [[nodiscard]] Bytes note_at(std::uint64_t size) const {
    MemoryTree tree;
    for (std::uint64_t index = 0; index < size; ++index)
      tree.append(leaf_hash(log_.bodies[index]));
    return to_bytes(log_.note_of({log_.origin, {size, tree_root(tree, size).value()}}));
  }

  // The log with a leaf that others have put at `at`, signed again with the log's key.
  void put_in(std::uint64_t at, const Bytes& leaf) {
    log_.bodies.insert(log_.bodies.begin() + static_cast<std::ptrdiff_t>(at), leaf);
    log_.publish();
  }

  PublishedLog log_;
};

TEST_F(Verifying, SoundLogsOfAllSizesAreVerified) {
  for (const std::uint64_t size : {2U, 3U, 255U, 256U, 257U, 512U, 513U}) {
    PublishedLog log;
    log.fill(size - 2);
    log.publish();

    const Verified result = log.verify();

    EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
    EXPECT_TRUE(result.findings.empty()) << result.text();
    EXPECT_EQ(result.verdict.entries, size);
    EXPECT_EQ(result.verdict.note, log.note());
  }
}

// X4: no sequencer leaves them behind, since its first batch says more than the genesis; so they
// are made by the library alone.
TEST_F(Verifying, TheSmallestLogs) {
  log_.fill(0);
  ASSERT_EQ(log_.size(), 2U);
  const Bytes start = log_.bodies[1];
  log_.bodies.resize(1);
  log_.publish();
  const Verified one = log_.verify();
  expect_verified(one);
  EXPECT_EQ(one.verdict.entries, 1U);
  EXPECT_EQ(log_.checkpoint().head.root, leaf_hash(log_.bodies[0]));
  const Bytes held = log_.note();

  log_.bodies.push_back(start);
  log_.publish();
  const Verified two = log_.verify(with_held(held));
  expect_verified(two);
  EXPECT_EQ(two.verdict.entries, 2U);
  EXPECT_EQ(log_.checkpoint().head.root,
            node_hash(leaf_hash(log_.bodies[0]), leaf_hash(log_.bodies[1])));

  std::vector<Bytes> edited = log_.bodies;
  edited[0][40] ^= std::byte{1};
  log_.publish_bodies(edited);
  expect_proven(log_.verify(), FindingKind::LeafHash, 0);
  log_.publish();
  log_.bodies.erase(log_.bodies.begin());
  log_.publish();
  expect_proven(log_.verify(with_held(held)), FindingKind::Fork, 1);
}

TEST_F(Verifying, TheEmptyLogIsVerifiedWhenItsAgeIsNotAsked) {
  log_.bodies.clear();
  log_.publish();
  VerifyRequest request = log_.request();
  request.now.reset();

  expect_verified(log_.verify(request));
  EXPECT_TRUE(log_.verify().has(FindingKind::Stale, 0));
}

// D1
TEST_F(Verifying, AnEditedBody) {
  fill_and_publish();
  auto other = log_.bodies;
  const std::size_t nonce = as_text(other[5]).find("\"nonce\":\"") + 9;
  other[5][nonce] = other[5][nonce] == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  log_.publish_bodies(other);

  const Verified result = log_.verify();

  expect_proven(result, FindingKind::LeafHash, 5);
  expect_proven(result, FindingKind::WriterSig, 5);
  EXPECT_FALSE(result.has(FindingKind::TreeRoot)) << result.text();
  EXPECT_FALSE(result.has(FindingKind::Tile)) << result.text();
}

// D2, D4
TEST_F(Verifying, AnEditedHashOfALeaf) {
  fill_and_publish();
  log_.flip_bit("tile/0/000", 7 * 32);

  const Verified result = log_.verify();

  expect_proven(result, FindingKind::Tile, 7);
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
}

TEST_F(Verifying, AnEditedHashAtTheEdge) {
  fill_and_publish();
  log_.flip_bit("tile/0/001.p/44", 43 * 32);

  const Verified result = log_.verify();

  expect_proven(result, FindingKind::Tile, 299);
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
}

// D3
TEST_F(Verifying, AnEditedBodyWithItsHash) {
  fill_and_publish();
  auto other = log_.bodies;
  other[5] = log_.make_by(log_.writer_of(std::byte{0x66}), log_.fact(), 4, 400);
  log_.publish_bodies(other);
  MemoryTree tree;
  for (const Bytes& body : other)
    tree.append(leaf_hash(body));
  const auto hash = tree.subtree(0, 5).value().bytes();
  Bytes tile = read_file(log_.folder.path() / "tile/0/000", 1U << 20U).value();
  std::ranges::copy(hash, tile.begin() + 5 * 32);
  log_.folder.write("tile/0/000", as_text(tile));

  const Verified result = log_.verify();

  expect_proven(result, FindingKind::TreeRoot, 300);
  expect_proven(result, FindingKind::WriterUnknown, 5);
}

// D5
TEST_F(Verifying, AnEditedHashAboveTheLeaves) {
  fill_and_publish(600);
  log_.flip_bit("tile/1/000.p/2", 32);

  const Verified result = log_.verify();

  expect_proven(result, FindingKind::Tile, 256);
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
}

// D6
TEST_F(Verifying, AnotherSignedRoot) {
  fill_and_publish();
  Checkpoint other = log_.checkpoint();
  other.head.root = empty_root();
  log_.folder.write("checkpoint", log_.note_of(other));

  expect_proven(log_.verify(), FindingKind::TreeRoot, 300);
}

// D7
TEST_F(Verifying, ARemovedEntry) {
  log_.fill(100);
  log_.bodies.erase(log_.bodies.begin() + 52);
  log_.publish();

  expect_proven(log_.verify(), FindingKind::AliveGap, 60);
}

TEST_F(Verifying, ManyRemovedEntries) {
  log_.fill(100);
  log_.bodies.erase(log_.bodies.begin() + 20, log_.bodies.begin() + 60);
  log_.publish();

  expect_proven(log_.verify(), FindingKind::CounterGap, 20);
}

// D8
TEST_F(Verifying, ACutEndIsFoundByWhoeverHeldMore) {
  fill_and_publish();
  const Bytes held = log_.note();
  const Bytes before = note_at(290);
  log_.bodies.resize(290);
  log_.publish();

  const Verified alone = log_.verify();
  EXPECT_NE(alone.verdict.severity, Severity::Proven) << alone.text();
  expect_proven(log_.verify(with_held(held)), FindingKind::NotConsistent, 300);
  EXPECT_EQ(log_.verify(with_held(before)).verdict.severity, alone.verdict.severity);
}

TEST_F(Verifying, ACutEndMakesTheLogOld) {
  fill_and_publish();
  VerifyRequest request = log_.request();
  *request.now += std::chrono::minutes(16);

  const Verified result = log_.verify(request);

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::Stale, 300)) << result.text();
}

TEST_F(Verifying, ARewrittenPastIsFoundByWhoeverHeldLess) {
  log_.fill(298);
  const Bytes held = log_.note();
  log_.bodies[17] = log_.make_by(log_.writer, log_.fact(), 16, 1600);
  log_.fill(10);
  log_.publish();
  VerifyRequest request = with_held(held);

  expect_verified(log_.verify());
  expect_proven(log_.verify(request), FindingKind::NotConsistent, 300);
}

TEST_F(Verifying, SavedCheckpointsAreComparedToo) {
  log_.fill(298);
  log_.folder.write("checkpoints/300", as_text(log_.note()));
  log_.bodies[17] = log_.make_by(log_.writer, log_.fact(), 16, 1600);
  log_.fill(10);
  log_.publish();

  expect_proven(log_.verify(), FindingKind::NotConsistent, 300);
}

TEST_F(Verifying, TwoTreesOfOneSizeAreAFork) {
  log_.fill(298);
  const Bytes held = log_.note();
  log_.bodies[17] = log_.make_by(log_.writer, log_.fact(), 16, 1600);
  log_.publish();

  const Verified result = log_.verify(with_held(held));

  expect_proven(result, FindingKind::Fork, 300);
  EXPECT_THAT(result.text(), ::testing::HasSubstr(to_base64(held)));
  EXPECT_THAT(result.text(), ::testing::HasSubstr(to_base64(log_.note())));
}

// D9
TEST_F(Verifying, SwappedEntries) {
  fill_and_publish();
  const Bytes signed_note = log_.note();
  std::swap(log_.bodies[30], log_.bodies[31]);
  log_.publish();
  log_.folder.write("checkpoint", as_text(signed_note));

  expect_proven(log_.verify(), FindingKind::TreeRoot, 300);
}

// D10
TEST_F(Verifying, ARepeatedEntry) {
  log_.fill(100);
  put_in(40, log_.bodies[30]);

  expect_proven(log_.verify(), FindingKind::CounterReplay, 40);
}

// D11
TEST_F(Verifying, AForgedEntry) {
  log_.fill(100);
  put_in(40, log_.make_by(log_.writer_of(std::byte{0x66}), log_.fact(), 7, 4000));

  expect_proven(log_.verify(), FindingKind::WriterUnknown, 40);
}

TEST_F(Verifying, AWriterThatWasNeverAdmitted) {
  log_.fill(100);
  put_in(40, log_.start_of(log_.writer_of(std::byte{0x66}), std::nullopt, std::byte{0x66}));

  expect_proven(log_.verify(), FindingKind::WriterUnknown, 40);
}

TEST_F(Verifying, ALeafOfAnotherLog) {
  log_.fill(100);
  const Writer other(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x33})).value(),
                     Origin::parse("audit.example.test/other").value());
  put_in(40, log_.make_by(other, log_.fact(), 7, 4000));

  expect_proven(log_.verify(), FindingKind::WriterSig, 40);
}

// D13
TEST_F(Verifying, AMissingBody) {
  fill_and_publish();
  log_.erase_body(40);

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::BodyMissing, 40)) << result.text();
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
}

TEST_F(Verifying, AMissingBodyHidesNoForgery) {
  fill_and_publish();
  auto other = log_.bodies;
  other[40].clear();
  other[50] = log_.make_by(log_.writer_of(std::byte{0x66}), log_.fact(), 4, 5000);
  log_.publish_bodies(other);

  expect_proven(log_.verify(), FindingKind::LeafHash, 50);
}

class Erasing : public Verifying {
 protected:
  void declare_erased(std::uint64_t index, const TreeHash& hash) {
    const auto n = index - 1;  // of the one writer: genesis stands before its start
    const Staff officer{StaffRef::from_bytes(std::array<std::byte, 16>{})};
    log_.append({officer,
                 events::LogRedacted{.from = log_.writer.id(),
                                     .idx = index,
                                     .leaf = hash,
                                     .n = n,
                                     .second = StaffRef::from_bytes(std::array<std::byte, 16>{}),
                                     .why = "accident"}});
  }
};

// D14
TEST_F(Erasing, ADeclaredErasureIsReported) {
  log_.fill(298);
  declare_erased(40, leaf_hash(log_.bodies[40]));
  log_.fill(20);
  log_.publish();
  log_.erase_body(40);

  const Verified result = log_.verify();

  expect_verified(result);
  EXPECT_TRUE(result.has(FindingKind::Redacted, 40)) << result.text();
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
}

// D15
TEST_F(Erasing, AnErasureOfAnotherHashIsFalse) {
  log_.fill(298);
  declare_erased(40, leaf_hash(log_.bodies[41]));
  log_.publish();
  log_.erase_body(40);

  expect_proven(log_.verify(), FindingKind::RedactionFalse, 40);
}

// Who knows what will be logged could else announce that it is missing.
TEST_F(Erasing, AnErasureIsNotSaidBeforehand) {
  log_.fill(298);
  const std::uint64_t index = log_.size() + 1;
  const Bytes later = log_.make(log_.fact());
  declare_erased(index, leaf_hash(later));
  log_.bodies.push_back(later);
  log_.publish();
  log_.erase_body(index);

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::BodyMissing, index)) << result.text();
}

TEST_F(Erasing, AForgedErasureIsFound) {
  log_.fill(298);
  const Bytes hidden = log_.bodies[40];
  declare_erased(40, leaf_hash(hidden));
  Bytes& forged = log_.bodies.back();
  const std::size_t nonce = as_text(forged).find("\"nonce\":\"") + 9;
  forged[nonce] = forged[nonce] == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  log_.publish();
  log_.erase_body(40);

  expect_proven(log_.verify(), FindingKind::WriterSig, 300);
}

// D16
TEST_F(Verifying, EveryRefusalOfTheGoldens) {
  const std::map<std::string, FindingKind> kinds{{"length", FindingKind::Noncanonical},
                                                 {"noncanonical", FindingKind::Noncanonical},
                                                 {"field", FindingKind::Field},
                                                 {"event", FindingKind::UnknownEvent},
                                                 {"writer", FindingKind::WriterUnknown},
                                                 {"signature", FindingKind::WriterSig}};
  std::vector<GoldenRefusal> refusals = read_goldens().refusals;
  // A bundle cannot hold these: an empty entry stands for an erased body.
  std::erase_if(refusals, [](const GoldenRefusal& refusal) {
    return refusal.bytes.empty() || refusal.bytes.size() > kMaxLeafSizeBytes;
  });
  EXPECT_GE(refusals.size(), 28U);
  for (const GoldenRefusal& refusal : refusals)
    log_.bodies.push_back(refusal.bytes);
  log_.publish();

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::Proven);
  for (std::size_t at = 0; at < refusals.size(); ++at) {
    EXPECT_TRUE(result.has(kinds.at(refusals[at].why), at + 2))
        << at + 2 << " " << refusals[at].why << " in " << result.text();
  }
}

TEST_F(Verifying, MissingFiles) {
  fill_and_publish(513);
  const auto without = [this](const std::string& file) {
    const auto path = log_.folder.path() / file;
    const Bytes content = read_file(path, 1U << 21U).value();
    std::filesystem::remove(path);
    Verified result = log_.verify();
    log_.folder.write(file, as_text(content));
    EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
    return result;
  };

  EXPECT_TRUE(without("tile/0/001").has(FindingKind::TileMissing, 256));
  EXPECT_TRUE(without("tile/1/000.p/2").has(FindingKind::TileMissing, 0));
  EXPECT_TRUE(without("tile/entries/001").has(FindingKind::BodyMissing, 256));
  EXPECT_TRUE(without("checkpoint").has(FindingKind::NoCheckpoint, std::nullopt));
  expect_verified(log_.verify());
}

TEST_F(Verifying, ABundleThatIsNone) {
  fill_and_publish();
  log_.flip_bit("tile/entries/000", 1);

  expect_proven(log_.verify(), FindingKind::LeafHash, 0);
}

// A log that another program has written; its leaves are plain words.
TEST(VerifyingTessera, HashesOfEverySizeHold) {
  const auto folder = shared_ledger_data("tessera-testdata-log");
  if (!folder) GTEST_SKIP() << "no log of Tessera";
  LogFolder copy;
  std::filesystem::copy(
      *folder / "tile", copy.path() / "tile", std::filesystem::copy_options::recursive);
  VerifyRequest request;
  request.depth = Depth::HashesOnly;
  request.keys.push_back(
      NoteKey::parse(
          "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
          .value());
  for (std::uint64_t size = 0; size <= 7; ++size) {
    const Bytes note = read_file(*folder / ("checkpoint." + std::to_string(size)), 4096).value();
    request.held.push_back({.name = std::to_string(size), .note = note});
    copy.write("checkpoint", as_text(note));

    const Verified result = PublishedLog::verify(request, copy.path());

    EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
    EXPECT_TRUE(result.findings.empty()) << result.text();
    EXPECT_EQ(result.verdict.entries, size);
  }
}

TEST_F(Verifying, DamageOutranksWhatIsMissing) {
  fill_and_publish(600);
  log_.flip_bit("tile/0/000", 7 * 32);
  std::filesystem::remove(log_.folder.path() / "tile/0/001");
  std::filesystem::remove(log_.folder.path() / "tile/entries/001");

  expect_proven(log_.verify(), FindingKind::LeafHash, 7);
}

TEST_F(Verifying, AHugeSignedSizeEndsSoon) {
  fill_and_publish();
  Checkpoint huge = log_.checkpoint();
  huge.head.size = kMaxTreeSize;
  log_.folder.write("checkpoint", log_.note_of(huge));

  const Verified result = log_.verify();

  EXPECT_NE(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_LT(result.findings.size(), 10U);
}

TEST_F(Verifying, HashesOnlyReadsNoEntries) {
  log_.fill(100);
  put_in(40, log_.make_by(log_.writer_of(std::byte{0x66}), log_.fact(), 7, 4000));
  VerifyRequest request = log_.request();
  request.depth = Depth::HashesOnly;

  expect_verified(log_.verify(request));
  log_.flip_bit("tile/0/000.p/103", 0);
  expect_proven(log_.verify(request), FindingKind::Tile, 0);
}

// -- writers

TEST_F(Verifying, AWriterThatStopsAndOneThatCrashes) {
  log_.fill(20);
  const Writer second = log_.writer_of(std::byte{0x34});
  const Writer third = log_.writer_of(std::byte{0x35});
  log_.append({System{}, events::WriterStop{}});
  log_.bodies.push_back(log_.start_of(second, log_.writer.id()));
  log_.bodies.push_back(log_.make_by(second, log_.fact(), 1, 3000));
  log_.bodies.push_back(log_.start_of(third, second.id()));
  log_.publish();

  const Verified result = log_.verify();

  expect_verified(result);
  EXPECT_EQ(result.findings.size(), 1U) << result.text();
  EXPECT_TRUE(result.has(FindingKind::OpenTail, 25)) << result.text();
}

TEST_F(Verifying, NothingFollowsAStop) {
  log_.fill(20);
  log_.append({System{}, events::WriterStop{}});
  log_.append(log_.fact());
  log_.publish();

  expect_proven(log_.verify(), FindingKind::AfterStop, 23);
}

TEST_F(Verifying, AStopWithANumberMissingBelow) {
  log_.fill(20);
  ++log_.next_n;
  log_.append({System{}, events::WriterStop{}});
  log_.publish();

  expect_proven(log_.verify(), FindingKind::CounterGap, 22);
}

TEST_F(Verifying, AGapThatTheLogNamesItselfIsToldOnce) {
  log_.fill(20);
  const Writer sequencer = log_.writer_of(std::byte{0x34});
  const std::uint64_t base = log_.next_n;
  log_.bodies.push_back(log_.start_of(sequencer, std::nullopt));
  log_.next_n += 40;
  log_.bodies.push_back(log_.make_by(
      sequencer,
      {System{}, events::LogGap{.base = base, .from = log_.writer.id(), .n = log_.next_n}},
      1,
      2100));
  log_.append(log_.fact());
  log_.publish();
  VerifyRequest examined = log_.request();
  examined.known.emplace(FindingKind::LoggedGap, 23);

  expect_proven(log_.verify(), FindingKind::LoggedGap, 23);
  EXPECT_FALSE(log_.verify().has(FindingKind::CounterGap)) << log_.verify().text();
  expect_verified(log_.verify(examined));
}

TEST_F(Verifying, TheGivenEnrolmentKeyIsTheOne) {
  fill_and_publish(10);
  VerifyRequest right = log_.request();
  right.enrolment = log_.enrolment.public_key();
  VerifyRequest wrong = log_.request();
  wrong.enrolment = log_.writer.public_key();

  expect_verified(log_.verify(right));
  expect_proven(log_.verify(wrong), FindingKind::WriterUnknown, 0);
}

TEST_F(Verifying, TheEnrolmentKeyWritesNoFacts) {
  log_.fill(10);
  const Writer enrolment(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x22})).value(),
                         log_.origin);
  put_in(5, log_.make_by(enrolment, log_.fact(), 1, 500));

  expect_proven(log_.verify(), FindingKind::WriterUnknown, 5);
}

TEST_F(Verifying, TheFirstEntryOpensThisLog) {
  log_.fill(10);
  log_.bodies.erase(log_.bodies.begin());
  log_.publish();

  expect_proven(log_.verify(), FindingKind::WriterUnknown, 0);
}

// -- times, and what the log says of itself

TEST_F(Verifying, SilenceAndAClockThatWentBackAreReported) {
  log_.fill(20);
  log_.milliseconds += 11U * 60 * 1000;
  log_.append({System{}, events::LogHeartbeat{.oldest_ms = 5, .size = 22, .writers = 1}});
  log_.milliseconds -= 2U * 60 * 1000;
  log_.append(log_.fact());
  log_.publish();

  const Verified result = log_.verify();

  expect_verified(result);
  EXPECT_TRUE(result.has(FindingKind::Silence, 22)) << result.text();
  EXPECT_TRUE(result.has(FindingKind::ClockBack, 23)) << result.text();
}

TEST_F(Verifying, RefusedRowsAreReported) {
  log_.fill(20);
  log_.append({System{},
               events::LogRejected{.from = log_.writer.id(),
                                   .n = 3,
                                   .sha256 = leaf_hash(log_.bodies[3]),
                                   .why = "replay"}});
  log_.publish();

  const Verified result = log_.verify();

  expect_verified(result);
  EXPECT_TRUE(result.has(FindingKind::Rejected, 22)) << result.text();
}

TEST_F(Verifying, ASealedLogDoesNotAge) {
  log_.fill(20);
  const Writer enrolment(crypto::SigningKey::from_seed(Bytes(32, std::byte{0x22})).value(),
                         log_.origin);
  log_.bodies.push_back(log_.make_by(
      enrolment,
      {System{},
       events::LogSealed{.next_origin = Origin::parse("audit.example.test/dsar/2027").value()}},
      1,
      3000));
  log_.publish();
  VerifyRequest later = log_.request();
  *later.now += std::chrono::days(400);

  expect_verified(log_.verify(later));
  log_.append(log_.fact());
  log_.publish();
  expect_proven(log_.verify(), FindingKind::AfterStop, 23);
}

TEST_F(Verifying, MoreThanTheLimitIsCounted) {
  log_.fill(1200);
  for (std::size_t at = 2; at < log_.bodies.size(); ++at)
    log_.bodies[at].back() = std::byte{'x'};
  log_.publish();

  const Verified result = log_.verify();

  EXPECT_EQ(result.findings.size(), kMaxToldFindings);
  EXPECT_EQ(result.verdict.findings, 1200U);
  EXPECT_EQ(result.verdict.untold, 200U);
}

}  // namespace
}  // namespace rightful::ledger::testing
