// Values: tests/vectors/crypto/server_keys.txt. Here: the directory, and that every input counts.
#include "rightful/crypto/server_keys.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gmock/gmock.h>

#include "rightful/core/random.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/requester_root.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/crypto/key_directory.hpp"

namespace rightful::crypto {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::KeyDirectory;

constexpr std::array kNames{"enumeration",
                            "verifier",
                            "public-keys",
                            "outer",
                            "service",
                            "ledger-enrolment",
                            "subject-wrap",
                            "lookup"};

std::string key_line(const std::string& name, char fill) {
  return "rightful-key v1 " + name + " " + to_base64(Bytes(32, static_cast<std::byte>(fill))) +
         "\n";
}

class ServerKeysTest : public ::testing::Test {
 protected:
  [[nodiscard]] ServerKeys open() const { return ServerKeys::open(directory_.path()).value(); }

  SystemRandom random_;
  KeyDirectory directory_;
  AccountId anna_ = AccountId::parse("anna").value();
  AccountId bernd_ = AccountId::parse("bernd").value();
  Bytes login_ = Bytes(32, std::byte{1});
  RequesterRoot root_ = RequesterRoot::generate(random_);
  UnlockPublicKey unlock_key_ = root_.unlock_keys().public_key();
  SignPublicKey sign_key_ = root_.sign_key().public_key();
};

TEST_F(ServerKeysTest, CreateMakesPrivateFiles) {
  struct stat facts{};
  ASSERT_EQ(::stat(directory_.path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0700U);
  for (const std::string name : kNames) {
    ASSERT_EQ(::stat((directory_.path() / (name + ".key")).c_str(), &facts), 0) << name;
    EXPECT_EQ(facts.st_mode & 07777U, 0400U) << name;
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 8);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.parent()), {}), 1)
      << "nothing is left beside it";
}

TEST_F(ServerKeysTest, CreateNeverOverwrites) {
  const auto before = open().service_key().public_key();

  EXPECT_THAT(ServerKeys::create(directory_.path(), random_), IsError(ErrorCode::Conflict));

  EXPECT_EQ(open().service_key().public_key(), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.parent()), {}), 1);
}

TEST_F(ServerKeysTest, CreateRefusesAFileInThePlace) {
  const auto place = directory_.parent() / "file";
  std::ofstream(place) << "x";

  EXPECT_THAT(ServerKeys::create(place, random_), IsError(ErrorCode::Conflict));
}

TEST_F(ServerKeysTest, CreateFillsAnEmptyDirectory) {
  const auto place = directory_.parent() / "empty";
  std::filesystem::create_directory(place);

  EXPECT_THAT(ServerKeys::create(place / "", random_), IsOk());

  EXPECT_THAT(ServerKeys::open(place), IsOk());
}

TEST_F(ServerKeysTest, CreateNeedsAParent) {
  EXPECT_THAT(ServerKeys::create(directory_.parent() / "absent" / "keys", random_),
              IsError(ErrorCode::NotFound));
}

TEST_F(ServerKeysTest, OpensTheSameKeysEachTime) {
  const ServerKeys first = open();
  const ServerKeys second = open();

  EXPECT_EQ(first.service_key().public_key(), second.service_key().public_key());
  EXPECT_EQ(first.ledger_enrolment_key().public_key(), second.ledger_enrolment_key().public_key());
  EXPECT_TRUE(constant_time_equal((*first.kek(1))->expose(), (*second.kek(1))->expose()));
  EXPECT_TRUE(constant_time_equal(first.lookup_key().expose(), second.lookup_key().expose()));
  EXPECT_EQ(first.salt_for("anna"), second.salt_for("anna"));
}

TEST_F(ServerKeysTest, AllKeysAreDifferent) {
  const ServerKeys keys = open();
  std::set<std::string> seen{to_hex((*keys.kek(1))->expose()),
                             to_hex(keys.lookup_key().expose()),
                             to_hex(keys.service_key().public_key().bytes()),
                             to_hex(keys.ledger_enrolment_key().public_key().bytes())};

  EXPECT_EQ(seen.size(), 4U);
  EXPECT_EQ((*keys.kek(1))->size(), 32U);
  EXPECT_EQ(keys.lookup_key().size(), 32U);
}

