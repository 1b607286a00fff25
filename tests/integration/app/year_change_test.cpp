// O13: the next log is opened while everybody writes. No commit fails, both logs verify, and the
// new one says where the old one was.
#include <atomic>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>

#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/store/ledger_tables.hpp"
#include "rightful/store/log_succession.hpp"

#include "tests/integration/app/published_ledger.hpp"

namespace rightful::testing {
namespace {

namespace tables = store::ledger_tables;
using namespace std::chrono_literals;

class YearChange : public PublishedLedger {
 protected:
  YearChange() { start_signer(); }

  [[nodiscard]] ledger::TreeHead signed_head() {
    store::Transaction transaction = database_.pool().begin();
    const auto newest = tables::newest_checkpoint(transaction, 1).value();
    return {newest.size, newest.root};
  }

  void open_next(std::optional<ledger::Event> recovery = {}) {
    const auto key = place_.open_log(next_, random_).value();
    const auto opened = store::open_next_log(database_.pool(),
                                             {.origin = next_,
                                              .key = key,
                                              .last_signed = signed_head(),
                                              .recovery = std::move(recovery)},
                                             keys_,
                                             clock_,
                                             random_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  }

  void finish_log(std::int64_t log_id, const ledger::Origin& origin, ledger::LogDirectory& files) {
    store::Sequencer sequencer(
        database_.settings(),
        {.log_id = log_id, .build = ledger::Build::parse("0.1.0").value(), .threads = 1},
        keys_,
        clock_,
        random_);
    while (sequencer.run_batch().rows > 0) {
    }
    sequencer.stop();
    store::Publisher publisher(
        database_.pool(), {.log_id = log_id, .origin = origin}, files, files, *remote_, clock_);
    EXPECT_EQ(publisher.publish().step, store::PublishStep::Published) << process_->output();
  }

  [[nodiscard]] ledger::LogDirectory next_directory() const {
    std::filesystem::create_directories(ledger_ / "2027");
    return ledger::LogDirectory::open(ledger_ / "2027").value();
  }

  /// Told with the previous log's checkpoint at hand.
  [[nodiscard]] std::string findings_of(std::int64_t log_id, ledger::TileSource& files) {
    struct Sink final : ledger::FindingSink {
      void found(const ledger::Finding& finding) override {
        text += std::string(word_of(finding.kind)) + " " + finding.detail + "\n";
      }

      std::string text;
    } sink;

    ledger::VerifyRequest request;
    store::Transaction transaction = database_.pool().begin();
    for (const auto& row : tables::signer_keys(transaction, 1))
      request.keys.push_back(row.key);
    for (const auto& row : tables::signer_keys(transaction, 2))
      request.keys.push_back(row.key);
    if (log_id == 2) request.previous = {"previous", checkpoint(), &*directory_};
    const auto verdict = ledger::verify_log(files, request, sink);
    return verdict.severity == ledger::Severity::Report ? "" : sink.text + "not verified\n";
  }

  [[nodiscard]] std::string act_at(std::int64_t log_id, const std::string& index) {
    return one("SELECT act AS answer FROM ledger.lookup WHERE log_id = " + std::to_string(log_id) +
               " AND idx = " + index);
  }

  const ledger::Origin next_ = ledger::Origin::parse("audit.example.test/dsar/2027").value();
};

TEST_F(YearChange, UnderLoadLosesNothing) {
  write(20);
  publish();
  std::atomic<int> committed = 0;
  std::atomic<bool> is_over = false;
  const auto pool = database_.make_pool(8, writer_.get());
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 8; ++client) {
      clients.emplace_back([&] {
        while (!is_over) {
          store::Transaction transaction = pool->begin();
          transaction.record(job_queued(anna_));
          transaction.record(job_queued(ben_));
          transaction.commit();
          committed += 2;
        }
      });
    }
    const auto wait_for_more = [&](int more) {
      const int until = committed + more;
      while (committed < until)
        std::this_thread::yield();
    };
    wait_for_more(200);
    open_next();
    wait_for_more(200);
    writer_->keep_alive();
    wait_for_more(200);
    is_over = true;
  }
  writer_->stop();
  finish_log(1, origin_, *directory_);
  auto next = next_directory();
  finish_log(2, next_, next);

