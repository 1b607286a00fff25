// The ledger as an operator runs it: sequencer and signer as processes, `admin ledger`, and an
// auditor with nothing but the published folder and the trust file.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include "rightful/core/clock.hpp"
#include "rightful/crypto/key_file.hpp"
#include "rightful/ledger/checkpoint.hpp"

#include "tests/e2e/program.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class LedgerE2e : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_ / "home");
    ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
    const Finished migrated = run({"migrate"});
    ASSERT_EQ(migrated.exit_code, 0) << migrated.output;
  }

  [[nodiscard]] std::vector<std::string> here(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data-dir", folder_ / "data"});
    return words;
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& words) const {
    return run_program(here(words), folder_ / "home");
  }

  void start_signer() {
    signer_.reset();
    signer_.emplace(here({"work", "--role", "signer"}),
                    folder_ / "home",
                    std::vector<std::string>(),
                    folder_ / "signer.txt");
    ASSERT_TRUE(signer_->wait_for_output(" signs", 30s)) << signer_->output();
  }

  void start_sequencer() {
    sequencer_.reset();
    sequencer_.emplace(here({"work", "--role", "sequencer"}),
                       folder_ / "home",
                       std::vector<std::string>(),
                       folder_ / "sequencer.txt");
    ASSERT_TRUE(sequencer_->wait_for_output(" sequences", 60s)) << sequencer_->output();
  }

  void start() {
    start_signer();
    start_sequencer();
    ASSERT_TRUE(wait_for([this] { return fs::exists(folder_ / "data/ledger/1/checkpoint"); }));
  }

  [[nodiscard]] static bool wait_for(const std::function<bool()>& holds) {
    const SystemClock clock;
    SystemClock waiting;
    for (int look = 0; look < 600; ++look) {
      if (holds()) return true;
      static_cast<void>(waiting.wait_for(std::stop_token(), 50ms));
    }
    return false;
  }

  [[nodiscard]] std::string status() const { return run({"admin", "ledger", "status"}).output; }

  /// Everything of the newest log that is committed now is signed and published. The checkpoint's
  /// row is there before its file.
  [[nodiscard]] bool wait_until_published() const {
    return wait_for([this] {
      const std::string text = status();
      const std::size_t entries = text.rfind("entries  ");
      const std::size_t end = text.find('\n', entries);
      const std::string size = text.substr(entries + 9, end - entries - 9);
      const std::size_t origin_end = text.find('\n', text.rfind("origin   "));
      const std::size_t name = text.rfind('/', origin_end) + 1;
      return text.find("rows     0") != std::string::npos &&
             text.find("signed   " + size + ",", entries) != std::string::npos &&
             size_in(checkpoint(text.substr(name, origin_end - name))) == size;
    });
  }

  [[nodiscard]] std::string write_token(const std::string& name) const {
    const Finished added = run({"admin", "staff", "add", name, "--role", "officer"});
    EXPECT_EQ(added.exit_code, 0) << added.output;
    std::ofstream(folder_ / (name + ".token"))
        << added.output.substr(0, added.output.find('\n')) << '\n';
    return folder_ / (name + ".token");
  }

  void write_trust(const std::string& file) const {
    const Finished trust = run({"admin", "ledger", "trust"});
    ASSERT_EQ(trust.exit_code, 0) << trust.output;
    std::ofstream(folder_ / file) << trust.output;
  }

  [[nodiscard]] Finished verify(const std::string& log,
                                const std::string& trust,
                                std::vector<std::string> further = {}) const {
    std::vector<std::string> words{
        "audit", "verify", folder_ / ("data/ledger/" + log), "--trust", folder_ / trust};
    words.insert(words.end(), further.begin(), further.end());
    return run_program(words, folder_ / "home");
  }

  /// Who did what the entries of one kind say, by the first log's published copy.
  [[nodiscard]] std::set<std::string> actors_of(const std::string& act) const {
    const Finished exported = run_program({"audit",
                                           "export",
                                           folder_ / "data/ledger/1",
                                           "--trust",
                                           folder_ / "trust.txt",
                                           "--format",
                                           "csv",
                                           "--act",
                                           act,
                                           "--out",
                                           folder_ / (act + ".csv")},
                                          folder_ / "home");
    EXPECT_EQ(exported.exit_code, 0) << exported.output;
    std::set<std::string> actors;
    std::istringstream lines(read_text(folder_ / (act + ".csv")));
    std::string line;
    std::getline(lines, line);  // idx,t,act,out,actor,…
    while (std::getline(lines, line)) {
      std::istringstream cells(line);
      std::string cell;
      for (int column = 0; column < 5; ++column)
        std::getline(cells, cell, ',');
      actors.insert(cell);
    }
    return actors;
  }

  [[nodiscard]] std::string checkpoint(const std::string& log) const {
    return read_text(folder_ / ("data/ledger/" + log + "/checkpoint"));
  }

  [[nodiscard]] static std::string size_in(const std::string& note) {
    const std::size_t begin = note.find('\n') + 1;
    return note.substr(begin, note.find('\n', begin) - begin);
  }

  /// What psql says, as the superuser.
  [[nodiscard]] std::string sql(const std::string& query) const {
    return ask_postgres(folder_ / "data/run", "rightful", query);
  }

  /// It stands still, and holds no lock that others would wait for.
  void stop_sequencer() {
    SystemClock clock;
    for (int attempt = 0; attempt < 200; ++attempt) {
      sequencer_->signal(SIGSTOP);
      if (sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
              "xact_start IS NOT NULL AND pid <> pg_backend_pid()") == "0")
        return;
      sequencer_->signal(SIGCONT);
      static_cast<void>(clock.wait_for(std::stop_token(), 20ms));
    }
    FAIL() << "the sequencer is always in a transaction";
  }

  /// @param held  a checkpoint's file. @param first, second  files of officers' tokens.
  [[nodiscard]] Finished thaw(const std::string& held,
                              const std::string& first,
                              const std::string& second,
                              const std::vector<std::string>& further = {}) const {
    std::vector<std::string> words{"admin",
                                   "ledger",
                                   "thaw",
                                   "--held",
                                   held,
                                   "--officer-token",
                                   first,
                                   "--second-token",
                                   second};
    words.insert(words.end(), further.begin(), further.end());
    return run(words);
  }

  [[nodiscard]] int thawed_leaves() const {
    return std::stoi(sql("SELECT count(*) FROM ledger.lookup WHERE act = 'log.thawed'"));
  }

  /// The field `size` of the only leaf of this act.
  [[nodiscard]] std::string named_size(const std::string& act, const std::string& log) const {
    return sql(
        "SELECT convert_from(leaf, 'UTF8')::json->'d'->>'size' FROM ledger.body JOIN "
        "ledger.lookup USING (log_id, idx) JOIN ledger.log USING (log_id) WHERE act = '" +
        act + "' AND origin LIKE '%/" + log + "'");
  }

  [[nodiscard]] static std::ptrdiff_t signatures_of(const std::string& note) {
    std::ptrdiff_t lines = 0;
    for (std::size_t at = note.find("— "); at != std::string::npos; at = note.find("— ", at + 1))
      ++lines;
    return lines;
  }

  E2eFolder folder_;
  std::optional<Running> signer_;
  std::optional<Running> sequencer_;
};

