// What is published verifies, whatever breaks off on the way.
#include <filesystem>
#include <functional>
#include <utility>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/tiles.hpp"

#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using store::PublishStep;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(PublishedLedger, VerifiesAtEverySize) {
  start_signer();
  Bytes held;
  for (const std::size_t leaves : {1U, 250U, 300U, 7U}) {
    write(leaves);
    publish();
    const auto found = audit(held.empty() ? std::vector<Bytes>() : std::vector<Bytes>{held});
    EXPECT_TRUE(found.is_verified()) << found.text();
    EXPECT_EQ(found.verdict.checkpoint->checkpoint.head.size, head_size());
    held = checkpoint();
  }
  EXPECT_FALSE(fs::exists(log_folder() / "tile/entries/000.p")) << "the full bundle is there";
  EXPECT_FALSE(fs::exists(log_folder() / "tile/0/000.p"));
  EXPECT_TRUE(fs::exists(log_folder() / "tile/1/000.p/2"));
}

TEST_F(PublishedLedger, WaitsOneSecondAndNoLonger) {
  start_signer();
  write(3);
  auto publisher = make_publisher();
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);
  write(3);
  EXPECT_EQ(publisher.publish().step, PublishStep::Waits);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);
  clock_.advance(std::chrono::seconds(299));
  EXPECT_EQ(publisher.publish().step, PublishStep::Waits) << "nothing new";
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(publisher.publish().step, PublishStep::Published) << "at least every five minutes";
}

/// On which a checkpoint takes 600 ms to appear.
class SlowDisk final : public ledger::TileSink {
 public:
  SlowDisk(ledger::LogDirectory& directory, StillClock& clock)
      : directory_(directory), clock_(clock) {}

  Result<void> put(const ledger::LogPath& path, ByteView content) override {
    return directory_.put(path, content);
  }

  Result<void> flush() override { return directory_.flush(); }

  Result<void> replace(const ledger::LogPath& path, ByteView content) override {
    clock_.advance(std::chrono::milliseconds(600));
    return directory_.replace(path, content);
  }

  Result<void> drop_partials(const ledger::LogPath& full) override {
    return directory_.drop_partials(full);
  }

 private:
  ledger::LogDirectory& directory_;
  StillClock& clock_;
};

TEST_F(PublishedLedger, CountsTheSecondFromBeginningToBeginning) {
  start_signer();
  SlowDisk disk(*directory_, clock_);
  auto publisher = make_publisher(disk);
  write(3);
  ASSERT_EQ(publisher.publish().step, PublishStep::Published);
  EXPECT_EQ(publisher.until_due(), std::chrono::milliseconds(400));
  write(3);
  clock_.advance(std::chrono::milliseconds(399));
  EXPECT_EQ(publisher.publish().step, PublishStep::Waits);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(publisher.until_due(), std::chrono::milliseconds(0));
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);
}

TEST_F(PublishedLedger, SavesOneCheckpointAnHour) {
  start_signer();
  auto publisher = make_publisher();
  for (int minute = 0; minute < 150; minute += 10) {
    write(1);
    clock_.advance(std::chrono::minutes(10));
    ASSERT_EQ(publisher.publish().step, PublishStep::Published);
  }
  EXPECT_EQ(directory_->saved_checkpoints().value().size(), 3U);
  EXPECT_TRUE(audit().is_verified()) << audit().text();
}

// O4
TEST_F(PublishedLedger, GoesOnAfterAFullDisk) {
  start_signer();
  FullDisk disk(*directory_);
  int failures = 0;
  for (int n = 0; n < 16; ++n) {
    write(n == 8 ? 300 : 5);
    const Bytes before = n == 0 ? Bytes() : checkpoint();
    disk.fails_at = n % 8;
    auto publisher = make_publisher(disk);
    try {
      static_cast<void>(publisher.publish());
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "disk_full");
      ++failures;
      if (n > 0) {
        const auto half = audit({before});
        EXPECT_TRUE(half.is_verified()) << "at writing " << n % 8 << ": " << half.text();
      }
    }
    disk.fails_at.reset();
    publish();
    const auto whole = audit();
    ASSERT_TRUE(whole.is_verified()) << "after writing " << n % 8 << ": " << whole.text();
  }
  EXPECT_GE(failures, 8);
}

/// From which nothing can be taken away.
class KeepingDisk final : public PassingDisk {
 public:
  using PassingDisk::PassingDisk;

  Result<void> drop_partials(const ledger::LogPath& full) override {
    if (keeps) throw Failure(Retry::Later, "io_error", "unlink of a partial tile");
    return PassingDisk::drop_partials(full);
  }

  bool keeps = true;
};

