// Sign or freeze: every case of the decision, and the memory's own form.

#include "rightful/ledger/signer_memory.hpp"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/leaf.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/signer_fixture.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::HasSubstr;

class SignerMemories : public SignerFixture {
 protected:
  static void expect_frozen(const std::expected<SignerMemory, SignRefusal>& decision,
                            FreezeReason reason) {
    ASSERT_FALSE(decision.has_value());
    EXPECT_EQ(decision.error().kind, SignRefusal::Kind::Frozen);
    EXPECT_EQ(decision.error().reason, reason);
  }

  // The last line made right again.
  [[nodiscard]] static std::string with_checksum(std::string body) {
    const std::string digest = to_hex(crypto::sha256(as_bytes(body)).bytes());
    return body + "sha256 " + digest + "\n";
  }

  [[nodiscard]] static std::string body_of(const SignerMemory& memory) {
    const std::string text = memory.text();
    return text.substr(0, text.rfind("sha256 "));
  }
};

TEST_F(SignerMemories, GrowsWithTheTree) {
  SignerMemory memory = memory_at(0);
  for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 300U}) {
    const auto next = memory.decide(request(memory.frontier().size(), size));

    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->checkpoint().head.root, root_at(size));
    memory = *next;
  }
}

TEST_F(SignerMemories, TheSameMayBeSignedAgain) {
  const SignerMemory memory = memory_at(257);
  SignRequest again = request(257, 257);
  SignRequest lost_answer = request(250, 257);  // sent again because no answer came

  EXPECT_EQ(memory.decide(again).value(), memory);
  EXPECT_EQ(memory.decide(lost_answer).value(), memory);
}

TEST_F(SignerMemories, AskForLeavesFromTheirOwnSize) {
  const SignerMemory memory = memory_at(257);

  const auto early = memory.decide(request(256, 300));
  const auto late = memory.decide(request(258, 300));

  ASSERT_FALSE(early.has_value());
  EXPECT_EQ(early.error().kind, SignRefusal::Kind::SendFrom);
  EXPECT_EQ(early.error().size, 257U);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().kind, SignRefusal::Kind::SendFrom);
}

TEST_F(SignerMemories, TakeNoMoreThanTheLimit) {
  SignRequest huge = request(0, 1);
  huge.leaves.assign(kMaxLeavesPerRequest, huge.leaves.front());
  huge.claimed.size = kMaxLeavesPerRequest;

  // At the limit the leaves are looked at.
  expect_frozen(memory_at(0).decide(huge), FreezeReason::LeavesDiffer);
  huge.leaves.push_back(huge.leaves.front());
  ++huge.claimed.size;
  const auto above = memory_at(0).decide(huge);
  ASSERT_FALSE(above.has_value());
  EXPECT_EQ(above.error().kind, SignRefusal::Kind::TooManyLeaves);
  EXPECT_FALSE(above.error().reason.has_value());
}

// F1
TEST_F(SignerMemories, FreezeWhenTheTreeShrinks) {
  expect_frozen(memory_at(257).decide(request(256, 256)), FreezeReason::SizeSmaller);
  expect_frozen(memory_at(257).decide(request(0, 0)), FreezeReason::SizeSmaller);
}

// F2
TEST_F(SignerMemories, FreezeAtASecondRoot) {
  SignRequest other = request(257, 257);
  other.claimed.root = root_at(256);

  expect_frozen(memory_at(257).decide(other), FreezeReason::RootDiffers);
}

// F3
TEST_F(SignerMemories, FreezeWhenLeavesDoNotLeadThere) {
  SignRequest swapped = request(257, 300);
  std::swap(swapped.leaves[3], swapped.leaves[4]);
  SignRequest fewer = request(257, 300);
  fewer.leaves.pop_back();
  SignRequest more = request(257, 300);
  more.leaves.push_back(more.leaves.back());
  SignRequest other_past = request(257, 300);
  other_past.claimed.root = root_at(299);
  SignRequest endless = request(257, 300);
  endless.claimed.size = kMaxTreeSize + 1;
  SignRequest larger = request(257, 300);  // whose root is right for one leaf less
  larger.claimed.size = 301;

  for (const SignRequest& wrong : {swapped, fewer, more, other_past, endless, larger})
    expect_frozen(memory_at(257).decide(wrong), FreezeReason::LeavesDiffer);
}

TEST_F(SignerMemories, FreezeAboveTheLargestTree) {
  const std::vector<TreeHash> peaks(63, root_at(1));
  std::string body = body_of(memory_at(1));
  const auto largest = Frontier::from_peaks(kMaxTreeSize, peaks).value();
  body.replace(body.find("\n1\n"),
               body.find("\nkey ") - body.find("\n1\n"),
               "\n" + std::to_string(kMaxTreeSize) + "\n" + to_base64(largest.root().bytes()));
  for (std::size_t peak = 1; peak < peaks.size(); ++peak)
    body += to_base64(peaks[peak].bytes()) + "\n";
  const auto memory = SignerMemory::parse(as_bytes(with_checksum(body)));
  ASSERT_THAT(memory, IsOk());
  SignRequest above = request(0, 1);
  above.from = kMaxTreeSize;
  above.claimed.size = kMaxTreeSize + 1;

  expect_frozen(memory->decide(above), FreezeReason::LeavesDiffer);
}