TEST_F(ServerKeysTest, OpenNamesAMissingDirectory) {
  const auto opened = ServerKeys::open(directory_.parent() / "absent");

  ASSERT_THAT(opened, IsError(ErrorCode::NotFound));
  EXPECT_THAT(opened.error().detail, HasSubstr("rightful admin keys init"));
}

TEST_F(ServerKeysTest, OpenRefusesAFileInThePlace) {
  EXPECT_THAT(ServerKeys::open(directory_.path() / "outer.key"),
              IsError(ErrorCode::InvalidArgument));
}

TEST_F(ServerKeysTest, OpenNamesEachMissingFile) {
  for (const std::string name : kNames) {
    const KeyDirectory directory;
    std::filesystem::remove(directory.path() / (name + ".key"));
    const auto opened = ServerKeys::open(directory.path());
    ASSERT_THAT(opened, IsError(ErrorCode::NotFound)) << name;
    EXPECT_THAT(opened.error().detail, HasSubstr(name + ".key"));
  }
}

TEST_F(ServerKeysTest, OpenRefusesWhatOthersCanRead) {
  for (const mode_t mode : {0440U, 0404U, 0420U, 0401U}) {
    directory_.put("lookup.key", key_line("lookup", 'l'), mode);
    const auto opened = ServerKeys::open(directory_.path());
    ASSERT_THAT(opened, IsError(ErrorCode::Denied));
    EXPECT_THAT(opened.error().detail, HasSubstr("lookup.key"));
    EXPECT_THAT(opened.error().detail, HasSubstr("chmod 0400"));
  }
  directory_.put("lookup.key", key_line("lookup", 'l'), 0600);
  EXPECT_THAT(ServerKeys::open(directory_.path()), IsOk());
}

TEST_F(ServerKeysTest, OpenRefusesADirectoryThatOthersCanChange) {
  ::chmod(directory_.path().c_str(), 0720);
  EXPECT_THAT(ServerKeys::open(directory_.path()), IsError(ErrorCode::Denied));

  ::chmod(directory_.path().c_str(), 0750);
  EXPECT_THAT(ServerKeys::open(directory_.path()), IsOk());
}

TEST_F(ServerKeysTest, OpenRefusesWhatIsNoKeyFile) {
  const std::string good = key_line("outer", 'o');
  const std::array<std::string, 9> bad{"",
                                       good.substr(0, good.size() - 1),
                                       good + "\n",
                                       "x" + good,
                                       key_line("verifier", 'o'),
                                       std::string(good).replace(13, 2, "v2"),
                                       std::string(good).replace(good.size() - 2, 1, "A"),
                                       std::string(good).replace(good.size() - 3, 1, "x"),
                                       std::string(4096, 'A')};
  for (const auto& content : bad) {
    directory_.put("outer.key", content);
    const auto opened = ServerKeys::open(directory_.path());
    ASSERT_THAT(opened, IsError(ErrorCode::InvalidArgument)) << content;
    EXPECT_THAT(opened.error().detail, HasSubstr("outer"));
  }
  directory_.put("outer.key", good);
  EXPECT_THAT(ServerKeys::open(directory_.path()), IsOk());
}

TEST_F(ServerKeysTest, OpenRefusesADirectoryInPlaceOfAFile) {
  std::filesystem::remove(directory_.path() / "outer.key");
  std::filesystem::create_directory(directory_.path() / "outer.key");

  EXPECT_THAT(ServerKeys::open(directory_.path()), IsError(ErrorCode::InvalidArgument));
}

TEST_F(ServerKeysTest, ErrorsDoNotRepeatTheKey) {
  directory_.put("outer.key", key_line("verifier", 'o'));

  const auto opened = ServerKeys::open(directory_.path());

  EXPECT_EQ(opened.error().detail.find(to_base64(Bytes(32, std::byte{'o'}))), std::string::npos);
}

