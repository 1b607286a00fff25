// One entry's proof as text: what is written is read again, and one changed byte is found.

#include "rightful/ledger/tlog_proof.hpp"

#include <gmock/gmock.h>

#include "rightful/ledger/entry_verifier.hpp"
#include "rightful/ledger/leaf.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::HasSubstr;

class Collected final : public FindingSink {
 public:
  void found(const Finding& finding) override { findings.push_back(finding); }

  std::vector<Finding> findings;
};

class TlogProofs : public ::testing::Test {
 protected:
  TlogProofs() {
    log_.fill(298);
    for (const Bytes& body : log_.bodies)
      tree_.append(leaf_hash(body));
  }

  [[nodiscard]] TlogProof proof_of(std::uint64_t index) {
    return {.index = index,
            .hashes = make_inclusion_proof(tree_, index, log_.size()).value(),
            .note = log_.note()};
  }

  [[nodiscard]] Verified verify(ByteView leaf, std::string_view proof) const {
    return verify(leaf, proof, log_.request());
  }

  [[nodiscard]] static Verified verify(ByteView leaf,
                                       std::string_view proof,
                                       const VerifyRequest& request) {
    Collected sink;
    const Verdict verdict = verify_entry(leaf, as_bytes(proof), request, sink);
    return {verdict, sink.findings};
  }

  PublishedLog log_;
  MemoryTree tree_;
};

TEST_F(TlogProofs, HasTheFormOfTheSpecification) {
  const TlogProof proof = proof_of(5);

  const std::string text = format_tlog_proof(proof);

  EXPECT_THAT(text, ::testing::StartsWith("c2sp.org/tlog-proof@v1\nindex 5\n"));
  EXPECT_THAT(text, HasSubstr("\n\naudit.example.test/dsar/dev\n300\n"));
  const auto again = parse_tlog_proof(as_bytes(text));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->index, 5U);
  EXPECT_EQ(again->hashes, proof.hashes);
  EXPECT_EQ(again->note, proof.note);
}

TEST_F(TlogProofs, EveryEntryIsShown) {
  const auto keys = log_.request().keys;
  for (std::uint64_t index = 0; index < log_.size(); ++index) {
    const auto opened = verify_tlog_proof(proof_of(index), log_.bodies[index], keys);

    ASSERT_THAT(opened, IsOk()) << index;
    EXPECT_EQ(opened->checkpoint.head.size, 300U);
  }
}

TEST_F(TlogProofs, ExtraDataIsPassedOver) {
  std::string text = format_tlog_proof(proof_of(5));
  text.insert(text.find("index"), "extra AAAA\n");

  EXPECT_EQ(parse_tlog_proof(as_bytes(text)).value().hashes, proof_of(5).hashes);
  EXPECT_EQ(verify(log_.bodies[5], text).verdict.severity, Severity::Report);
}

TEST_F(TlogProofs, OtherTextIsRefused) {
  const std::string good = format_tlog_proof(proof_of(5));
  const auto changed = [&good](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string hash = to_base64(proof_of(5).hashes[0].bytes());
  for (const std::string& text : {std::string(),
                                  std::string("c2sp.org/tlog-proof@v1"),
                                  changed("@v1", "@v2"),
                                  changed("index 5", "index 05"),
                                  changed("index 5", "index -5"),
                                  changed("index 5", "index 9223372036854775807"),
                                  changed("index 5", "extra AAAA"),
                                  changed("index 5\n", "extra A\nindex 5\n"),
                                  changed(hash, "AAAA"),
                                  changed(hash, hash + " "),
                                  changed("\n\naudit", "\naudit"),
                                  changed("\n\naudit", "\r\n\naudit"),
                                  good.substr(0, good.size() - 1)}) {
    EXPECT_THAT(parse_tlog_proof(as_bytes(text)), IsError(ErrorCode::InvalidArgument)) << text;
  }
  std::string many = "c2sp.org/tlog-proof@v1\nindex 5\n";
  for (int at = 0; at < 64; ++at)
    many += hash + "\n";
  EXPECT_THAT(parse_tlog_proof(as_bytes(many + "\nx")), IsError(ErrorCode::LimitExceeded));
  EXPECT_THAT(parse_tlog_proof(Bytes(kMaxTlogProofSizeBytes + 1, std::byte{'a'})),
              IsError(ErrorCode::LimitExceeded));
}

TEST_F(TlogProofs, ASingleEntryIsVerified) {
  const Verified result = verify(log_.bodies[5], format_tlog_proof(proof_of(5)));

  EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_EQ(result.verdict.entries, 1U);
  EXPECT_EQ(result.verdict.checkpoint->checkpoint.head.size, 300U);
}

TEST_F(TlogProofs, OtherBytesOrAnotherPlaceAreProven) {
  Bytes other = log_.bodies[5];
  other[100] ^= std::byte{1};
  TlogProof moved = proof_of(5);
  moved.index = 6;
  TlogProof cut = proof_of(5);
  cut.hashes.pop_back();

  EXPECT_TRUE(verify(other, format_tlog_proof(proof_of(5))).has(FindingKind::LeafHash, 5));
  EXPECT_TRUE(verify(log_.bodies[5], format_tlog_proof(moved)).has(FindingKind::LeafHash, 6));
  const Verified shorter = verify(log_.bodies[5], format_tlog_proof(cut));
  EXPECT_TRUE(shorter.has(FindingKind::LeafHash, 5)) << shorter.text();
  EXPECT_EQ(shorter.verdict.severity, Severity::Proven);
}

TEST_F(TlogProofs, TheCheckpointIsCheckedLikeAnyOther) {
  TlogProof proof = proof_of(5);
  proof.note.at(proof.note.size() - 10) ^= std::byte{1};
  VerifyRequest stranger = log_.request();
  stranger.keys = {NoteKey::create(log_.origin.text(), log_.writer.public_key()).value()};

  EXPECT_TRUE(verify(log_.bodies[5], format_tlog_proof(proof))
                  .has(FindingKind::BadSignature, std::nullopt));
  const Verified unknown = verify(log_.bodies[5], format_tlog_proof(proof_of(5)), stranger);
  EXPECT_TRUE(unknown.has(FindingKind::KeyUnknown, std::nullopt)) << unknown.text();
  EXPECT_EQ(unknown.verdict.severity, Severity::NotEnough);
}

TEST_F(TlogProofs, AHeldCheckpointOfTheSameSizeMustBeTheSame) {
  VerifyRequest request = log_.request();
  Checkpoint other = log_.checkpoint();
  other.head.root = empty_root();
  request.held.push_back({.name = "held", .note = to_bytes(log_.note_of(other))});

  const Verified result = verify(log_.bodies[5], format_tlog_proof(proof_of(5)), request);

  EXPECT_TRUE(result.has(FindingKind::Fork, 300)) << result.text();
}

TEST_F(TlogProofs, WhatIsNoProofIsNotEnough) {
  const Verified result = verify(log_.bodies[5], "nothing");

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough);
  EXPECT_TRUE(result.has(FindingKind::TileMissing, std::nullopt)) << result.text();
}

}  // namespace
}  // namespace rightful::ledger::testing
