// One fault at a time in the published checkpoint, and in those that are held.

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

class VerifyingNotes : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.fill(10);
    log_.publish();
  }

  void expect(const std::string& note, Severity severity, FindingKind kind) {
    log_.folder.write("checkpoint", note);
    const Verified result = log_.verify();
    EXPECT_EQ(result.verdict.severity, severity) << result.text() << "\n" << note;
    EXPECT_TRUE(result.has(kind, std::nullopt)) << result.text() << "\n" << note;
  }

  [[nodiscard]] Verified with_held(const std::string& note) const {
    VerifyRequest request = log_.request();
    request.held.push_back({.name = "held", .note = to_bytes(note)});
    return log_.verify(request);
  }

  [[nodiscard]] std::string note() const { return std::string(as_text(log_.note())); }

  [[nodiscard]] std::string line() const { return note().substr(note().rfind("\n\n") + 2); }

  [[nodiscard]] std::string signed_text(const std::string& text) const {
    return make_note(text, log_.signers);
  }

  PublishedLog log_;
};

// N1
TEST_F(VerifyingNotes, AKeyThatIsNotTrusted) {
  std::vector<NoteSigner> other;
  other.push_back(
      NoteSigner::create(log_.origin.text(),
                         crypto::SigningKey::from_seed(Bytes(32, std::byte{0x66})).value())
          .value());

  expect(sign_checkpoint(log_.checkpoint(), other), Severity::NotEnough, FindingKind::KeyUnknown);
}

// N2
TEST_F(VerifyingNotes, ABadSignatureBesideAGoodOne) {
  const std::string other = signed_text("another\n");

  expect(
      note() + other.substr(other.rfind("\n\n") + 2), Severity::Proven, FindingKind::BadSignature);
}

// N3
TEST_F(VerifyingNotes, AnUnknownSignatureBesideAGoodOneIsFine) {
  log_.folder.write(
      "checkpoint",
      note() + "\u2014 witness.example.org " + to_base64(Bytes(76, std::byte{9})) + "\n");

  EXPECT_EQ(log_.verify().verdict.severity, Severity::Report) << log_.verify().text();
}

// N4
TEST_F(VerifyingNotes, SeventeenSignatures) {
  std::string many = note();
  for (int count = 1; count < 17; ++count)
    many += line();

  expect(many, Severity::NotEnough, FindingKind::TooLarge);
}

// N5
TEST_F(VerifyingNotes, WhatIsNoNote) {
  const std::string good = note();
  for (const std::string_view what :
       {std::string_view("\r"), std::string_view("\t"), std::string_view("\0", 1)}) {
    std::string changed = good;
    expect(changed.insert(3, what), Severity::NotEnough, FindingKind::NoCheckpoint);
  }
  expect(good.substr(0, good.size() - 1), Severity::NotEnough, FindingKind::NoCheckpoint);
  expect("", Severity::NotEnough, FindingKind::NoCheckpoint);
  const std::string text = format_checkpoint(log_.checkpoint());
  expect(signed_text(text + "\n"), Severity::NotEnough, FindingKind::NoCheckpoint);
}

// N6, N7
TEST_F(VerifyingNotes, SignedTextsThatAreNoCheckpoint) {
  const std::string origin = log_.origin.text() + "\n";
  const std::string root = to_base64(log_.checkpoint().head.root.bytes());
  for (const std::string& text : {origin + "012\n" + root + "\n",
                                  origin + "9223372036854775808\n" + root + "\n",
                                  origin + "12\n" + root.substr(4) + "\n",
                                  origin + "12\n" + root.substr(0, 43) + "\n"}) {
    expect(signed_text(text), Severity::NotEnough, FindingKind::NoCheckpoint);
  }
}

// N9
TEST_F(VerifyingNotes, ACheckpointOfAnotherOrigin) {
  Checkpoint other = log_.checkpoint();
  other.origin = Origin::parse("audit.example.test/other").value();

  expect(signed_text(format_checkpoint(other)), Severity::NotEnough, FindingKind::OtherOrigin);
}

// N10
TEST_F(VerifyingNotes, AHeldCheckpointOfSizeZeroIsTheBeginningOfEveryLog) {
  const Checkpoint empty{log_.origin, {0, empty_root()}};

  EXPECT_EQ(with_held(log_.note_of(empty)).verdict.severity, Severity::Report);
}

TEST_F(VerifyingNotes, HeldOnesAreCheckedLikeThePublishedOne) {
  std::string changed = note();
  changed.replace(changed.find("\n12\n"), 4, "\n11\n");

  EXPECT_TRUE(with_held(changed).has(FindingKind::BadSignature, std::nullopt));
  EXPECT_EQ(with_held(changed).verdict.severity, Severity::Proven);
  EXPECT_TRUE(with_held("nothing").has(FindingKind::NoCheckpoint, std::nullopt));
  EXPECT_EQ(with_held(note()).verdict.severity, Severity::Report) << with_held(note()).text();
}

TEST_F(VerifyingNotes, SavedOnesOfUnknownKeysArePassedOver) {
  std::vector<NoteSigner> retired;
  retired.push_back(
      NoteSigner::create(log_.origin.text(),
                         crypto::SigningKey::from_seed(Bytes(32, std::byte{0x66})).value())
          .value());
  log_.folder.write("checkpoints/12", sign_checkpoint(log_.checkpoint(), retired));

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_TRUE(result.has(FindingKind::PassedOver, 12)) << result.text();
}

TEST_F(VerifyingNotes, TwoTrustedKeysAreReported) {
  log_.signers.push_back(
      NoteSigner::create(log_.origin.text(),
                         crypto::SigningKey::from_seed(Bytes(32, std::byte{0x12})).value())
          .value());
  log_.publish();

  const Verified result = log_.verify();

  EXPECT_EQ(result.verdict.severity, Severity::Report) << result.text();
  EXPECT_TRUE(result.has(FindingKind::KeyOverlap, 12)) << result.text();
}

TEST_F(VerifyingNotes, AQuorumCannotBeShown) {
  VerifyRequest request = log_.request();
  request.asks_for_witnesses = true;

  const Verified result = log_.verify(request);

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::Quorum, std::nullopt));
  EXPECT_EQ(result.verdict.entries, 12U);
}

TEST_F(VerifyingNotes, AHeldCheckpointOfAnotherLogIsSaid) {
  const Origin other = Origin::parse("audit.example.test/other").value();
  const auto seed = Bytes(32, std::byte{0x44});
  std::vector<NoteSigner> others;
  others.push_back(
      NoteSigner::create(other.text(), crypto::SigningKey::from_seed(seed).value()).value());
  VerifyRequest request = log_.request();
  request.keys.push_back(others[0].key());
  request.held.push_back(
      {.name = "held", .note = to_bytes(sign_checkpoint({other, {0, empty_root()}}, others))});

  const Verified result = log_.verify(request);

  EXPECT_EQ(result.verdict.severity, Severity::NotEnough) << result.text();
  EXPECT_TRUE(result.has(FindingKind::OtherOrigin, std::nullopt)) << result.text();
}

}  // namespace
}  // namespace rightful::ledger::testing