TEST_F(ServerKeysTest, UnknownAccountsHaveSaltsToo) {
  const ServerKeys keys = open();

  EXPECT_EQ(keys.salt_for("nobody"), keys.salt_for("nobody"));
  EXPECT_NE(keys.salt_for("nobody"), keys.salt_for("somebody"));
  EXPECT_NE(keys.salt_for(""), keys.salt_for(std::string_view("\0", 1)));
  EXPECT_NE(keys.throttle_key("nobody"), keys.throttle_key("somebody"));
}

TEST_F(ServerKeysTest, VerifierBelongsToAccountAndLogin) {
  const ServerKeys keys = open();
  const auto stored = keys.verifier(anna_, login_);
  const Bytes other_login(32, std::byte{2});

  EXPECT_THAT(keys.check_verifier(anna_, login_, stored), IsOk());
  EXPECT_THAT(keys.check_verifier(bernd_, login_, stored), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(keys.check_verifier(anna_, other_login, stored), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(keys.check_verifier(anna_, {}, stored), IsError(ErrorCode::NotAuthentic));
}

TEST_F(ServerKeysTest, CatalogMacHoldsForOneCatalogAndOneKeyRing) {
  const ServerKeys keys = open();
  const auto stored = keys.catalog_mac(sha256(as_bytes("one")));

  EXPECT_THAT(keys.check_catalog_mac(sha256(as_bytes("one")), stored), IsOk());
  EXPECT_THAT(keys.check_catalog_mac(sha256(as_bytes("two")), stored),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(ServerKeysTest, PkMacBelongsToAccountKeysAndVersion) {
  const ServerKeys keys = open();
  const auto stored = keys.pk_mac(anna_, unlock_key_, sign_key_, 1);
  const RequesterRoot attacker = RequesterRoot::generate(random_);

  EXPECT_THAT(keys.check_pk_mac(anna_, unlock_key_, sign_key_, 1, stored), IsOk());
  EXPECT_THAT(keys.check_pk_mac(bernd_, unlock_key_, sign_key_, 1, stored),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(keys.check_pk_mac(anna_, attacker.unlock_keys().public_key(), sign_key_, 1, stored),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(keys.check_pk_mac(anna_, unlock_key_, attacker.sign_key().public_key(), 1, stored),
              IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(keys.check_pk_mac(anna_, unlock_key_, sign_key_, 2, stored),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(ServerKeysTest, OuterLayerNeedsAccountLoginAndServer) {
  const ServerKeys keys = open();
  const KeyDirectory elsewhere;
  const Bytes wrapped(kWrapSizeBytes, std::byte{9});
  const Bytes outer = keys.add_outer(anna_, login_, wrapped, random_).value();
  const Bytes other_login(32, std::byte{2});

  EXPECT_EQ(keys.remove_outer(anna_, login_, outer).value(), wrapped);
  EXPECT_THAT(keys.remove_outer(bernd_, login_, outer), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(keys.remove_outer(anna_, other_login, outer), IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(ServerKeys::open(elsewhere.path()).value().remove_outer(anna_, login_, outer),
              IsError(ErrorCode::NotAuthentic));
}

TEST_F(ServerKeysTest, OuterLayerTakesOnlyProofsAndWraps) {
  const ServerKeys keys = open();
  const Bytes wrapped(kWrapSizeBytes, std::byte{9});

  EXPECT_THAT(keys.add_outer(anna_, ByteView(login_).first(31), wrapped, random_),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(keys.add_outer(anna_, login_, ByteView(wrapped).first(71), random_),
              IsError(ErrorCode::InvalidArgument));
}

class KeyRotation : public ServerKeysTest {
 protected:
  /// What an operator does: the key in use becomes the previous one, a new one takes its place.
  void replace(const std::string& name) {
    const auto current = directory_.path() / (name + ".key");
    std::filesystem::rename(current, directory_.path() / (name + ".previous.key"));
    directory_.put(name + ".key", key_line(name, 'n'));
  }
};

TEST_F(KeyRotation, OldVerifierStillChecks) {
  const auto stored = open().verifier(anna_, login_);

  replace("verifier");

  EXPECT_THAT(open().check_verifier(anna_, login_, stored), IsOk());
  EXPECT_NE(open().verifier(anna_, login_), stored);
  std::filesystem::remove(directory_.path() / "verifier.previous.key");
  EXPECT_THAT(open().check_verifier(anna_, login_, stored), IsError(ErrorCode::NotAuthentic));
}

TEST_F(KeyRotation, OldOuterLayerStillOpens) {
  const Bytes wrapped(kWrapSizeBytes, std::byte{9});
  const Bytes outer = open().add_outer(anna_, login_, wrapped, random_).value();

  replace("outer");

  EXPECT_EQ(open().remove_outer(anna_, login_, outer).value(), wrapped);
  std::filesystem::remove(directory_.path() / "outer.previous.key");
  EXPECT_THAT(open().remove_outer(anna_, login_, outer), IsError(ErrorCode::NotAuthentic));
}

TEST_F(KeyRotation, RefusesAPreviousKeyThatIsNone) {
  directory_.put("verifier.previous.key", "nonsense");

  EXPECT_THAT(ServerKeys::open(directory_.path()), IsError(ErrorCode::InvalidArgument));
}

TEST_F(ServerKeysTest, StaffMacBindsEveryFact) {
  const ServerKeys keys = open();
  const StaffFacts facts{.name = "a.miller",
                         .role = "auditor",
                         .actor = "a_AAAAAAAAAAAAAAAAAAAAAA",
                         .token_hash = sha256(as_bytes("token")),
                         .added_us = 17,
                         .ended_us = std::nullopt};
  const auto stored = keys.staff_mac(facts);
  EXPECT_THAT(keys.check_staff_mac(facts, stored), IsOk());
  const auto expect_other = [&](const auto& change) {
    StaffFacts other = facts;
    change(other);
    EXPECT_THAT(keys.check_staff_mac(other, stored), IsError(ErrorCode::NotAuthentic));
  };
  expect_other([](StaffFacts& other) { other.name = "a.mille"; });
  expect_other([](StaffFacts& other) { other.role = "officer"; });
  expect_other([](StaffFacts& other) { other.actor = "a_AAAAAAAAAAAAAAAAAAAAAQ"; });
  expect_other([](StaffFacts& other) { other.token_hash = sha256(as_bytes("other")); });
  expect_other([](StaffFacts& other) { other.added_us = 18; });
  expect_other([](StaffFacts& other) { other.ended_us = 0; });
  expect_other([](StaffFacts& other) {
    other.name = "a.millera";
    other.role = "uditor";
  });
}

TEST_F(ServerKeysTest, KeyEncryptionKeysHaveEpochs) {
  const ServerKeys keys = open();
  EXPECT_EQ(keys.kek_epochs(), std::vector<std::int64_t>{1});
  EXPECT_THAT(keys.kek(2), IsError(ErrorCode::NotFound));

  ASSERT_THAT(keys.add_kek(2, random_), IsOk());

  struct stat facts{};
  ASSERT_EQ(::stat((directory_.path() / "subject-wrap.2.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0400U);
  EXPECT_EQ(keys.kek_epochs(), (std::vector<std::int64_t>{1, 2}));
  ASSERT_THAT(keys.kek(2), IsOk()) << "read when it is asked for";
  EXPECT_FALSE(constant_time_equal((*keys.kek(1))->expose(), (*keys.kek(2))->expose()));
  EXPECT_TRUE(constant_time_equal((*open().kek(2))->expose(), (*keys.kek(2))->expose()));
}

TEST_F(ServerKeysTest, DestroyedEpochIsGoneAndTheOthersOpen) {
  const ServerKeys keys = open();
  ASSERT_THAT(keys.add_kek(2, random_), IsOk());

  ASSERT_THAT(keys.destroy_kek(1), IsOk());
  ASSERT_THAT(keys.destroy_kek(1), IsOk());

  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "subject-wrap.key"));
  const auto reopened = ServerKeys::open(directory_.path());
  ASSERT_THAT(reopened, IsOk());
  EXPECT_THAT(reopened->kek(1), IsError(ErrorCode::NotFound));
  EXPECT_THAT(reopened->kek(2), IsOk());
  EXPECT_THAT(keys.kek(1), IsOk()) << "a process that runs keeps what it has read";
}

TEST_F(ServerKeysTest, RunningProcessLetsGoOfADestroyedEpoch) {
  using namespace std::chrono_literals;
  const std::chrono::steady_clock::time_point begun{};
  const ServerKeys running = open();
  ASSERT_THAT(running.add_kek(2, random_), IsOk());
  const auto in_use = running.kek(1);
  running.forget_destroyed_keks(begun);
  running.forget_destroyed_keks(begun + 1h);
  ASSERT_THAT(running.kek(1), IsOk()) << "its file is there";

  ASSERT_THAT(open().destroy_kek(1), IsOk());

  running.forget_destroyed_keks(begun + 2h);
  running.forget_destroyed_keks(begun + 2h + kKekGrace - 1ms);
  EXPECT_THAT(running.kek(1), IsOk()) << "somebody may have read a row that names it";
  running.forget_destroyed_keks(begun + 2h + kKekGrace);
  EXPECT_THAT(running.kek(1), IsError(ErrorCode::NotFound));
  EXPECT_THAT(running.kek(2), IsOk());
  EXPECT_EQ((*in_use)->size(), 32U) << "who uses it at that moment ends in order";
}

TEST_F(ServerKeysTest, UnmountedOrOlderDirectoryTakesNothingAway) {
  using namespace std::chrono_literals;
  const std::chrono::steady_clock::time_point begun{};
  const ServerKeys running = open();
  ASSERT_THAT(running.add_kek(2, random_), IsOk());
  ASSERT_THAT(running.kek(2), IsOk());
  const auto forget_for_an_hour = [&] {
    running.forget_destroyed_keks(begun);
    running.forget_destroyed_keks(begun + 1h);
  };

  ASSERT_THAT(open().destroy_kek(2), IsOk());
  forget_for_an_hour();
  EXPECT_THAT(running.kek(2), IsOk()) << "no newer one is there";

  std::filesystem::rename(directory_.path(), directory_.path().string() + "-away");
  forget_for_an_hour();
  EXPECT_THAT(running.kek(1), IsOk());
  EXPECT_THAT(running.kek(2), IsOk());
  std::filesystem::rename(directory_.path().string() + "-away", directory_.path());
}

TEST_F(ServerKeysTest, DestructionThatBrokeOffIsFinishedByTheNext) {
  const ServerKeys keys = open();
  ASSERT_THAT(keys.add_kek(2, random_), IsOk());
  const auto aside = directory_.path() / "subject-wrap.7.key.destroyed";
  std::filesystem::copy(directory_.path() / "subject-wrap.key", aside);
  EXPECT_THAT(ServerKeys::open(directory_.path()), IsOk()) << "nobody reads it";

  ASSERT_THAT(keys.destroy_kek(1), IsOk());

  EXPECT_FALSE(std::filesystem::exists(aside));
  EXPECT_EQ(keys.kek_epochs(), std::vector<std::int64_t>{2});
}

TEST_F(ServerKeysTest, KeyOfAnotherEpochInAFileIsRefused) {
  const ServerKeys keys = open();
  std::filesystem::copy(directory_.path() / "subject-wrap.key",
                        directory_.path() / "subject-wrap.2.key");

  EXPECT_THAT(keys.kek(2), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(ServerKeys::open(directory_.path()), IsError(ErrorCode::InvalidArgument));
}

TEST_F(ServerKeysTest, OtherNamesAreNoEpochs) {
  for (const std::string name : {"subject-wrap.02.key",
                                 "subject-wrap.1.key",
                                 "subject-wrap.x.key",
                                 "subject-wrap..key",
                                 "subject-wrap.2.key.bak",
                                 "subject-wrap-2.key"})
    std::ofstream(directory_.path() / name) << "x";

  EXPECT_EQ(open().kek_epochs(), std::vector<std::int64_t>{1});
}

}  // namespace
}  // namespace rightful::crypto
