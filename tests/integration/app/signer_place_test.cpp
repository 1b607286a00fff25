// The signer's folder: a change of the key that breaks off, and whose files it holds.
#include "app/signer_place.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr uid_t kOther = 65534;

class SignerPlaceTest : public PublishedLedger {
 protected:
  [[nodiscard]] static uid_t owner_of(const fs::path& path) {
    struct stat facts{};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_uid;
  }

  /// The signer's folder becomes another user's, as one that runs as a user of its own.
  void give_away() {
    ASSERT_EQ(::chmod(place_folder_.path().c_str(), 0755), 0);
    ASSERT_EQ(::chown(signer_.c_str(), kOther, kOther), 0);
    for (const auto& entry : fs::recursive_directory_iterator(signer_))
      ASSERT_EQ(::chown(entry.path().c_str(), kOther, kOther), 0);
  }

  const ledger::Origin next_ = ledger::Origin::parse("audit.example.test/dsar/2027").value();
};

TEST_F(SignerPlaceTest, AKeyAlwaysSignsWhileItIsReplaced) {
  const auto room = place_.enter("2026").value();
  const auto next = room.make_next_key(origin_, random_).value();
  const Instant until = clock_.now() + 1h;
  fs::create_directory(signer_ / "2026/keys/1/until");  // as a disk that fails at this file
  EXPECT_THROW(static_cast<void>(room.take_next_key(next, until)), Failure);
  fs::remove(signer_ / "2026/keys/1/until");

  EXPECT_EQ(room.signers(origin_, clock_.now()).value().size(), 2U);
  const auto later = room.signers(origin_, until + 1h).value();
  EXPECT_TRUE(std::ranges::any_of(later, [&](const auto& one) { return one.key() == next.key; }));

  ASSERT_TRUE(room.take_next_key(next, until).has_value()) << "goes on where it broke off";
  EXPECT_EQ(room.signers(origin_, clock_.now()).value().size(), 2U);
  const auto after = room.signers(origin_, until).value();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after.front().key(), next.key);
}

TEST_F(SignerPlaceTest, WhatRootMakesBelongsToTheOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs a second user";
  give_away();
  ASSERT_TRUE(place_.open_log(next_, random_).has_value());
  {
    const auto room = place_.enter("2027").value();
    const auto next = room.make_next_key(next_, random_).value();
    ASSERT_TRUE(room.take_next_key(next, clock_.now() + 1h).has_value());
    room.keep(room.memory().value());
  }
  for (const auto& entry : fs::recursive_directory_iterator(signer_))
    EXPECT_EQ(owner_of(entry.path()), kOther) << entry.path();
  const fs::path own = place_folder_.path() / "own";
  fs::create_directory(own);
  EXPECT_EQ(owner_of(own), 0U) << "and what it makes elsewhere is its own";
}

// One log's odd folder, or a command that holds it for long, keeps no other log from its signer.
TEST_F(SignerPlaceTest, OneOddFolderKeepsNoSignerFromStarting) {
  ASSERT_TRUE(place_.open_log(next_, random_).has_value());
  fs::remove(signer_ / "2026/lock");
  fs::create_directory(signer_ / "2026/lock");
  const fs::path odd = signer_ / "2026/.memory.odd001";
  const fs::path leftover = signer_ / "2027/.memory.left01";
  overwrite(odd, "half");
  overwrite(leftover, "half");
  {
    const auto room = place_.enter("2027").value();
    place_.drop_leftovers();
    EXPECT_TRUE(fs::exists(leftover)) << "its owner may be writing it";
  }
  ::testing::internal::CaptureStderr();

  EXPECT_NO_THROW(start_signer());
  place_.drop_leftovers();

  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("event=signer_folder_not_tidied log=2026 why=\"open of a lock"));
  EXPECT_THAT(process_->output(), HasSubstr("event=signer_folder_not_tidied log=2026"));
  EXPECT_TRUE(fs::exists(odd));
  EXPECT_FALSE(fs::exists(leftover));
}

TEST_F(SignerPlaceTest, AnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs a second user";
  ASSERT_EQ(::chmod(place_folder_.path().c_str(), 0755), 0);

  struct AsOther {
    AsOther() { static_cast<void>(::seteuid(kOther)); }

    ~AsOther() { static_cast<void>(::seteuid(0)); }
  } const as_other;

  const auto entered = place_.enter("2026");
  ASSERT_FALSE(entered.has_value());
  EXPECT_EQ(entered.error().code, ErrorCode::Denied);
  EXPECT_THAT(entered.error().detail, HasSubstr("belongs to the user with number 0"));
  const auto opened = place_.open_log(next_, random_);
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().detail, HasSubstr("as that user or as root"));
}

}  // namespace
}  // namespace rightful::testing
