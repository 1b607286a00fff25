// Somebody has PostgreSQL as its superuser, and the published folder, and neither the keys nor
// anyone's earlier checkpoint: what they do to a running service, and the line that gives it away.
// Each line is printed; RIGHTFUL_ATTACK_REPORT names a file that collects them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/ledger/tree.hpp"
#include "rightful/store/embedded_cluster.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/sql.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/e2e/program.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// RFC 6962 section 2.1.
ledger::TreeHash leaf_hash_of(const Bytes& leaf) {
  Bytes hashed{std::byte{0}};
  hashed.insert(hashed.end(), leaf.begin(), leaf.end());
  return crypto::sha256(hashed);
}

/// A leaf of the first process that serves: neither of the log nor of a writer's life.
constexpr int kVictim = 5;

class LedgerAttack : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_ / "home");
    ASSERT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
    start();
    ASSERT_TRUE(service_->is_running());
    grow_and_publish();
    const Finished trust = run(here({"admin", "ledger", "trust"}));
    ASSERT_EQ(trust.exit_code, 0) << trust.output;
    std::ofstream(folder_ / "trust") << trust.output;
    grow_and_publish();
    hold("held");
    ASSERT_EQ(verify().exit_code, 0) << verify().output;
  }

  [[nodiscard]] std::vector<std::string> here(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data-dir", folder_ / "data"});
    return words;
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& words) const {
    return run_program(words, folder_ / "home");
  }

  [[nodiscard]] std::vector<std::string> words_of_service() const {
    return here(serve_words(demo_catalog(), 0));
  }

  /// The company's sources, which nobody asks here.
  [[nodiscard]] static std::vector<std::string> with_sources(
      std::vector<std::string> environment = {}) {
    environment.insert(environment.end(),
                       {"DEMO_SHOP_URL=postgresql:///none",
                        "DEMO_VOICE_ROOT=/nonexistent",
                        "DEMO_DOORBELL_ROOT=/nonexistent"});
    return environment;
  }

  void start(const std::vector<std::string>& environment = {}) {
    service_.emplace(words_of_service(),
                     folder_ / "home",
                     with_sources(environment),
                     folder_ / fmt::format("serve-{}.txt", ++starts_));
    ASSERT_TRUE(service_->wait_for_output("serves http://", 60s)) << service_->output();
  }

  void stop() {
    ASSERT_TRUE(service_->stop().has_value());
    last_output_ = service_->output();
    service_.reset();
  }

  void restart() {
    stop();
    start();
  }

  /// Each run of a command is a writer with a first and a last leaf.
  void grow() const {
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(run(here({"admin", "staff", "list"})).exit_code, 0);
  }

  void grow_and_publish() {
    grow();
    wait_until_published();
  }

  /// Until nothing waits any more.
  void wait_until_published() {
    EXPECT_TRUE(wait_until([this] {
      return count("ledger.outbox") == 0 && published_size() == count("ledger.entry");
    })) << published_size()
        << "\n"
        << service_->output();
  }

  /// The signer speaks of it before the database is told.
  void wait_until_frozen() {
    EXPECT_TRUE(wait_until([this] { return sql("SELECT state FROM ledger.log") == "frozen"; }))
        << service_->output();
  }

  /// As the superuser, past every trigger.
  std::string sql(const std::string& script) const {
    return ask_postgres(
        folder_ / "data/run", "rightful", "SET session_replication_role = replica; " + script);
  }

  [[nodiscard]] int count(const std::string& table) const {
    return std::stoi(sql("SELECT count(*) FROM " + table));
  }

  [[nodiscard]] fs::path log_folder() const { return folder_.path() / "data/ledger/1"; }

  [[nodiscard]] int published_size() const {
    std::istringstream lines(read_text(log_folder() / "checkpoint"));
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    return line.empty() ? 0 : std::stoi(line);
  }

  template <class Condition>
  [[nodiscard]] static bool wait_until(const Condition& condition) {
    SystemClock clock;
    const auto end = clock.steady_now() + 30s;
    while (!condition()) {
      if (clock.steady_now() >= end) return false;
      clock.wait_for({}, 50ms);
    }
    return true;
  }

  /// The database alone, of a service that has stopped.
  void with_server(const std::function<void()>& action) const {
    const auto cluster =
        store::EmbeddedCluster::start_or_adopt({.directory = folder_ / "data"}).value();
    action();
  }

  /// An auditor takes a checkpoint home.
  void hold(const std::string& name) const {
    fs::copy_file(
        log_folder() / "checkpoint", folder_ / name, fs::copy_options::overwrite_existing);
  }

  /// @param environment  of the auditor's program; their clock, for one.
  [[nodiscard]] Finished verify(const std::vector<std::string>& more = {},
                                const std::string& place = "",
                                const std::vector<std::string>& environment = {}) const {
    std::vector<std::string> words{"audit",
                                   "verify",
                                   place.empty() ? log_folder().string() : place,
                                   "--trust",
                                   folder_ / "trust"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, folder_ / "home", environment);
  }

  /// What the service has logged since it was started, once it says `words`.
  [[nodiscard]] std::string service_line(std::string_view words) {
    EXPECT_TRUE(service_->wait_for_output(words, 30s)) << words << "\n" << service_->output();
    return line_with(service_->output(), words);
  }

  [[nodiscard]] static std::string line_with(const std::string& text, std::string_view words) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.find(words) != std::string::npos) return line;
    return {};
  }

  /// The verdict has this exit code and this finding; the line goes into the report.
  void expect_found(const Finished& verdict, int exit_code, std::string_view finding) {
    EXPECT_EQ(verdict.exit_code, exit_code) << verdict.output;
    const std::string line = line_with(verdict.output, finding);
    EXPECT_FALSE(line.empty()) << finding << " in\n" << verdict.output;
    report(fmt::format("exit {}: {}", verdict.exit_code, line));
  }

  void report(const std::string& line) const {
    const std::string text =
        fmt::format("{} | {}\n",
                    ::testing::UnitTest::GetInstance()->current_test_info()->name(),
                    line.starts_with("20") ? line.substr(line.find(' ') + 1) : line);
    std::cout << "[  FOUND   ] " << text;
    if (const char* path = std::getenv("RIGHTFUL_ATTACK_REPORT"))
      std::ofstream(path, std::ios::app) << text;
  }

  /// Where the published tiles of a small log lie, and what is in them.
  struct Published {
    int size;
    fs::path bundle;
    fs::path hashes;
    std::vector<Bytes> leaves;
  };

  [[nodiscard]] Published read_published() const {
    Published found;
    found.size = published_size();
    const std::string part = "000.p/" + std::to_string(found.size);
    found.bundle = log_folder() / "tile/entries" / part;
    found.hashes = log_folder() / "tile/0" / part;
    const std::string bytes = read_text(found.bundle);
    const auto leaves =
        ledger::parse_entry_bundle(as_bytes(bytes), static_cast<unsigned>(found.size));
    EXPECT_TRUE(leaves.has_value());
    for (const ByteView leaf : *leaves)
      found.leaves.emplace_back(leaf.begin(), leaf.end());
    return found;
  }

  /// Writes bundle and level 0 anew, as whoever has the disk can. @param size  of both.
  static void forge(const Published& log) {
    std::vector<ByteView> leaves(log.leaves.begin(), log.leaves.end());
    std::vector<ledger::TreeHash> hashes;
    for (const Bytes& leaf : log.leaves)
      hashes.push_back(leaf_hash_of(leaf));
    write(log.bundle, ledger::format_entry_bundle(leaves));
    write(log.hashes, ledger::format_hash_tile(hashes));
  }

  static void write(const fs::path& path, const Bytes& bytes) {
    fs::remove(path);
    const auto text = as_text(bytes);
    std::ofstream(path, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  static void spoil(Bytes& leaf) { leaf[60] ^= std::byte{1}; }

  /// The database's leaves below `size`, as whoever rebuilds the tiles from it has them.
  [[nodiscard]] std::vector<Bytes> rows_below(int size) const {
    std::istringstream rows(sql(fmt::format(
        "SELECT encode(leaf, 'hex') FROM ledger.body WHERE idx < {} ORDER BY idx", size)));
    std::vector<Bytes> leaves;
    for (std::string line; std::getline(rows, line);)
      leaves.push_back(from_hex(line).value());
    return leaves;
  }

  /// Another text of the same length in a leaf.
  static void replace(Bytes& leaf, const std::string& old, const std::string& other) {
    const auto found = std::ranges::search(leaf, to_bytes(old));
    ASSERT_FALSE(found.empty()) << old << " in " << as_text(leaf);
    ASSERT_EQ(old.size(), other.size());
    std::ranges::copy(to_bytes(other), found.begin());
  }

  /// Size, root and frontier of the database's head, as they follow from its hashes.
  void rebuild_head() const {
    ledger::Frontier frontier;
    std::istringstream hashes(
        sql("SELECT encode(leaf_hash, 'hex') FROM ledger.entry ORDER BY idx"));
    for (std::string line; std::getline(hashes, line);)
      frontier.append(ledger::TreeHash::parse(from_hex(line).value()).value());
    std::string peaks;
    for (const auto& peak : frontier.peaks())
      peaks += to_hex(peak.bytes());
    sql(fmt::format("UPDATE ledger.head SET size = {}, root = '\\x{}', frontier = '\\x{}'",
                    frontier.size(),
                    to_hex(frontier.root().bytes()),
                    peaks));
  }

  /// All rows from this index on, and the head with them.
  void cut_off(int from) const {
    for (const char* table : {"entry", "body", "lookup"})
      sql(fmt::format("DELETE FROM ledger.{} WHERE idx >= {}", table, from));
    sql(fmt::format("DELETE FROM ledger.checkpoint WHERE size > {}", from));
    rebuild_head();
  }

  E2eFolder folder_;
  std::optional<Running> service_;
  std::string last_output_;
  int starts_ = 0;
};

constexpr const char* kSpoilBody =
    "UPDATE ledger.body SET leaf = overlay(leaf PLACING 'x'::bytea FROM 60) WHERE idx = 5";
constexpr const char* kSpoilHash =
    "UPDATE ledger.entry SET leaf_hash = sha256('\\x00'::bytea || "
    "(SELECT leaf FROM ledger.body WHERE idx = 5)) WHERE idx = 5";

constexpr store::Sql kLockHead{"test_lock_head", "SELECT log_id FROM ledger.head FOR UPDATE"};

TEST_F(LedgerAttack, EditsABody) {
  sql(kSpoilBody);
  fs::remove_all(log_folder() / "tile/entries");  // so that it is published again, from the rows

  restart();
  wait_until_published();

  expect_found(verify(), 1, "LEAF_HASH@5");
}

TEST_F(LedgerAttack, EditsABodyAndItsHash) {
  Published log = read_published();
  spoil(log.leaves[kVictim]);
  forge(log);
  expect_found(verify(), 1, "TREE_ROOT");

  sql(std::string(kSpoilBody) + ";" + kSpoilHash);
  fs::remove_all(log_folder() / "tile");
  restart();
  report(service_line("cause=ledger_damaged"));
  EXPECT_EQ(published_size(), log.size) << "nothing is published over it";
}

TEST_F(LedgerAttack, EditsABodyItsHashAndTheHead) {
  const int held = published_size();
  grow_and_publish();
  sql(std::string(kSpoilBody) + ";" + kSpoilHash);
  rebuild_head();
  const int size = published_size();

  grow();

  const std::string frozen = service_line("event=signer_frozen");
  report(frozen);
  EXPECT_THAT(frozen, AnyOf(HasSubstr("leaves_differ"), HasSubstr("root_differs")));
  wait_until_frozen();
  EXPECT_EQ(published_size(), size);
  EXPECT_EQ(verify({"--max-age", "any", "--checkpoint", folder_ / "held"}).exit_code, 0)
      << "what stands published is still the truth";

  Published log = read_published();
  log.leaves = rows_below(size);
  forge(log);
  const Finished verdict = verify({"--checkpoint", folder_ / "held"});
  expect_found(verdict, 1, "TREE_ROOT");
  expect_found(verdict, 1, fmt::format("NOT_CONSISTENT@{}", held));
}

TEST_F(LedgerAttack, CutsTheTailOffAndAppendsOtherRows) {
  const int held = published_size();
  grow_and_publish();
  const int size = published_size();
  cut_off(held - 2);

  grow();

  report(service_line("event=signer_frozen"));
  wait_until_frozen();
  EXPECT_EQ(published_size(), size);

  while (count("ledger.entry") < size && !HasFailure())  // a frozen log takes leaves
    grow();
  Published log = read_published();
  log.leaves = rows_below(size);
  forge(log);
  const Finished verdict = verify({"--checkpoint", folder_ / "held"});
  expect_found(verdict, 1, "TREE_ROOT");
  expect_found(verdict, 1, fmt::format("NOT_CONSISTENT@{}", held));
}

/// The folder too is as it was: only who holds something newer, or waits, can tell.
TEST_F(LedgerAttack, CutsTheTailOffAndStops) {
  const int kept = published_size();
  fs::copy(log_folder(), folder_ / "kept", fs::copy_options::recursive);
  grow_and_publish();
  ASSERT_EQ(verify({"--memory", folder_ / "memory"}).exit_code, 0);
  hold("newer");
  stop();
  with_server([&] {
    cut_off(kept);
    sql("DELETE FROM ledger.outbox");
  });
  fs::remove_all(log_folder());
  fs::copy(folder_ / "kept", log_folder(), fs::copy_options::recursive);

  EXPECT_EQ(verify().exit_code, 0) << "to whoever holds nothing it is a shorter log, at first";
  expect_found(verify({"--checkpoint", folder_ / "newer"}), 1, "NOT_CONSISTENT");
  expect_found(verify({"--memory", folder_ / "memory"}), 1, "NOT_CONSISTENT");
  expect_found(verify({}, "", later_by(16min)), 2, "STALE");
  start();
  report(service_line("event=signer_frozen"));
}

/// A lock that the sequencer passes over without a word, as if another one worked.
TEST_F(LedgerAttack, StopsTheSequencer) {
  const int size = published_size();
  store::Pool attackers(
      {.url = fmt::format("host='{}' user=postgres dbname=rightful", folder_ / "data/run"),
       .idle_in_transaction_timeout = 0ms},
      1,
      nullptr);
  std::optional<store::Transaction> attacker(attackers.begin());
  ASSERT_EQ(attacker->run(kLockHead).size(), 1U);
  grow();
  report(service_line("event=ledger_behind"));
  report(line_with(run(here({"admin", "ledger", "status"})).output, "behind "));
  EXPECT_EQ(published_size(), size);
  EXPECT_EQ(verify({}, "", later_by(14min)).exit_code, 0) << verify().output;
  expect_found(verify({}, "", later_by(16min)), 2, "STALE");
  attacker.reset();
  const auto last_heartbeat = [this] {
    return sql("SELECT max(idx) FROM ledger.lookup WHERE act = 'log.heartbeat'");
  };
  const std::string before = last_heartbeat();
  stop();

  start(later_by(11min));  // it works again

  ASSERT_TRUE(wait_until([&] { return last_heartbeat() != before; })) << service_->output();
  wait_until_published();
  expect_found(verify(), 0, "SILENCE@" + last_heartbeat());
}

TEST_F(LedgerAttack, SwapsTwoEntries) {
  Published log = read_published();
  std::swap(log.leaves[kVictim], log.leaves[kVictim + 1]);
  forge(log);

  expect_found(verify(), 1, "TREE_ROOT");
}

TEST_F(LedgerAttack, ShowsAnEntryTwice) {
  Published log = read_published();
  log.leaves[kVictim + 1] = log.leaves[kVictim];
  forge(log);

  const Finished verdict = verify();
  expect_found(verdict, 1, "TREE_ROOT");
  expect_found(verdict, 1, "COUNTER_REPLAY");
}

/// Whatever is put in has no signature of a process's.
TEST_F(LedgerAttack, InsertsAnEntry) {
  Published log = read_published();
  Bytes forged = log.leaves[kVictim];
  const auto writer = std::string(as_text(forged)).substr(as_text(forged).find("\"w\":\"w_"), 23);
  replace(forged, writer, "\"w\":\"w_0123456789abcdef");
  log.leaves.insert(log.leaves.begin() + kVictim, forged);
  log.leaves.pop_back();
  forge(log);

  const Finished verdict = verify();
  expect_found(verdict, 1, "TREE_ROOT");
  expect_found(verdict, 1, "WRITER_UNKNOWN@5");
}

TEST_F(LedgerAttack, RenumbersAnEntry) {
  Published log = read_published();
  const std::string_view text = as_text(log.leaves[kVictim]);
  const std::string number(text.substr(text.find("\"n\":"), 5));
  ASSERT_NE(number, "\"n\":9");
  replace(log.leaves[kVictim], number + ",", "\"n\":9,");
  forge(log);

  const Finished verdict = verify();
  expect_found(verdict, 1, "TREE_ROOT");
  expect_found(verdict, 1, "WRITER_SIG@5");
}

/// Its writer has ended since, and said how many there were.
TEST_F(LedgerAttack, TakesAnEntryOut) {
  restart();
  grow_and_publish();
  Published log = read_published();
  log.leaves.erase(log.leaves.begin() + kVictim);
  log.leaves.push_back(log.leaves.back());
  forge(log);

  const Finished verdict = verify();
  expect_found(verdict, 1, "TREE_ROOT");
  expect_found(verdict, 1, "COUNTER_GAP");
}

TEST_F(LedgerAttack, RestoresYesterdaysDatabase) {
  stop();
  ASSERT_EQ(run_tool("cp", {"-a", folder_ / "data/postgres", folder_ / "yesterday"}).exit_code, 0);
  start();
  grow_and_publish();
  stop();
  fs::remove_all(folder_ / "data/postgres");
  ASSERT_EQ(run_tool("cp", {"-a", folder_ / "yesterday", folder_ / "data/postgres"}).exit_code, 0);

  Running again(words_of_service(), folder_ / "home", with_sources(), folder_ / "again.txt");
  bool is_up = true;
  ASSERT_TRUE(wait_until([&] {
    if (again.output().find("size_smaller") != std::string::npos) return true;
    is_up = again.is_running();
    return !is_up;
  })) << again.output();
  report(line_with(again.output(), is_up ? "size_smaller" : "replay-erasures"));
  EXPECT_THAT(again.output(), HasSubstr(is_up ? "size_smaller" : "replay-erasures"));
}

/// O10. As an operator restores, with PostgreSQL's own tools: nothing starts, and nothing is
/// written. Whoever takes the published folder away too meets the signer.
TEST_F(LedgerAttack, RestoresYesterdaysDump) {
  const std::string socket = folder_ / "data/run";
  const Finished dumped = run_tool(
      "pg_dump", {"-h", socket, "-U", "postgres", "-Fc", "-f", folder_ / "dump", "rightful"});
  ASSERT_EQ(dumped.exit_code, 0) << dumped.output;
  grow_and_publish();
  stop();
  const int today = published_size();
  const auto state = [this] {
    return sql(
        "SELECT size || ' ' || (SELECT count(*) FROM ledger.outbox) || ' ' || "
        "(SELECT count(*) FROM ledger.writer) FROM ledger.head");
  };
  std::string restored;
  with_server([&] {
    const Finished done = run_tool("pg_restore",
                                   {"--clean",
                                    "--create",
                                    "--if-exists",
                                    "--exit-on-error",
                                    "-h",
                                    socket,
                                    "-U",
                                    "postgres",
                                    "-d",
                                    "postgres",
                                    folder_ / "dump"});
    ASSERT_EQ(done.exit_code, 0) << done.output;
    restored = state();
    ASSERT_LT(std::stoi(restored), today);
  });

  for (const std::vector<std::string>& role :
       {here({"work", "--role", "sequencer"}), words_of_service()}) {
    Running refused(
        role, folder_ / "home", with_sources(), folder_ / ("refused-" + role.front() + ".txt"));
    ASSERT_TRUE(wait_until([&] { return !refused.is_running(); })) << refused.output();
    report(line_with(refused.output(), "replay-erasures"));
    EXPECT_THAT(refused.output(),
                HasSubstr("the checkpoint of " + std::to_string(today) +
                          " entries of the published log 1 is not in this database: a backup was "
                          "restored"));
  }
  with_server([&] { EXPECT_EQ(state(), restored) << "no epoch began, no leaf was sequenced"; });

  fs::rename(folder_ / "data/ledger", folder_ / "taken away");
  start();
  report(service_line("reason=size_smaller"));
  wait_until_frozen();
  EXPECT_FALSE(fs::exists(log_folder() / "checkpoint")) << "nothing is signed";
  expect_found(verify({}, folder_ / "taken away/1"), 0, "verified");
}

/// A row that vanishes between INSERT and COMMIT, as no process of ours could make it.
TEST_F(LedgerAttack, DeletesARowOfTheOutbox) {
  sql("CREATE FUNCTION ledger.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF encode(NEW.leaf, 'escape') LIKE '%\"act\":\"catalog.activated\"%' THEN RETURN NULL; END "
      "IF; "
      "RETURN NEW; END $$;"
      "CREATE TRIGGER swallow BEFORE INSERT ON ledger.outbox "
      "FOR EACH ROW EXECUTE FUNCTION ledger.swallow();"
      "ALTER TABLE ledger.outbox ENABLE ALWAYS TRIGGER swallow;"
      "UPDATE catalog_version SET sha256 = sha256(content || ' ')");
  restart();  // activates the catalog anew: that leaf is swallowed
  EXPECT_THAT(service_->output(), Not(HasSubstr("ledger_gap")));

  stop();  // the writer's last leaf says which numbers it has used
  report(line_with(last_output_, "cause=ledger_gap"));
  EXPECT_THAT(last_output_, HasSubstr("cause=ledger_gap"));
  expect_found(verify(), 1, "LOGGED_GAP");
}

TEST_F(LedgerAttack, InsertsAnOldAndAForgedRow) {
  sql("INSERT INTO ledger.outbox (log_id, leaf) SELECT 1, leaf FROM ledger.body WHERE idx = 5");
  report(service_line("why=replay"));
  sql("INSERT INTO ledger.outbox (log_id, leaf) SELECT 1, convert_to(replace(convert_from(leaf, "
      "'UTF8'), '\"n\":', '\"n\":9'), 'UTF8') FROM ledger.body WHERE idx = 5");
  report(service_line("why=signature"));

  EXPECT_TRUE(wait_until([this] { return count("ledger.rejected") == 2; }));
  EXPECT_EQ(sql("SELECT cause FROM incident WHERE state = 'open'"), "ledger_rejected");
  wait_until_published();
  const Finished verdict = verify();
  expect_found(verdict, 0, "REJECTED");
}

TEST_F(LedgerAttack, HidesAnEntryFromQueries) {
  sql("UPDATE ledger.lookup SET req = 'r_AAAAAAAAAAAAAAAAAAAAAA' WHERE idx = 5;"
      "UPDATE ledger.lookup SET t = t - interval '25 hours' WHERE act = 'log.checked'");

  restart();  // the night has come

  report(service_line("event=ledger_incident"));
  const auto newest_check = [this] {
    return sql(
        "SELECT out || ' ' || (d->>'result') FROM (SELECT l.out, "
        "convert_from(b.leaf, 'UTF8')::json->'d' AS d FROM ledger.lookup l "
        "JOIN ledger.body b USING (log_id, idx) WHERE l.act = 'log.checked' "
        "ORDER BY idx DESC LIMIT 1) AS newest");
  };
  // The line comes before the end of its transaction.
  EXPECT_TRUE(wait_until([&] { return newest_check() == "ok failed"; })) << newest_check();
}

TEST_F(LedgerAttack, DeletesCheckpointsAndShowsAnOldFolder) {
  const std::string yesterday = folder_ / "yesterday";
  fs::copy(log_folder(), yesterday, fs::copy_options::recursive);
  grow_and_publish();
  ASSERT_EQ(verify({"--memory", folder_ / "memory"}).exit_code, 0);
  sql("DELETE FROM ledger.checkpoint");

  expect_found(verify({"--memory", folder_ / "memory"}, yesterday), 1, "NOT_CONSISTENT");
}

/// With the log's key as well: each of two auditors is shown a log of their own.
TEST_F(LedgerAttack, ShowsTwoAuditorsTwoTrees) {
  stop();
  ASSERT_EQ(run_tool("cp", {"-a", folder_ / "data", folder_ / "other"}).exit_code, 0);
  start();
  grow_and_publish();
  stop();
  hold("shown-to-another");
  const int size = published_size();
  fs::rename(folder_ / "data", folder_ / "shown");
  fs::rename(folder_ / "other", folder_ / "data");
  start();
  grow_and_publish();
  stop();
  ASSERT_EQ(published_size(), size) << "the same things happened";

  expect_found(verify({"--checkpoint", folder_ / "shown-to-another"}), 1, "FORK");
}

/// A whole log of the same name under another key, with a trust file beside it that fits.
TEST_F(LedgerAttack, PutsItsOwnTrustFileIntoTheBundle) {
  stop();
  const std::string trusted = read_text(folder_ / "trust");
  fs::rename(folder_ / "data", folder_ / "true");
  ASSERT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
  start();
  grow_and_publish();
  const Finished own = run(here({"admin", "ledger", "trust"}));
  ASSERT_NE(own.output, trusted);
  std::ofstream(log_folder() / "trust") << own.output;
  std::ofstream(log_folder() / "trust.txt") << own.output;

  expect_found(verify(), 2, "KEY_UNKNOWN");
}

TEST_F(LedgerAttack, DropsTheKeysOfPseudonyms) {
  ASSERT_EQ(run(here({"admin", "account", "add", "anna"})).exit_code, 0);
  const std::string url = find_url(service_->output().substr(service_->output().find("serves ")));
  const Finished tried =
      run_tool("curl",
               {"-s",
                "-X",
                "POST",
                url + "/v1/session",
                "-H",
                "Content-Type: application/json",
                "-d",
                R"({"account":"anna","login":")" + to_base64(Bytes(32)) + "\"}"});
  ASSERT_THAT(tried.output, HasSubstr("credential_wrong"));
  restart();  // writes what was counted: a leaf about anna
  ASSERT_EQ(count("ledger_secret.subject_key"), 1);

  sql("DELETE FROM ledger_secret.subject_key;"
      "UPDATE ledger.lookup SET t = t - interval '25 hours' WHERE act = 'log.checked'");
  restart();  // the night has come

  report(service_line("event=ledger_incident"));
  EXPECT_EQ(verify().exit_code, 0) << "the leaves are what they were";
}

}  // namespace
}  // namespace rightful::testing
