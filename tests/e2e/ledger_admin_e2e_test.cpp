// The ledger's administration as an operator, officers and an auditor do it, with the built
// program.
#include <fcntl.h>
#include <unistd.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/server_keys.hpp"

#include "tests/e2e/program.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class LedgerAdminE2e : public ::testing::Test {
 protected:
  static constexpr const char* kPerson = "C-10204417";

  void SetUp() override { fs::create_directory(folder_ / "home"); }

  [[nodiscard]] std::vector<std::string> here(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data-dir", folder_ / "data"});
    return words;
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& words) const {
    return run_program(here(words), folder_ / "home");
  }

  /// Their token lies in the file `<name>.token`.
  void add_staff(const std::string& name, const std::string& role) const {
    const Finished added = run({"admin", "staff", "add", name, "--role", role});
    ASSERT_EQ(added.exit_code, 0) << added.output;
    write(name + ".token", added.output.substr(0, 43) + "\n");
  }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] std::unique_ptr<Running> serve(const std::string& log,
                                               const fs::path& program = built_program()) const {
    return std::make_unique<Running>(here(serve_words(demo_catalog(), 0)),
                                     folder_ / "home",
                                     std::vector<std::string>{},
                                     folder_ / log,
                                     program);
  }

  /// As the auditor. @return status line, fields and body.
  [[nodiscard]] std::string get(const std::string& target) const {
    const std::string token = read_text(folder_ / "auditor.token").substr(0, 43);
    return run_tool("curl",
                    {"--silent",
                     "--include",
                     "--header",
                     "Authorization: Bearer " + token,
                     url_ + "/v1/ledger/1/" + target})
        .output;
  }

  /// Where the first entry of this act stands, once it is signed.
  [[nodiscard]] std::uint64_t first_signed(const std::string& act) const {
    SystemClock clock;
    for (int round = 0; round < 150; ++round) {
      const std::string answer = get("entries?act=" + act + "&limit=1");
      const auto body = answer.find("\r\n\r\n");
      if (answer.find("200 OK") != std::string::npos && body + 4 < answer.size()) {
        return nlohmann::json::parse(answer.substr(body + 4))["idx"].get<std::uint64_t>();
      }
      clock.wait_for(std::stop_token(), 200ms);
    }
    throw std::runtime_error("nothing was signed within 30 seconds");
  }

  [[nodiscard]] std::vector<std::string> two_officers() const {
    return {"--officer-token", folder_ / "one.token", "--second-token", folder_ / "two.token"};
  }

  /// The person's keys are made, which the ledger says of them.
  void enrol(const std::string& account) const {
    const Finished added = run({"admin", "account", "add", account});
    ASSERT_EQ(added.exit_code, 0) << added.output;
    write("invitation", added.output.substr(0, 43) + "\n");
    write("credential", "a quiet lamp beside the river\n");
    const Finished enrolled = run_program({"enrol",
                                           "--server",
                                           url_,
                                           "--account",
                                           account,
                                           "--credential-file",
                                           folder_ / "credential",
                                           "--invitation-file",
                                           folder_ / "invitation",
                                           "--recovery-code-file",
                                           folder_ / "recovery"},
                                          folder_ / "home");
    ASSERT_EQ(enrolled.exit_code, 0) << enrolled.output;
  }

  void start_serving(const std::string& log) {
    service_ = serve(log);
    ASSERT_TRUE(service_->wait_for_output("serves http://", 60s)) << service_->output();
    url_ = find_url(service_->output());
  }

  /// With an officer, and this person enrolled.
  void serve_a_person(const std::string& log) {
    ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
    add_staff("one", "officer");
    ASSERT_NO_FATAL_FAILURE(start_serving(log));
    enrol(kPerson);
  }

  /// What an officer is told about a person.
  [[nodiscard]] std::string pseudonym(const std::string& account) const {
    return run_tool("curl",
                    {"--silent",
                     "--header",
                     "Authorization: Bearer " + read_text(folder_ / "one.token").substr(0, 43),
                     "--header",
                     "Content-Type: application/json",
                     "--data",
                     R"({"account":")" + account + R"(","why":"audit"})",
                     url_ + "/v1/ledger/1/pseudonym"})
        .output;
  }

  /// PostgreSQL's files as they were, with their owners.
  void restore() const {
    fs::remove_all(folder_ / "data/postgres");
    ASSERT_EQ(run_tool("cp", {"-a", folder_ / "backup", folder_ / "data/postgres"}).exit_code, 0);
  }

  [[nodiscard]] Finished verify() const {
    write("trust.txt", run({"admin", "ledger", "trust"}).output);
    return run_program(
        {"audit", "verify", folder_ / "data/ledger/1", "--trust", folder_ / "trust.txt"},
        folder_ / "home");
  }

  E2eFolder folder_;
  std::unique_ptr<Running> service_;
  std::string url_;
};