// They hold bodies: what stays for ever beside the full one is not found by an erasure.
TEST_F(PublishedLedger, TakesPartialTilesAwayLaterWhereItCouldNot) {
  start_signer();
  write(200);
  publish();
  ASSERT_TRUE(fs::exists(log_folder() / "tile/entries/000.p"));
  KeepingDisk disk(*directory_);
  auto publisher = make_publisher(disk);
  write(100);
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);
  EXPECT_TRUE(audit().is_verified()) << audit().text();
  EXPECT_TRUE(fs::exists(log_folder() / "tile/entries/000.p"));

  disk.keeps = false;
  clock_.advance(std::chrono::seconds(1));
  write(5);
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);

  EXPECT_FALSE(fs::exists(log_folder() / "tile/entries/000.p"));
  EXPECT_FALSE(fs::exists(log_folder() / "tile/0/000.p"));
  EXPECT_TRUE(fs::exists(log_folder() / "tile/entries/001.p"));
  EXPECT_TRUE(audit().is_verified()) << audit().text();
}

TEST_F(PublishedLedger, PublishesBesideWhatItCannotTakeAway) {
  start_signer();
  write(200);
  auto publisher = make_publisher();
  ASSERT_EQ(publisher.publish().step, PublishStep::Published);
  const fs::path entries = log_folder() / "tile/entries/000.p";
  const fs::path hashes = log_folder() / "tile/0/000.p";
  fs::create_directory(entries / "77");
  fs::remove_all(hashes);
  overwrite(hashes, "not a folder");
  const auto published_beside = [&](std::size_t leaves) {
    write(leaves);
    clock_.advance(std::chrono::seconds(1));
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(publisher.publish().step, PublishStep::Published);
    return ::testing::internal::GetCapturedStderr();
  };

  const std::string said = published_beside(100);
  EXPECT_THAT(said, HasSubstr("event=ledger_partials_stay log=2026 beside=tile/0/000 why="));
  EXPECT_THAT(said, HasSubstr("event=ledger_partials_stay log=2026 beside=tile/entries/000 why="));
  ASSERT_TRUE(fs::exists(log_folder() / "tile/entries/001.p"));
  EXPECT_THAT(published_beside(300), Not(HasSubstr("ledger_partials_stay"))) << "said once";
  EXPECT_FALSE(fs::exists(log_folder() / "tile/entries/001.p")) << "one keeps no other";
  EXPECT_TRUE(fs::exists(hashes));
  EXPECT_TRUE(audit().is_verified()) << audit().text();

  fs::remove(entries / "77");
  fs::remove(hashes);
  fs::create_directory(hashes);
  static_cast<void>(published_beside(5));
  EXPECT_FALSE(fs::exists(entries));
  EXPECT_FALSE(fs::exists(hashes));
}

/// Before which something else happens, once.
class InterruptedSigner final : public ledger::CheckpointSigner {
 public:
  explicit InterruptedSigner(ledger::CheckpointSigner& signer) : signer_(signer) {}

  std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override {
    if (const auto now = std::exchange(meanwhile, {})) now();
    return signer_.sign(request);
  }

  std::function<void()> meanwhile;

 private:
  ledger::CheckpointSigner& signer_;
};

// Two processes with folders of their own do not see each other's lock: what the slower one asks
// for would be smaller than what was signed for the other, and F1 is for ever.
TEST_F(PublishedLedger, TwoFoldersByMistakeFreezeNothing) {
  start_signer();
  fs::create_directories(place_folder_.path() / "other");
  auto other_folder = ledger::LogDirectory::open(place_folder_.path() / "other").value();
  store::Publisher other(database_.pool(),
                         {.log_id = 1, .origin = origin_},
                         other_folder,
                         other_folder,
                         *remote_,
                         clock_);
  InterruptedSigner signer(*remote_);
  store::Publisher first(
      database_.pool(), {.log_id = 1, .origin = origin_}, *directory_, *directory_, signer, clock_);
  write(10);
  signer.meanwhile = [&] {
    write(10);
    EXPECT_EQ(other.publish().step, PublishStep::Waits) << "it is not its turn";
  };

  EXPECT_EQ(first.publish().step, PublishStep::Published);
  static_cast<void>(other.repair());
  EXPECT_EQ(other.publish().step, PublishStep::Published);
  write(10);
  clock_.advance(std::chrono::seconds(1));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(first.publish().step, PublishStep::Stopped);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("ledger_published_elsewhere"));
  static_cast<void>(first.repair());
  EXPECT_EQ(first.publish().step, PublishStep::Published);

  EXPECT_EQ(log_state(), "open");
  EXPECT_TRUE(audit().is_verified()) << audit().text();
}

/// On which something happens before the files are durable, once.
class InterruptedDisk final : public ledger::TileSink {
 public:
  explicit InterruptedDisk(ledger::LogDirectory& directory) : directory_(directory) {}

  Result<void> put(const ledger::LogPath& path, ByteView content) override {
    return directory_.put(path, content);
  }