  EXPECT_EQ(one("SELECT count(*) AS answer FROM ledger.lookup WHERE act = 'job.queued'"),
            std::to_string(committed + 20));
  EXPECT_NE(one("SELECT count(*) AS answer FROM ledger.lookup WHERE act = 'job.queued' AND "
                "log_id = 2"),
            "0");
  EXPECT_EQ(one("SELECT count(*) AS answer FROM ledger.rejected"), "0");
  EXPECT_EQ(one("SELECT count(DISTINCT subj) AS answer FROM ledger.lookup WHERE act = "
                "'job.queued'"),
            "4")
      << "two people, each with another name in each log";
  EXPECT_EQ(findings_of(1, *directory_), "");
  EXPECT_EQ(findings_of(2, next), "");
  EXPECT_EQ(act_at(2, "0"), "log.genesis");
}

TEST_F(YearChange, TheSealIsTheLastLeaf) {
  write(20);
  publish();
  const auto seal = [this](std::chrono::seconds after) {
    return store::seal_if_due(database_.pool(), 1, after, keys_, clock_, random_);
  };
  EXPECT_FALSE(seal(0s)) << "no successor";
  open_next();
  EXPECT_FALSE(seal(24h)) << "opened just now";
  writer_->keep_alive();
  EXPECT_FALSE(seal(0s)) << "leaves wait: the writer's last ones";
  finish_log(1, origin_, *directory_);
  EXPECT_TRUE(seal(0s));
  EXPECT_FALSE(seal(0s)) << "it waits in the outbox already";
  finish_log(1, origin_, *directory_);

  EXPECT_EQ(log_state(), "sealed");
  EXPECT_FALSE(seal(0s));
  EXPECT_EQ(act_at(1, "(SELECT size - 1 FROM ledger.head WHERE log_id = 1)"), "log.sealed");
  EXPECT_EQ(findings_of(1, *directory_), "");
  const auto sealed = directory_->saved_checkpoints().value();
  EXPECT_EQ(sealed.back(), head_size()) << "saved at sealing";
  auto next = next_directory();
  finish_log(2, next_, next);
  EXPECT_EQ(findings_of(2, next), "");
}

TEST_F(YearChange, ARecoveryIsTheSecondLeaf) {
  write(20);
  publish();
  const auto officer = ledger::StaffRef::random(random_);
  open_next(ledger::Event(ledger::Staff{officer},
                          ledger::events::LogRecovery{.old_origin = origin_,
                                                      .recovered = head_size(),
                                                      .root = signed_head().root,
                                                      .size = signed_head().size,
                                                      .why = "restored"}));
  EXPECT_EQ(log_state(), "frozen");
  writer_->keep_alive();
  auto next = next_directory();
  finish_log(2, next_, next);
  EXPECT_EQ(act_at(2, "1"), "log.recovery");
  EXPECT_EQ(findings_of(2, next), "");
  EXPECT_FALSE(store::seal_if_due(database_.pool(), 1, 0s, keys_, clock_, random_))
      << "a dead log gets no seal";
}

TEST_F(YearChange, ANameIsNeverUsedTwice) {
  write(5);
  publish();
  const auto same = ledger::Origin::parse("audit.example.test/elsewhere/2026").value();
  EXPECT_FALSE(place_.open_log(same, random_).has_value());
  const auto key = place_.open_log(next_, random_).value();
  const auto other = ledger::NoteKey::create(same.text(), key.public_key()).value();
  const auto refused = store::open_next_log(
      database_.pool(),
      {.origin = same, .key = other, .last_signed = signed_head(), .recovery = {}},
      keys_,
      clock_,
      random_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
}

}  // namespace
}  // namespace rightful::testing