struct WrongWords {
  std::vector<std::string> words;
  const char* says;
};

// Words alone: nothing is opened, nothing is made.
TEST_F(LedgerAdminE2e, WrongWordsAreSaidBeforeAnythingIsDone) {
  const std::vector<WrongWords> rows{
      {{"admin", "staff", "add", "a.miller"}, "--role"},
      {{"admin", "staff", "add", "A Miller", "--role", "auditor"}, "1 to 64 of a-z"},
      {{"admin", "staff", "add", "a", "--role", "boss"}, "officer"},
      {{"admin", "staff", "end", "-x"}, "1 to 64 of a-z"},
      {{"admin", "ledger", "erase-subject", "C-1"}, "--why"},
      {{"admin", "ledger", "erase-subject", "C-1", "--why", "because"}, "erasure_request"},
      {{"admin", "ledger", "erase-subject", "", "--why", "error"}, "ACCOUNT"},
      {{"admin", "ledger", "forget-staff", "a"}, "--why"},
      {{"admin", "ledger", "rotate-kek"}, "--officer-token"},
      {{"admin", "ledger", "replay-erasures"}, "--officer-token"},
      {{"admin", "ledger", "redact", "x", "--why", "accident"}, "INDEX"},
      {{"admin", "ledger", "redact", "1"}, "--why"},
      {{"admin", "ledger", "redact", "1", "--why", "accident"}, "--officer-token"},
      {{"admin", "ledger", "redact", "1", "--why", "accident", "--officer-token", "a"},
       "--second-token"},
      {{"admin",
        "ledger",
        "redact",
        "1",
        "--why",
        "accident",
        "--officer-token",
        "a",
        "--second-token",
        "a"},
       "two different officers"},
      {{"admin", "ledger", "purge", "../1"}, "short name"},
      {{"admin", "ledger", "rebuild-lookup", "a/b"}, "short name"},
      {{"admin", "ledger", "check", ".."}, "short name"}};
  for (const WrongWords& row : rows) {
    const Finished finished = run(row.words);
    EXPECT_EQ(finished.exit_code, 2) << finished.output;
    EXPECT_THAT(finished.output, HasSubstr(row.says));
  }
  EXPECT_FALSE(fs::exists(folder_ / "data")) << "nothing was made";
}