  Result<void> flush() override {
    if (const auto now = std::exchange(meanwhile, {})) now();
    return directory_.flush();
  }

  Result<void> replace(const ledger::LogPath& path, ByteView content) override {
    return directory_.replace(path, content);
  }

  std::function<void()> meanwhile;

 private:
  ledger::LogDirectory& directory_;
};

// It stood still for long: the server has ended its turn, and somebody else was at it.
TEST_F(PublishedLedger, AsksNothingOnceItsTurnIsOver) {
  start_signer();
  write(3);
  publish();
  InterruptedDisk disk(*directory_);
  auto publisher = make_publisher(disk);
  write(3);
  disk.meanwhile = [&] {
    end_publishers_turn();
    write(3);
    publish();
  };

  EXPECT_THROW(static_cast<void>(publisher.publish()), Failure);

  EXPECT_EQ(log_state(), "open");
  EXPECT_EQ(publisher.publish().step, PublishStep::Stopped) << "it says that there is another one";
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);
  EXPECT_TRUE(audit().is_verified()) << audit().text();
}

/// After whose n-th answer something else happens.
class WatchedSigner final : public ledger::CheckpointSigner {
 public:
  WatchedSigner(ledger::CheckpointSigner& signer, int at, std::function<void()> then)
      : signer_(signer), at_(at), then_(std::move(then)) {}

  std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override {
    auto answer = signer_.sign(request);
    if (++asked == at_) then_();
    return answer;
  }

  int asked = 0;

 private:
  ledger::CheckpointSigner& signer_;
  int at_;
  std::function<void()> then_;
};

// A signer that is far behind, as one whose folder was restored, is asked many times in a turn:
// what is asked for on the way is smaller than what another one gets signed once that is over.
TEST_F(PublishedLedger, AsksForNoFurtherStepOnceItsTurnIsOver) {
  start_signer();
  write(40);
  publish();
  const std::string memory = text_of(memory_file());
  tamper(
      "INSERT INTO ledger.entry (log_id, idx, leaf_hash) SELECT 1, i, "
      "sha256(('\\x00'::bytea || convert_to(i::text, 'UTF8'))) "
      "FROM generate_series((SELECT size FROM ledger.head), 60000) AS i; "
      "INSERT INTO ledger.body (log_id, idx, leaf) SELECT 1, i, convert_to(i::text, 'UTF8') "
      "FROM generate_series((SELECT size FROM ledger.head), 60000) AS i");
  rebuild_head();
  publish();
  process_.reset();
  overwrite(memory_file(), memory);
  fs::remove(log_folder() / "checkpoint");  // else it would know that its memory is old
  start_signer();
  // Its first answer is where it is, its second the first of three steps.
  WatchedSigner signer(*remote_, 2, [this] {
    end_publishers_turn();
    publish();
  });
  store::Publisher publisher(
      database_.pool(), {.log_id = 1, .origin = origin_}, *directory_, *directory_, signer, clock_);

  EXPECT_THROW(static_cast<void>(publisher.publish()), Failure);

  EXPECT_EQ(signer.asked, 2);
  EXPECT_EQ(log_state(), "open");
  EXPECT_EQ(publisher.publish().step, PublishStep::Published)
      << "in a turn of its own it does not go on from where the signer was in the last one";
  EXPECT_EQ(log_state(), "open");
}

TEST_F(PublishedLedger, WritesMissingFilesAgain) {
  start_signer();
  write(150);
  publish();
  write(150);
  publish();
  write(400);
  publish();
  const std::string before = text_of(log_folder() / "tile/entries/001");
  fs::remove_all(log_folder() / "tile");
  EXPECT_FALSE(audit().is_verified());

  auto publisher = make_publisher();
  EXPECT_GT(publisher.repair(), 5U);
  EXPECT_EQ(publisher.repair(), 0U);

  EXPECT_EQ(text_of(log_folder() / "tile/entries/001"), before);
  EXPECT_TRUE(audit().is_verified()) << audit().text();
  write(5);
  publish();
  EXPECT_TRUE(audit().is_verified()) << audit().text();
}

TEST_F(PublishedLedger, GoesOnWithoutItsTiles) {
  start_signer();
  write(300);
  publish();
  fs::remove_all(log_folder() / "tile/0/000");
  fs::remove_all(log_folder() / "tile/0/001.p");
  write(5);
  auto publisher = make_publisher();
  static_cast<void>(publisher.repair());
  EXPECT_EQ(publisher.publish().step, PublishStep::Published);
  EXPECT_TRUE(audit().is_verified()) << audit().text();
}

