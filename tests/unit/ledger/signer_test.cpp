// The signer: what it looks at when it starts, and that it remembers before it signs.

#include "rightful/ledger/signer.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/log_folder.hpp"
#include "tests/unit/ledger/signer_fixture.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

/// Memory of the memory; can refuse to keep anything.
class FakeStore final : public MemoryStore {
 public:
  Result<Bytes> load() override {
    if (!content) return fail(ErrorCode::NotFound, "no memory");
    return *content;
  }

  void save(ByteView bytes) override {
    if (is_full) throw Failure(Retry::Later, "disk_full", "no room");
    content = Bytes(bytes.begin(), bytes.end());
    ++saves;
  }

  std::optional<Bytes> content;
  bool is_full = false;
  int saves = 0;
};

class Signers : public SignerFixture {
 protected:
  void remember(const SignerMemory& memory) { store_.content = to_bytes(memory.text()); }

  [[nodiscard]] std::vector<NoteSigner> signers(std::byte seed = std::byte{0x11}) const {
    std::vector<NoteSigner> signers;
    signers.push_back(signer(seed));
    return signers;
  }

  [[nodiscard]] Signer start(const std::optional<Bytes>& published = {},
                             std::byte seed = std::byte{0x11}) {
    return Signer::start(store_, signers(seed), origin_, published);
  }

  [[nodiscard]] Bytes note_at(std::uint64_t size, std::byte seed = std::byte{0x11}) {
    return to_bytes(sign_checkpoint(checkpoint_at(size), signers(seed)));
  }

  [[nodiscard]] SignerMemory remembered() const {
    return SignerMemory::parse(store_.content.value()).value();
  }

  FakeStore store_;
};

TEST_F(Signers, SignsBitExactly) {
  remember(memory_at(0));
  Signer signer = start(note_at(0));
  const auto expected = read_dev_vectors().at("notes").at("checkpoints");

  EXPECT_EQ(signer.sign(request(0, 0)).value(), expected.at(0).get<std::string>());
  EXPECT_EQ(signer.sign(request(0, 1)).value(), expected.at(1).get<std::string>());
  EXPECT_EQ(signer.sign(request(1, 257)).value(), expected.at(2).get<std::string>());
  EXPECT_EQ(remembered(), memory_at(257));
}

TEST_F(Signers, SignsTheSameAgainWithoutWriting) {
  remember(memory_at(257));
  Signer signer = start(note_at(257));

  EXPECT_EQ(to_bytes(signer.sign(request(257, 257)).value()), note_at(257));
  EXPECT_EQ(to_bytes(signer.sign(request(257, 257)).value()), note_at(257));
  EXPECT_EQ(store_.saves, 0);
}

TEST_F(Signers, RemembersBeforeItSigns) {
  remember(memory_at(257));
  Signer signer = start();
  store_.is_full = true;

  EXPECT_THROW(static_cast<void>(signer.sign(request(257, 300))), Failure);
  EXPECT_EQ(remembered(), memory_at(257));

  store_.is_full = false;
  EXPECT_EQ(to_bytes(signer.sign(request(257, 300)).value()), note_at(300));
  EXPECT_EQ(remembered(), memory_at(300));
}

TEST_F(Signers, GoesOnAfterItsPublicationWasLost) {
  // Killed between memory and publication: the published one is older.
  remember(memory_at(300));
  Signer signer = start(note_at(257));

  EXPECT_FALSE(signer.frozen().has_value());
  EXPECT_EQ(to_bytes(signer.sign(request(257, 300)).value()), note_at(300));
}

TEST_F(Signers, FreezesForEver) {
  remember(memory_at(257));
  Signer signer = start();

  const auto refused = signer.sign(request(0, 1));

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, FreezeReason::SizeSmaller);
  EXPECT_EQ(remembered().frozen(), FreezeReason::SizeSmaller);
  EXPECT_EQ(signer.sign(request(257, 300)).error().reason, FreezeReason::SizeSmaller);
  Signer again = start();
  EXPECT_EQ(again.frozen(), FreezeReason::SizeSmaller);
  EXPECT_EQ(again.sign(request(257, 300)).error().reason, FreezeReason::SizeSmaller);
}