TEST_F(LedgerAdminE2e, OfficersAdministerWhatAnAuditorReads) {
  ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
  add_staff("one", "officer");
  add_staff("two", "officer");
  add_staff("auditor", "auditor");
  EXPECT_EQ(run({"admin", "staff", "add", "one", "--role", "auditor"}).exit_code, 1);
  const Finished list = run({"admin", "staff", "list"});
  EXPECT_THAT(list.output, HasSubstr("auditor"));
  EXPECT_THAT(list.output, Not(HasSubstr("CHANGED")));
  ASSERT_NO_FATAL_FAILURE(start_serving("serve.log"));

  // An entry that should not have been logged.
  const std::uint64_t place = first_signed("staff.changed");
  const std::string index = std::to_string(place);
  std::vector<std::string> redact{"admin", "ledger", "redact", index, "--why", "accident"};
  const auto officers = two_officers();
  redact.insert(redact.end(), officers.begin(), officers.end());
  const Finished redacted = run(redact);
  EXPECT_EQ(redacted.exit_code, 0) << redacted.output;
  EXPECT_THAT(get("entries?from=" + index + "&limit=1"), HasSubstr("\"leaf\":null"));
  const Finished verified = verify();
  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("REDACTED"));
  EXPECT_THAT(run(redact).output, HasSubstr("had been redacted before"));
  std::vector<std::string> by_auditor = redact;
  by_auditor.back() = folder_ / "auditor.token";
  const Finished refused = run(by_auditor);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("somebody who is not an officer"));

  // The key of pseudonyms, while the service runs.
  const Finished rotated =
      run({"admin", "ledger", "rotate-kek", "--officer-token", folder_ / "one.token"});
  EXPECT_EQ(rotated.exit_code, 0) << rotated.output;
  EXPECT_FALSE(fs::exists(folder_ / "data/keys/subject-wrap.key"));
  EXPECT_TRUE(fs::exists(folder_ / "data/keys/subject-wrap.2.key"));

  EXPECT_EQ(run({"admin", "ledger", "rebuild-lookup", "1"}).exit_code, 0);
  const Finished checked = run({"admin", "ledger", "check", "1"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_EQ(run({"admin", "ledger", "check", "2"}).exit_code, 1);
  EXPECT_EQ(run({"admin", "ledger", "erase-subject", "C-1", "--why", "error"}).exit_code, 1);
  const Finished kept = run({"admin", "ledger", "purge", "1"});
  EXPECT_EQ(kept.exit_code, 1);
  EXPECT_THAT(kept.output, HasSubstr("only a sealed one is purged"));
  EXPECT_EQ(run({"admin", "staff", "end", "auditor"}).exit_code, 0);
  EXPECT_THAT(get("entries"), HasSubstr("401 Unauthorized"));
  EXPECT_EQ(
      run({"admin", "ledger", "forget-staff", "auditor", "--why", "account_closed"}).exit_code, 0);
}

TEST_F(LedgerAdminE2e, StatusSaysWhatIsNotThereAndWhatWaits) {
  EXPECT_THAT(run({"admin", "ledger", "status"}).output, HasSubstr("rightful admin keys init"));
  ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
  const Finished none = run({"admin", "ledger", "status"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.output, HasSubstr("there is no ledger yet: `rightful migrate` opens it"));

  add_staff("one", "officer");
  const Finished nobody = run({"admin", "staff", "end", "two"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.output, HasSubstr("`rightful admin staff list` names all"));
  SystemClock clock;
  std::string status;
  for (int round = 0; round < 10 && status.find("entries wait") == std::string::npos; ++round) {
    clock.wait_for(std::stop_token(), 6s);
    status = run({"admin", "ledger", "status"}).output;
  }
  EXPECT_THAT(status,
              HasSubstr("does `rightful serve`, or `rightful work --role sequencer`, run?"));
  EXPECT_THAT(status, HasSubstr("signed   nothing yet"));
}

bool is_signer_of(pid_t parent, const fs::path& process) {
  try {
    const std::string status = read_text(process / "status");
    return status.find("\nPPid:\t" + std::to_string(parent) + "\n") != std::string::npos &&
           read_text(process / "cmdline").find("signer-dir") != std::string::npos;
  } catch (const std::exception& /*gone*/) {
    return false;
  }
}

/// The signer that this process has started; 0 = none.
pid_t signer_of(pid_t parent) {
  for (const auto& process : fs::directory_iterator("/proc")) {
    if (is_signer_of(parent, process.path()))
      return static_cast<pid_t>(std::stol(process.path().filename()));
  }
  return 0;
}

TEST_F(LedgerAdminE2e, AnUpdateOfTheProgramDoesNotKeepTheSignerFromStarting) {
  ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
  const fs::path installed = folder_ / "rightful";
  fs::copy_file(built_program(), installed);
  const auto service = serve("serve.log", installed);
  ASSERT_TRUE(service->wait_for_output("serves http://", 60s)) << service->output();
  SystemClock clock;
  const auto wait_for_signer = [&](pid_t before) {
    for (int look = 0; look < 300; ++look) {
      const pid_t signer = signer_of(service->pid());
      if (signer != 0 && signer != before) return signer;
      clock.wait_for(std::stop_token(), 100ms);
    }
    return pid_t{0};
  };
  const pid_t first = wait_for_signer(0);
  ASSERT_NE(first, 0) << service->output();

  fs::remove(installed);
  fs::copy_file(built_program(), installed);
  ASSERT_EQ(::kill(first, SIGKILL), 0);

  EXPECT_NE(wait_for_signer(first), 0) << service->output();
  EXPECT_THAT(service->output(), Not(HasSubstr("signer_not_started")));
  EXPECT_EQ(service->stop(), 0);
}

// By the machine's clock, which is later for this command alone.
TEST_F(LedgerAdminE2e, StatusSaysThatTheCheckpointIsLate) {
  ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
  ASSERT_NO_FATAL_FAILURE(start_serving("serve.log"));
  const auto status = [this](std::chrono::seconds later) {
    return run_program(here({"admin", "ledger", "status"}), folder_ / "home", later_by(later))
        .output;
  };
  SystemClock clock;
  for (int round = 0; round < 150 && status(0s).find(" ago\n") == std::string::npos; ++round)
    clock.wait_for(std::stop_token(), 200ms);
  ASSERT_EQ(service_->stop(), 0);
  ASSERT_THAT(status(0s), HasSubstr(" ago\n")) << service_->output();

  EXPECT_THAT(status(9min), Not(HasSubstr("  late ")));
  const std::string late = status(11min);

  EXPECT_THAT(late, HasSubstr("  state    open\n"));
  EXPECT_THAT(late,
              HasSubstr("\n  late     a checkpoint comes every five minutes: do sequencer and "
                        "signer run?\n"));
}

// A published log that the database does not know: a backup from before it was opened.
TEST_F(LedgerAdminE2e, ServeWaitsForTheReplayAfterARestore) {
  ASSERT_EQ(run({"admin", "keys", "init"}).exit_code, 0);
  add_staff("one", "officer");
  fs::create_directories(folder_ / "data/ledger/old");
  const std::string name = "audit.localhost/rightful/old";
  write("data/ledger/old/checkpoint",
        name + "\n5\n" + to_base64(Bytes(32)) + "\n\n\u2014 " + name + " " + to_base64(Bytes(68)) +
            "\n");

  const auto refused = serve("refused.log");
  EXPECT_TRUE(refused->wait_for_output("replay-erasures", 60s)) << refused->output();
  const Finished replayed =
      run({"admin", "ledger", "replay-erasures", "--officer-token", folder_ / "one.token"});
  EXPECT_EQ(replayed.exit_code, 1);
  EXPECT_THAT(replayed.output, HasSubstr("--trust"));
  fs::remove_all(folder_ / "data/ledger/old");

  const auto served = serve("served.log");
  EXPECT_TRUE(served->wait_for_output("serves http://", 60s)) << served->output();
}

// P5 with the built program: yesterday's data directory of PostgreSQL is put back.
TEST_F(LedgerAdminE2e, RestoredBackupBringsNobodyBack) {
  ASSERT_NO_FATAL_FAILURE(serve_a_person("first.log"));
  ASSERT_EQ(service_->stop(), 0);
  ASSERT_EQ(run_tool("cp", {"-a", folder_ / "data/postgres", folder_ / "backup"}).exit_code, 0);
  ASSERT_NO_FATAL_FAILURE(start_serving("second.log"));
  const std::vector<std::string> erase{
      "admin", "ledger", "erase-subject", kPerson, "--why", "erasure_request"};
  const Finished erased = run(erase);
  ASSERT_EQ(erased.exit_code, 0) << erased.output;
  ASSERT_EQ(service_->stop(), 0);
  EXPECT_THAT(verify().output, HasSubstr("verified"));

  restore();

  const auto refused = serve("refused.log");
  EXPECT_TRUE(refused->wait_for_output("a backup was restored", 60s)) << refused->output();
  EXPECT_THAT(run({"admin", "ledger", "status"}).output,
              HasSubstr("  lost     the published checkpoint names"));
  const auto sequencer = std::make_unique<Running>(here({"work", "--role", "sequencer"}),
                                                   folder_ / "home",
                                                   std::vector<std::string>{},
                                                   folder_ / "sequencer.log");
  EXPECT_TRUE(sequencer->wait_for_output("a backup was restored", 60s)) << sequencer->output();
  const Finished opened = run({"admin",
                               "ledger",
                               "open",
                               "audit.localhost/rightful/1b",
                               "--recover",
                               "--why",
                               "restored",
                               "--officer-token",
                               folder_ / "one.token"});
  EXPECT_EQ(opened.exit_code, 0) << opened.output;
  const Finished replayed =
      run({"admin", "ledger", "replay-erasures", "--officer-token", folder_ / "one.token"});
  ASSERT_EQ(replayed.exit_code, 0) << replayed.output;
  EXPECT_THAT(replayed.output, HasSubstr("keys destroyed again     1"));
  ASSERT_NO_FATAL_FAILURE(start_serving("third.log"));
  const Finished again = run(erase);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("knows nobody under this account"));
  EXPECT_THAT(run({"admin", "ledger", "status"}).output, Not(HasSubstr("  lost  ")));
}

/// How often the bytes stand in a process's memory; nothing where this user may not look.
std::optional<std::size_t> count_in_memory(pid_t process, ByteView wanted) {
  const std::string place = "/proc/" + std::to_string(process);
  const UniqueFd memory(::open((place + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (!memory.is_open()) return std::nullopt;
  std::size_t count = 0;
  std::ifstream maps(place + "/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &from, &to) != 2) continue;
    std::string region(to - from, '\0');
    const ssize_t got =
        ::pread(memory.get(), region.data(), region.size(), static_cast<off_t>(from));
    if (got <= 0) continue;  // no memory of the program's
    region.resize(static_cast<std::size_t>(got));
    for (auto at = region.find(as_text(wanted)); at != std::string::npos;
         at = region.find(as_text(wanted), at + 1)) {
      ++count;
    }
  }
  return count;
}

// An erased person's key in an old backup opens with nothing that still runs.
TEST_F(LedgerAdminE2e, RunningServiceLetsGoOfTheOldKey) {
  ASSERT_NO_FATAL_FAILURE(serve_a_person("serve.log"));
  const std::string before = pseudonym(kPerson);
  Bytes old;
  {
    const auto keys = crypto::ServerKeys::open(folder_ / "data/keys").value();
    const auto kek = keys.kek(1).value();
    old.assign(kek->expose().begin(), kek->expose().end());
  }
  const auto held = count_in_memory(service_->pid(), old);
  if (!held) GTEST_SKIP() << "only root may look into the memory of a hardened process";
  ASSERT_GT(*held, 0U) << "the service uses it";

  const Finished rotated =
      run({"admin", "ledger", "rotate-kek", "--officer-token", folder_ / "one.token"});
  ASSERT_EQ(rotated.exit_code, 0) << rotated.output;

  SystemClock clock;
  for (int round = 0; round < 150 && count_in_memory(service_->pid(), old) != 0U; ++round)
    clock.wait_for(std::stop_token(), 200ms);
  EXPECT_EQ(count_in_memory(service_->pid(), old), 0U);
  EXPECT_EQ(pseudonym(kPerson), before) << "and goes on under the new one";
}

// Killed at any instant: every key opens afterwards, and the next run goes on.
TEST_F(LedgerAdminE2e, RotationSurvivesBeingKilled) {
  ASSERT_NO_FATAL_FAILURE(serve_a_person("serve.log"));
  const std::string before = pseudonym(kPerson);
  ASSERT_THAT(before, HasSubstr("\"subj\":\"s_"));
  const std::vector<std::string> rotate{
      "admin", "ledger", "rotate-kek", "--officer-token", folder_ / "one.token"};

  SystemClock clock;
  for (int round = 0; round < 20; ++round) {
    Running rotation(here(rotate), folder_ / "home", {}, folder_ / "rotation.log");
    clock.wait_for(std::stop_token(), 60ms + 20ms * round);
    rotation.signal(SIGKILL);
    EXPECT_EQ(pseudonym(kPerson), before) << round;
  }

  for (int round = 0; round < 2; ++round) {
    const Finished finished = run(rotate);
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    EXPECT_EQ(pseudonym(kPerson), before);
  }
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "data/keys")) {
    const std::string name = entry.path().filename().string();
    // A key that was never in use may be left half-written under a name of its own.
    const bool was_used = name.ends_with(".key") || name.ends_with(".destroyed");
    files += name.starts_with("subject-wrap") && was_used ? 1 : 0;
  }
  EXPECT_EQ(files, 1U) << "every old key's file is gone";
  EXPECT_EQ(run({"admin", "ledger", "check", "1"}).exit_code, 0);
}

}  // namespace
}  // namespace rightful::testing