TEST_F(PublishedLedger, NeverOverwritesWhatDiffers) {
  start_signer();
  write(10);
  publish();
  const Bytes before = checkpoint();
  write(10);
  const auto size = head_size();
  const fs::path bundle = log_folder() / "tile/0/000.p" / std::to_string(size);
  overwrite(bundle, std::string(size * 32, 'x'));

  auto publisher = make_publisher();
  EXPECT_EQ(publisher.publish().step, PublishStep::Stopped);

  EXPECT_EQ(text_of(bundle), std::string(size * 32, 'x'));
  EXPECT_EQ(as_text(checkpoint()), as_text(before));
  EXPECT_EQ(log_state(), "open");
  fs::remove(bundle);
  publish();
  EXPECT_TRUE(audit({before}).is_verified()) << audit().text();
}

TEST_F(PublishedLedger, PublishesAnErasedBodyAsEmpty) {
  start_signer();
  write(10);
  tamper("DELETE FROM ledger.body WHERE idx = 4");
  publish();
  const Bytes bundle =
      directory_->read(ledger::LogPath::entry_bundle(0, static_cast<unsigned>(head_size())))
          .value();
  const auto leaves =
      ledger::parse_entry_bundle(bundle, static_cast<unsigned>(head_size())).value();
  EXPECT_TRUE(leaves[4].empty());
  EXPECT_FALSE(leaves[5].empty());
}

TEST_F(PublishedLedger, GoesInStepsWhereMuchWaits) {
  start_signer();
  write(40);
  auto publisher = make_publisher();
  ASSERT_EQ(publisher.publish().step, PublishStep::Published);
  // Entries of the database's own making: only hashes and bodies matter here.
  tamper(
      "INSERT INTO ledger.entry (log_id, idx, leaf_hash) SELECT 1, i, "
      "sha256(('\\x00'::bytea || convert_to(repeat('x', 200) || i, 'UTF8'))) "
      "FROM generate_series((SELECT size FROM ledger.head), 150000) AS i; "
      "INSERT INTO ledger.body (log_id, idx, leaf) SELECT 1, i, "
      "convert_to(repeat('x', 200) || i, 'UTF8') "
      "FROM generate_series((SELECT size FROM ledger.head), 150000) AS i");
  rebuild_head();
  publish();
  ledger::TileHashes tiles(*directory_, head_size());
  EXPECT_EQ(ledger::tree_root(tiles, head_size()).value(),
            audit().verdict.checkpoint->checkpoint.head.root);
  EXPECT_EQ(one("SELECT count(*) AS answer FROM ledger.checkpoint"), "11");
  EXPECT_EQ(one("SELECT max(step) AS answer FROM (SELECT size - lag(size) OVER (ORDER BY size) AS "
                "step FROM ledger.checkpoint) AS steps"),
            "16384");
}

/// Says that it wrote, and has changed a bit of every hash tile.
class LyingDisk final : public PassingDisk {
 public:
  using PassingDisk::PassingDisk;

  Result<void> put(const ledger::LogPath& path, ByteView content) override {
    Bytes written(content.begin(), content.end());
    if (path.text().starts_with("tile/0/")) written.back() ^= std::byte{1};
    return PassingDisk::put(path, written);
  }
};

TEST_F(PublishedLedger, PublishesNoCheckpointOverTilesThatAreNotThere) {
  start_signer();
  write(3);
  LyingDisk disk(*directory_);
  auto publisher = make_publisher(disk);

  EXPECT_EQ(publisher.publish().step, PublishStep::Stopped);

  EXPECT_FALSE(fs::exists(log_folder() / "checkpoint"));
  EXPECT_EQ(one("SELECT count(*) AS answer FROM ledger.checkpoint"), "0");
}

/// Answers with what it signed before.
class ForgetfulSigner final : public ledger::CheckpointSigner {
 public:
  explicit ForgetfulSigner(ledger::CheckpointSigner& signer) : signer_(signer) {}

  std::expected<std::string, ledger::SignRefusal> sign(
      const ledger::SignRequest& request) override {
    auto answer = signer_.sign(request);
    if (answer && first_.empty()) first_ = *answer;
    if (answer) return first_;
    return answer;
  }

 private:
  ledger::CheckpointSigner& signer_;
  std::string first_;
};

TEST_F(PublishedLedger, BelievesNoNoteOfAnotherTree) {
  start_signer();
  write(3);
  ForgetfulSigner signer(*remote_);
  store::Publisher publisher(
      database_.pool(), {.log_id = 1, .origin = origin_}, *directory_, *directory_, signer, clock_);
  ASSERT_EQ(publisher.publish().step, PublishStep::Published);
  const Bytes before = checkpoint();
  write(3);

  EXPECT_EQ(publisher.publish_now().step, PublishStep::Stopped);

  EXPECT_EQ(as_text(checkpoint()), as_text(before));
  EXPECT_EQ(one("SELECT count(*) AS answer FROM ledger.checkpoint"), "1");
}

}  // namespace
}  // namespace rightful::testing