// F5
TEST_F(SignerMemories, FreezeForAnotherLog) {
  SignRequest other = request(257, 300);
  other.origin = Origin::parse("audit.example.test/dsar/2027").value();

  expect_frozen(memory_at(257).decide(other), FreezeReason::WrongOrigin);
}

TEST_F(SignerMemories, FrozenOnesKeepTheirReason) {
  const SignerMemory frozen = memory_at(257).frozen_by(FreezeReason::RootDiffers);

  expect_frozen(frozen.decide(request(257, 300)), FreezeReason::RootDiffers);
  expect_frozen(frozen.decide(request(257, 257)), FreezeReason::RootDiffers);
  EXPECT_EQ(frozen.frozen_by(FreezeReason::WrongKey), frozen);
  EXPECT_THAT(frozen.with_keys({key_, next_key_}), IsError(ErrorCode::Denied));
}

TEST_F(SignerMemories, TextIsAsDocumented) {
  const std::string text = memory_at(257).text();

  EXPECT_THAT(
      text,
      ::testing::StartsWith(
          "rightful-signer-memory v1\n"
          "audit.example.test/dsar/dev\n"
          "257\n"
          "BFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DA=\n"
          "key audit.example.test/dsar/dev+2cc4fecd+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3\n"
          "state open\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 6 + 2 + 1);
  EXPECT_THAT(memory_at(257).frozen_by(FreezeReason::LeavesDiffer).text(),
              HasSubstr("\nstate frozen leaves_differ\n"));
}

TEST_F(SignerMemories, ComeBackFromTheirText) {
  for (const std::uint64_t size : {0U, 1U, 255U, 257U, 300U}) {
    for (const SignerMemory& memory : {memory_at(size),
                                       memory_at(size).frozen_by(FreezeReason::WrongKey),
                                       memory_at(size).with_keys({next_key_, key_}).value()}) {
      const auto parsed = SignerMemory::parse(as_bytes(memory.text()));

      ASSERT_THAT(parsed, IsOk());
      EXPECT_EQ(*parsed, memory);
    }
  }
}

TEST_F(SignerMemories, TheLargestFits) {
  const std::string name(200, 'a');
  const auto key = [&name](std::byte seed) {
    const auto made = crypto::SigningKey::from_seed(Bytes(32, seed)).value();
    return NoteKey::create(name, made.public_key()).value();
  };
  const auto full =
      Frontier::from_peaks(kMaxTreeSize, std::vector<TreeHash>(63, root_at(1))).value();
  const Checkpoint checkpoint{Origin::parse(name).value(), {full.size(), full.root()}};
  const SignedCheckpoint evidence{checkpoint, {key(std::byte{1})}};
  const auto memory =
      thaw(FreezeReason::MemoryLost,
           full,
           {.published = evidence, .held = evidence, .from_published = {}, .from_held = {}},
           {key(std::byte{1}), key(std::byte{2})});
  ASSERT_THAT(memory, IsOk());

  EXPECT_LE(memory->text().size(), kMaxMemorySizeBytes);
  EXPECT_THAT(SignerMemory::parse(as_bytes(memory->text())), IsOk());
}

// F4
TEST_F(SignerMemories, AnyChangedByteIsALostMemory) {
  const std::string good = memory_at(257).text();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    ASSERT_THAT(SignerMemory::parse(as_bytes(changed)), IsError(ErrorCode::InvalidArgument)) << at;
    ASSERT_THAT(SignerMemory::parse(as_bytes(good.substr(0, at))),
                IsError(ErrorCode::InvalidArgument))
        << at;
  }
  EXPECT_THAT(SignerMemory::parse(as_bytes(good + "\n")), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(SignerMemory::parse(as_bytes(std::string(kMaxMemorySizeBytes + 1, 'a'))),
              IsError(ErrorCode::InvalidArgument));
}

TEST_F(SignerMemories, ARightChecksumIsNotEnough) {
  const std::string good = body_of(memory_at(257));
  ASSERT_THAT(SignerMemory::parse(as_bytes(with_checksum(good))), IsOk());
  const auto with = [&good](std::string_view what, std::string_view instead) {
    std::string body = good;
    body.replace(body.find(what), what.size(), instead);
    return body;
  };
  const std::string key_line = "key " + key_.text() + "\n";
  for (const std::string& body :
       {with("v1", "v2"),
        with("257\n", "256\n"),
        with("257\n", "0257\n"),
        with("257\n", "-\n"),
        with("BFyP", "BFyQ"),
        with("state open", "state shut"),
        with("state open", "state frozen"),
        with("state open", "state frozen by me"),
        with("state open\n", ""),
        with(key_line, ""),
        with(key_line, key_line + key_line),
        with(key_line, "key x+00000000+AAAA\n"),
        with("audit.example.test/dsar/dev\n", "audit.example.test/other\n"),
        with("audit.example.test/dsar/dev\n", "\n"),
        good + "more\n",
        good + "\n",
        good.substr(0, good.size() - 1),
        good.substr(0, good.size() - 45),
        std::string("\n"),
        std::string()}) {
    EXPECT_THAT(SignerMemory::parse(as_bytes(with_checksum(body))),
                IsError(ErrorCode::InvalidArgument))
        << body;
  }
}

TEST_F(SignerMemories, KeysOverlapWhileOneIsReplaced) {
  const SignerMemory memory = memory_at(257);
  const NoteKey foreign = NoteKey::create("audit.example.test/other", key_.public_key()).value();

  const auto both = memory.with_keys({key_, next_key_});

  ASSERT_THAT(both, IsOk());
  EXPECT_THAT(both->with_keys({next_key_}), IsOk());
  EXPECT_THAT(memory.with_keys({next_key_}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(memory.with_keys({}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(memory.with_keys({key_, key_}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(memory.with_keys({key_, foreign}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(memory.with_keys({key_, next_key_, foreign}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(SignerMemory::begin(origin_, foreign), IsError(ErrorCode::InvalidArgument));
}

TEST_F(SignerMemories, ReasonsAreWordsOfTheLedger) {
  for (const FreezeReason reason : {FreezeReason::SizeSmaller,
                                    FreezeReason::RootDiffers,
                                    FreezeReason::LeavesDiffer,
                                    FreezeReason::MemoryLost,
                                    FreezeReason::WrongOrigin,
                                    FreezeReason::MemoryRolledBack,
                                    FreezeReason::WrongKey}) {
    EXPECT_THAT(Code<CodeList::LogWhy>::parse(name_of(reason)), IsOk()) << name_of(reason);
  }
}

class Thaw : public SignerFixture {
 protected:
  [[nodiscard]] ThawEvidence evidence(std::uint64_t published, std::uint64_t held) {
    const auto proof = [this](std::uint64_t size) {
      return size == 0 ? Proof() : make_consistency_proof(tree_, size, 300).value();
    };
    return {.published = {checkpoint_at(published), {key_}},
            .held = {checkpoint_at(held), {key_}},
            .from_published = proof(published),
            .from_held = proof(held)};
  }

  const Frontier database_ = Frontier::read(tree_, 300).value();
};

TEST_F(Thaw, GoesOnFromBothCheckpoints) {
  for (const FreezeReason reason :
       {FreezeReason::MemoryLost, FreezeReason::MemoryRolledBack, FreezeReason::WrongKey}) {
    const auto memory = thaw(reason, database_, evidence(299, 257), {key_});

    ASSERT_THAT(memory, IsOk());
    EXPECT_EQ(*memory, memory_at(300));
  }
  EXPECT_THAT(thaw(FreezeReason::MemoryLost, database_, evidence(300, 0), {key_}), IsOk());
}

TEST_F(Thaw, NeverAfterTheTreeContradictedItself) {
  for (const FreezeReason reason : {FreezeReason::SizeSmaller,
                                    FreezeReason::RootDiffers,
                                    FreezeReason::LeavesDiffer,
                                    FreezeReason::WrongOrigin}) {
    EXPECT_THAT(thaw(reason, database_, evidence(299, 257), {key_}), IsError(ErrorCode::Denied));
  }
}

TEST_F(Thaw, NotWhenEitherCheckpointDisagrees) {
  ThawEvidence forged_published = evidence(299, 257);
  forged_published.published.checkpoint.head.root = root_at(298);
  ThawEvidence forged_held = evidence(299, 257);
  forged_held.held.checkpoint.head.root = root_at(256);
  ThawEvidence other_log = evidence(299, 257);
  other_log.held.checkpoint.origin = Origin::parse("audit.example.test/other").value();
  ThawEvidence larger = evidence(299, 257);
  larger.held.checkpoint.head.size = 301;

  EXPECT_THAT(thaw(FreezeReason::MemoryLost, database_, forged_published, {key_}),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(thaw(FreezeReason::MemoryLost, database_, forged_held, {key_}),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(thaw(FreezeReason::MemoryLost, database_, other_log, {key_}),
              IsError(ErrorCode::Conflict));
  EXPECT_THAT(thaw(FreezeReason::MemoryLost, database_, larger, {key_}),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(thaw(FreezeReason::MemoryLost, database_, evidence(299, 257), {}),
              IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful::ledger::testing