TEST_F(Signers, FreezesEvenWhenItCannotRememberIt) {
  remember(memory_at(257));
  Signer signer = start();
  store_.is_full = true;

  EXPECT_THROW(static_cast<void>(signer.sign(request(0, 1))), Failure);
  store_.is_full = false;

  EXPECT_EQ(signer.sign(request(257, 300)).error().reason, FreezeReason::SizeSmaller);
}

TEST_F(Signers, AskingForLeavesFreezesNothing) {
  remember(memory_at(257));
  Signer signer = start();

  const auto refused = signer.sign(request(256, 300));

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, SignRefusal::Kind::SendFrom);
  EXPECT_TRUE(signer.sign(request(257, 300)).has_value());
}

// F4
TEST_F(Signers, FreezesWithoutAMemory) {
  Signer none = start();
  EXPECT_EQ(none.frozen(), FreezeReason::MemoryLost);
  EXPECT_EQ(none.sign(request(0, 1)).error().reason, FreezeReason::MemoryLost);
  EXPECT_FALSE(store_.content.has_value());

  remember(memory_at(257));
  store_.content->back() = std::byte{'x'};
  EXPECT_EQ(start().frozen(), FreezeReason::MemoryLost);
}

TEST_F(Signers, AMemoryOfAnotherLogIsNoneAndStaysAsItIs) {
  const Origin other = Origin::parse("audit.example.test/other").value();
  const auto key = NoteKey::create(other.text(), key_.public_key()).value();
  const std::string text = SignerMemory::begin(other, key)->text();
  store_.content = to_bytes(text);

  EXPECT_EQ(start().frozen(), FreezeReason::MemoryLost);
  EXPECT_EQ(as_text(*store_.content), text);
}

// F6
TEST_F(Signers, FreezesWhenMoreIsPublishedThanItRemembers) {
  remember(memory_at(257));

  EXPECT_EQ(start(note_at(300)).frozen(), FreezeReason::MemoryRolledBack);
  EXPECT_EQ(remembered().frozen(), FreezeReason::MemoryRolledBack);
}

TEST_F(Signers, FreezesAtAPublishedSecondRoot) {
  remember(memory_at(257));
  Checkpoint other = checkpoint_at(257);
  other.head.root = root_at(256);

  EXPECT_EQ(start(to_bytes(sign_checkpoint(other, signers()))).frozen(), FreezeReason::RootDiffers);
}

TEST_F(Signers, ForgedPublicationsFreezeNothing) {
  remember(memory_at(257));
  Bytes changed = note_at(300);
  changed[changed.size() - 10] ^= std::byte{1};

  EXPECT_FALSE(start(note_at(300, std::byte{0x66})).frozen().has_value());
  EXPECT_FALSE(start(changed).frozen().has_value());
  EXPECT_FALSE(start(to_bytes("nothing")).frozen().has_value());
}

// F7
TEST_F(Signers, FreezesUnderAnotherKey) {
  remember(memory_at(257));

  EXPECT_EQ(start({}, std::byte{0x12}).frozen(), FreezeReason::WrongKey);
  EXPECT_EQ(remembered().frozen(), FreezeReason::WrongKey);
}

TEST_F(Signers, SignsWithTwoKeysWhileOneIsReplaced) {
  remember(memory_at(257).with_keys({key_, next_key_}).value());
  std::vector<NoteSigner> both = signers();
  both.push_back(signer(std::byte{0x12}));
  Signer signer = Signer::start(store_, std::move(both), origin_, note_at(257));

  const std::string note = signer.sign(request(257, 300)).value();

  for (const NoteKey& key : {key_, next_key_})
    EXPECT_THAT(open_checkpoint(as_bytes(note), std::vector{key}), IsOk());
}

TEST(MemoryFile, IsPrivateAndReplaced) {
  LogFolder folder;
  MemoryFile file(folder.path() / "memory");
  EXPECT_THAT(file.load(), IsError(ErrorCode::NotFound));

  file.save(as_bytes("first"));
  file.save(as_bytes("second"));

  EXPECT_EQ(as_text(file.load().value()), "second");
  EXPECT_EQ(std::filesystem::status(folder.path() / "memory").permissions(),
            std::filesystem::perms(0600));
  folder.write("memory", std::string(kMaxMemorySizeBytes + 1, 'a'));
  EXPECT_THAT(file.load(), IsError(ErrorCode::LimitExceeded));
}

}  // namespace
}  // namespace rightful::ledger::testing