TEST_F(LedgerE2e, SurvivesKillsAndEndsInOrder) {
  start();
  write_trust("trust.txt");
  for (int kill = 0; kill < 6; ++kill) {
    static_cast<void>(write_token("officer" + std::to_string(kill)));
    if (kill % 2 == 0) {
      sequencer_->signal(SIGKILL);
      start_sequencer();
    } else {
      signer_->signal(SIGKILL);
      start_signer();
    }
  }
  ASSERT_TRUE(wait_until_published()) << status() << sequencer_->output();
  const Finished verified = verify("1", "trust.txt", {"--memory", folder_ / "seen.note"});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;

  EXPECT_EQ(sequencer_->stop(), 0) << sequencer_->output();
  EXPECT_EQ(signer_->stop(), 0) << signer_->output();
  const Finished ended = verify("1", "trust.txt", {"--memory", folder_ / "seen.note"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(status(), HasSubstr("rows     0")) << "the last leaves were sequenced too";
}

TEST_F(LedgerE2e, SignsWhereTheSignerIsAndNowhereElse) {
  fs::remove_all(folder_ /
                 "data/signer");  // as when `migrate` ran elsewhere: nothing is signed yet
  start();
  EXPECT_THAT(sequencer_->output(), HasSubstr("ledger_signer_key_made_here"));
  ASSERT_TRUE(wait_until_published()) << status() << signer_->output();
  write_trust("trust.txt");
  EXPECT_EQ(verify("1", "trust.txt").exit_code, 0) << verify("1", "trust.txt").output;
  EXPECT_THAT(status(), HasSubstr("key      retired from 0 to 0"));

  const Finished elsewhere = run({"work",
                                  "--role",
                                  "sequencer",
                                  "--signer-dir",
                                  folder_ / "other-signer",
                                  "--ledger-dir",
                                  folder_ / "other-ledger"});
  EXPECT_EQ(elsewhere.exit_code, 1);
  EXPECT_THAT(elsewhere.output, HasSubstr("is published and signed elsewhere"));
  EXPECT_THAT(status(), HasSubstr("frozen   no"));
}

// O14
TEST_F(LedgerE2e, ReplacesTheSigningKey) {
  start();
  write_trust("old.txt");
  const std::string token = write_token("anna");
  fs::copy(folder_ / "data/signer/1/keys/1/signer.key", folder_ / "stolen.key");
  EXPECT_EQ(run({"admin", "ledger", "rotate-signer"}).exit_code, 2) << "needs an officer";

  const Finished rotated =
      run({"admin", "ledger", "rotate-signer", "--overlap", "15m", "--officer-token", token});
  ASSERT_EQ(rotated.exit_code, 0) << rotated.output;
  ASSERT_TRUE(wait_for([this] { return signatures_of(checkpoint("1")) == 2; })) << status();
  write_trust("both.txt");
  const Finished overlap = verify("1", "both.txt");
  EXPECT_EQ(overlap.exit_code, 0) << overlap.output;
  EXPECT_THAT(overlap.output, HasSubstr("KEY_OVERLAP"));
  EXPECT_EQ(verify("1", "old.txt").exit_code, 0) << "auditors have time to change";
  EXPECT_EQ(run({"admin", "ledger", "rotate-signer", "--officer-token", token}).exit_code, 1)
      << "one at a time";
  // As a run leaves it that ends between its two last steps: both sign, and no end is written.
  fs::remove(folder_ / "data/signer/1/keys/1/until");
  const Finished completed =
      run({"admin", "ledger", "rotate-signer", "--overlap", "6s", "--officer-token", token});
  ASSERT_EQ(completed.exit_code, 0) << completed.output;
  EXPECT_EQ(completed.output.substr(0, 60), rotated.output.substr(0, 60)) << "no third key";
  EXPECT_FALSE(fs::exists(folder_ / "data/signer/1/keys/2/until"));

  ASSERT_TRUE(wait_for([&] {
    static_cast<void>(run({"admin", "staff", "list"}));  // its epoch makes a new checkpoint due
    return signatures_of(checkpoint("1")) == 1;
  })) << status();
  ASSERT_TRUE(wait_until_published());
  const Finished finished =
      run({"admin", "ledger", "rotate-signer", "--finish", "--officer-token", token});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  ASSERT_TRUE(wait_until_published()) << status() << signer_->output();
  EXPECT_THAT(status(), HasSubstr("key      retired"));
  EXPECT_THAT(status(), HasSubstr("key      active"));
  write_trust("new.txt");
  EXPECT_EQ(std::ranges::count(read_text(folder_ / "new.txt"), '\n'), 2);
  const Finished after = verify("1", "new.txt");
  EXPECT_EQ(after.exit_code, 0) << after.output;
  EXPECT_EQ(verify("1", "old.txt").exit_code, 2) << "the old key alone proves nothing any more";

  // Somebody kept the retired key and signs with it.
  const auto seed = crypto::read_key_file(folder_ / "stolen.key", "signer").value();
  const auto origin = ledger::Origin::parse("audit.localhost/rightful/1").value();
  std::vector<ledger::NoteSigner> retired;
  retired.push_back(ledger::NoteSigner::create(origin.text(),
                                               crypto::SigningKey::from_seed(seed.expose()).value())
                        .value());
  const std::string note = checkpoint("1");
  const std::string text = note.substr(0, note.rfind("\n\n") + 1);
  fs::copy(folder_ / "data/ledger/1", folder_ / "data/ledger/copy", fs::copy_options::recursive);
  std::ofstream(folder_ / "data/ledger/copy/checkpoint") << ledger::make_note(text, retired);
  const Finished forged = verify("copy", "new.txt");
  EXPECT_EQ(forged.exit_code, 2) << forged.output;
  EXPECT_THAT(forged.output, HasSubstr("KEY_UNKNOWN"));
}

TEST_F(LedgerE2e, ThawsWithTwoOfficersAndEvidence) {
  start();
  write_trust("trust.txt");
  const std::string first = write_token("anna");
  const std::string second = write_token("ben");
  ASSERT_TRUE(wait_until_published());
  const std::string held = folder_ / "held.note";
  fs::copy(folder_ / "data/ledger/1/checkpoint", held);
  EXPECT_EQ(thaw(held, first, second).exit_code, 1) << "nothing is frozen";

  fs::remove(folder_ / "data/signer/1/memory");
  static_cast<void>(run({"admin", "staff", "list"}));
  ASSERT_TRUE(wait_for([this] { return status().find("state    frozen") != std::string::npos; }))
      << status();
  EXPECT_THAT(status(), HasSubstr("frozen   memory_lost, then rightful admin ledger thaw"));
  EXPECT_EQ(run({"admin", "ledger", "open", "audit.localhost/rightful/2"}).exit_code, 1);

  EXPECT_EQ(thaw(held, first, first).exit_code, 2) << "two different officers";
  std::ofstream(folder_ / "forged.note") << "audit.localhost/rightful/1\n1\n\n";
  EXPECT_NE(thaw(folder_ / "forged.note", first, second).exit_code, 0);
  EXPECT_THAT(status(), HasSubstr("state    frozen"));
  const Finished thawed = thaw(held, first, second);
  EXPECT_EQ(thawed.exit_code, 0) << thawed.output;
  ASSERT_TRUE(wait_until_published()) << status() << signer_->output();
  EXPECT_THAT(status(), HasSubstr("frozen   no"));
  const Finished verified = verify("1", "trust.txt", {"--checkpoint", held});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(read_text(folder_ / "signer.txt"), HasSubstr("signer_signs_again"));
  EXPECT_EQ(actors_of("log.thawed").size(), 2U) << "both officers answer for it";

  // Away for a while, as a disk that is mounted late.
  fs::rename(folder_ / "data/signer/1/memory", folder_ / "away");
  static_cast<void>(run({"admin", "staff", "list"}));
  ASSERT_TRUE(wait_for([this] { return status().find("state    frozen") != std::string::npos; }))
      << status();
  fs::rename(folder_ / "away", folder_ / "data/signer/1/memory");
  EXPECT_THAT(status(), HasSubstr("frozen   in the database only, then rightful admin ledger"));
  EXPECT_NE(thaw(folder_ / "forged.note", first, second).exit_code, 0) << "evidence all the same";
  ASSERT_NO_FATAL_FAILURE(stop_sequencer());  // nobody asks the signer meanwhile
  const std::string kept = read_text(folder_ / "data/signer/1/memory");
  const Finished again = thaw(held, first, second);
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(read_text(folder_ / "data/signer/1/memory"), kept) << "byte for byte";
  sequencer_->signal(SIGCONT);
  ASSERT_TRUE(wait_until_published()) << status() << signer_->output();
  EXPECT_THAT(status(), HasSubstr("frozen   no"));
  const Finished afterwards = verify("1", "trust.txt", {"--checkpoint", held});
  EXPECT_EQ(afterwards.exit_code, 0) << afterwards.output;
}

// Its leaf is committed, and then the new memory cannot be saved: the log freezes again by itself,
// and the same command ends what it began.
TEST_F(LedgerE2e, AThawThatBreaksOffIsRepeated) {
  start();
  write_trust("trust.txt");
  const std::string first = write_token("anna");
  const std::string second = write_token("ben");
  ASSERT_TRUE(wait_until_published());
  const std::string held = folder_ / "held.note";
  fs::copy(folder_ / "data/ledger/1/checkpoint", held);
  const auto is_frozen = [this] { return status().find("state    frozen") != std::string::npos; };
  fs::remove(folder_ / "data/signer/1/memory");
  fs::create_directories(folder_ / "data/signer/1/memory/in the way");
  static_cast<void>(run({"admin", "staff", "list"}));
  ASSERT_TRUE(wait_for(is_frozen)) << status();

  const Finished broken = thaw(held, first, second);

  EXPECT_NE(broken.exit_code, 0) << broken.output;
  ASSERT_TRUE(wait_for([&] { return is_frozen() && thawed_leaves() > 0; }))
      << status() << broken.output;
  EXPECT_THAT(status(), HasSubstr("frozen   memory_lost"));
  fs::remove_all(folder_ / "data/signer/1/memory");
  const Finished thawed = thaw(held, first, second);
  EXPECT_EQ(thawed.exit_code, 0) << thawed.output;
  ASSERT_TRUE(wait_until_published()) << status() << signer_->output();
  EXPECT_THAT(status(), HasSubstr("frozen   no"));
  const Finished verified = verify("1", "trust.txt", {"--checkpoint", held});
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
}

// The log is given up while it grows and its publisher signs: what `log.recovery` names as the last
// signed tree is the last one, for the memory and for the published folder.
TEST_F(LedgerE2e, ARecoveryNamesTheLastCheckpoint) {
  start();
  const std::string token = write_token("anna");
  std::string old = "1";
  for (const std::string next : {"1b", "1c", "1d"}) {
    std::atomic<bool> is_over{false};
    std::jthread growing([&] {
      while (!is_over)
        static_cast<void>(run({"admin", "staff", "list"}));
    });
    const std::string before = size_in(checkpoint(old));
    ASSERT_TRUE(wait_for([&] { return size_in(checkpoint(old)) != before; }));
    const Finished recovered = run({"admin",
                                    "ledger",
                                    "open",
                                    "audit.localhost/rightful/" + next,
                                    "--recover",
                                    "--why",
                                    "restored",
                                    "--officer-token",
                                    token});
    EXPECT_EQ(recovered.exit_code, 0) << recovered.output;
    ASSERT_TRUE(wait_for([&] {
      return fs::exists(folder_ / ("data/ledger/" + next + "/checkpoint"));
    })) << sequencer_->output();
    is_over = true;
    growing.join();
    ASSERT_TRUE(wait_until_published()) << status();

    const std::string last = size_in(checkpoint(old));
    std::istringstream memory(read_text(folder_ / ("data/signer/" + old + "/memory")));
    std::string line;
    for (int i = 0; i < 3; ++i)
      std::getline(memory, line);
    EXPECT_EQ(line, last) << "the signer knows of none that is larger";
    EXPECT_EQ(named_size("log.recovery", next), last);
    write_trust("trust.txt");
    const Finished verified = verify(
        next, "trust.txt", {"--checkpoint", folder_ / ("data/ledger/" + old + "/checkpoint")});
    EXPECT_EQ(verified.exit_code, 0) << verified.output;
    old = next;
  }
}

TEST_F(LedgerE2e, OpensTheNextYearAndASuccessor) {
  start();
  const std::string token = write_token("anna");
  ASSERT_TRUE(wait_until_published());
  const Finished year = run({"admin", "ledger", "open", "audit.localhost/rightful/2027"});
  ASSERT_EQ(year.exit_code, 0) << year.output;
  ASSERT_TRUE(wait_for([this] { return fs::exists(folder_ / "data/ledger/2027/checkpoint"); }))
      << sequencer_->output();
  EXPECT_EQ(run({"admin", "ledger", "open", "audit.elsewhere/x/2027"}).exit_code, 1)
      << "the name is taken";
  EXPECT_EQ(run({"admin", "ledger", "open", "audit.localhost/rightful/.."}).exit_code, 2);
  ASSERT_TRUE(wait_until_published()) << status();
  write_trust("trust.txt");
  EXPECT_EQ(verify("1", "trust.txt").exit_code, 0) << verify("1", "trust.txt").output;
  EXPECT_EQ(verify("2027", "trust.txt").exit_code, 0) << verify("2027", "trust.txt").output;

  const std::vector<std::string> recover{"admin",
                                         "ledger",
                                         "open",
                                         "audit.localhost/rightful/2027b",
                                         "--recover",
                                         "--officer-token",
                                         token};
  const Finished without_reason = run(recover);
  EXPECT_EQ(without_reason.exit_code, 1);
  EXPECT_THAT(without_reason.output, HasSubstr("--why restored"));
  auto with_reason = recover;
  with_reason.insert(with_reason.end(), {"--why", "restored"});
  const Finished recovered = run(with_reason);
  ASSERT_EQ(recovered.exit_code, 0) << recovered.output;
  ASSERT_TRUE(wait_for([this] { return fs::exists(folder_ / "data/ledger/2027b/checkpoint"); }))
      << sequencer_->output();
  ASSERT_TRUE(wait_until_published()) << status();
  write_trust("trust.txt");
  const Finished successor = verify("2027b", "trust.txt");
  EXPECT_EQ(successor.exit_code, 0) << successor.output;

  // It was still signing: it never does so again, whatever officers or the database say.
  EXPECT_THAT(read_text(folder_ / "data/signer/2027/memory"),
              HasSubstr("\nstate frozen wrong_origin\n"));
  fs::remove(folder_ / "data/signer/2027/memory");
  const Finished refused =
      thaw(folder_ / "data/ledger/2027/checkpoint", token, write_token("ben"), {"--log", "2027"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("it never goes on"));
  EXPECT_THAT(status(), HasSubstr("frozen   for good: it was given up"));
}

}  // namespace
}  // namespace rightful::testing
