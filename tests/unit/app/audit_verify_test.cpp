// `rightful audit verify`: exit codes, lines, and the memory.

#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/trust_file.hpp"

#include "app/audit_options.hpp"
#include "tests/unit/app/ended.hpp"
#include "tests/unit/app/file_size_limit.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuditVerify : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.fill(10);
    log_.publish();
    files_.write("trust", ledger::format_trust_file(log_.request().keys));
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (files_.path() / name).string();
  }

  [[nodiscard]] Ended verify(const std::vector<std::string>& more = {}) const {
    return run({"audit",
                "verify",
                log_.folder.path().string(),
                "--trust",
                file("trust"),
                "--now",
                "2026-01-01T00:00:05Z"},
               more);
  }

  [[nodiscard]] static Ended run(std::vector<std::string> words,
                                 const std::vector<std::string>& more = {}) {
    words.insert(words.end(), more.begin(), more.end());
    return app::run(words);
  }

  [[nodiscard]] std::string memory() const {
    return std::string(as_text(read_file(file("memory"), 1U << 20U).value()));
  }

  ledger::testing::PublishedLog log_;
  ledger::testing::LogFolder files_;
};

TEST_F(AuditVerify, VerifiedIsZero) {
  const Ended ended = verify();

  EXPECT_EQ(ended.status(), 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out,
              ::testing::StartsWith(
                  "verdict: verified, audit.example.test/dsar/dev with 12 entries, root "));
  EXPECT_THAT(ended.err, IsEmpty());
}

TEST_F(AuditVerify, DamageIsOneAndNamesThePlace) {
  log_.flip_bit("tile/0/000.p/12", 7 * 32);

  const Ended ended = verify();

  EXPECT_EQ(ended.status(), 1);
  EXPECT_THAT(ended.out, HasSubstr("TILE@7 (proven): tile/0/000.p/12\n"));
  EXPECT_THAT(ended.out, HasSubstr("verdict: tampering or damage, "));
}

TEST_F(AuditVerify, MissingEvidenceIsTwo) {
  std::filesystem::remove(log_.folder.path() / "checkpoint");

  const Ended ended = verify();

  EXPECT_EQ(ended.status(), 2);
  EXPECT_THAT(ended.out, HasSubstr("NO_CHECKPOINT (not_enough): "));
  EXPECT_THAT(ended.out, ::testing::EndsWith("verdict: not enough evidence\n"));
}

TEST_F(AuditVerify, OldCopiesAreTwoUnlessTheirAgeIsSaid) {
  EXPECT_EQ(verify({"--max-age", "2s"}).status(), 2);
  EXPECT_EQ(verify({"--max-age", "1h"}).status(), 0);
  EXPECT_EQ(verify({"--max-age=any"}).status(), 0);
  const Ended today =
      run({"audit", "verify", log_.folder.path().string(), "--trust", file("trust")});
  EXPECT_EQ(today.status(), 2);
  EXPECT_THAT(today.out, HasSubstr("STALE@12"));
}

TEST_F(AuditVerify, WhatCannotBeUsedIsThree) {
  files_.write("bad_trust", "trust me\n");
  files_.write("bad_memory", "nothing\n");
  const std::string folder = log_.folder.path().string();
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused{
      {{"audit", "verify"}, "PLACE is missing"},
      {{"audit", "verify", folder}, "--trust FILE is missing"},
      {{"audit", "verify", folder, "--trust", file("none")}, "no file"},
      {{"audit", "verify", folder, "--trust", file("bad_trust")}, "line 1: a line begins with"},
      {{"audit", "verify", file("none"), "--trust", file("trust")}, "neither a folder nor"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--memory", file("bad_memory")},
       "is damaged"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--memory", file("none/seen.note")},
       "--memory: no file can be written in " + file("none")},
      {{"audit", "verify", folder, "--trust", file("trust"), "--memory", file("trust/seen.note")},
       "--memory: no file can be written in " + file("trust")},
      {{"audit", "verify", folder, "--trust", file("trust"), "--memory", folder}, "Is a directory"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--previous", std::string(300, 'x')},
       "File name too long"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--checkpoint", file("none")},
       "no file"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--now", "yesterday"}, ""},
      {{"audit", "verify", folder, "--trust", file("trust"), "--max-age", "15"}, "--max-age is"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--max-age", "m"}, "--max-age is"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--max-age", "-1m"}, "--max-age is"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--known", "TREE_ROOT"}, "--known is"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--known", "NOTHING@1"}, "--known is"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--known", "TILE@1x"}, "--known is"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--enrol", "AAAA"}, "43 characters"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--nothing"}, "unknown option"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--proof", file("trust")},
       "given together"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--proof", "a", "--leaf", "b"},
       "no PLACE is given"},
      {{"audit", "verify", "--trust", file("trust"), "--proof", "a", "--leaf", "b"}, "no file"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--previous", file("none")},
       "neither a folder nor"},
      {{"audit", "verify", folder, "--trust", file("trust"), "--hashes-only", "--previous", folder},
       "goes with neither"},
      {{"audit", "verify", file("trust"), "--trust", file("trust")}, "ends early"}};
  for (const auto& [words, why] : refused) {
    const Ended ended = run(words);

    EXPECT_EQ(ended.status(), 3) << words.back() << ": " << ended.out << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(why));
    EXPECT_THAT(ended.out, IsEmpty());
  }
}

TEST_F(AuditVerify, NoExceptionIsAProof) {
  std::ostringstream out;
  std::ostringstream err;
  const ParsedCommand line;
  const std::vector<std::string> environment;
  const Invocation invocation{.line = line,
                              .environment = environment,
                              .console = {.out = out, .err = err, .is_err_terminal = false}};

  const ExitCode code = run_audit(
      invocation, [](const Invocation& /*unused*/) -> ExitCode { throw std::bad_alloc(); });

  EXPECT_EQ(code, kAuditUnusable);
  EXPECT_THAT(err.str(), HasSubstr("an unexpected error"));
}

TEST_F(AuditVerify, AVerdictWhoseMemoryIsNotKeptIsStillTold) {
  const rightful::testing::FileSizeLimit full(0);

  const Ended ended = verify({"--memory", file("memory")});

  EXPECT_EQ(ended.status(), 3);
  EXPECT_THAT(ended.out, HasSubstr("verdict: verified"));
  EXPECT_THAT(ended.err, HasSubstr("the log is verified, but what it showed is not kept"));
  EXPECT_FALSE(std::filesystem::exists(file("memory")));
}

TEST_F(AuditVerify, TheMemoryFindsACutEnd) {
  ASSERT_EQ(verify({"--memory", file("memory")}).status(), 0);
  const std::string first = memory();
  EXPECT_EQ(first, as_text(log_.note()));
  EXPECT_EQ(std::filesystem::status(file("memory")).permissions(), std::filesystem::perms(0600));
  log_.fill(5);
  log_.publish();
  ASSERT_EQ(verify({"--memory", file("memory")}).status(), 0);
  EXPECT_NE(memory(), first);
  const std::string second = memory();
  log_.bodies.resize(13);
  log_.publish();

  const Ended ended = verify({"--memory", file("memory")});

  EXPECT_EQ(ended.status(), 1);
  EXPECT_THAT(ended.out, HasSubstr("NOT_CONSISTENT@17 (proven): "));
  EXPECT_EQ(memory(), second);
}

TEST_F(AuditVerify, SeveralHeldCheckpointsAreCompared) {
  files_.write("sound", as_text(log_.note()));
  log_.bodies[5] = log_.bodies[6];
  files_.write("forked", as_text(log_.note()));

  EXPECT_EQ(verify({"--checkpoint", file("sound")}).status(), 0);
  const Ended ended = verify({"--checkpoint", file("sound"), "--checkpoint", file("forked")});
  EXPECT_EQ(ended.status(), 1);
  EXPECT_THAT(ended.out, HasSubstr("FORK@12 (proven): " + file("forked")));
}

TEST_F(AuditVerify, ExaminedFindingsPass) {
  log_.flip_bit("tile/0/000.p/12", 7 * 32);
  log_.flip_bit("tile/0/000.p/12", 8 * 32);

  EXPECT_EQ(verify({"--known", "TILE@7"}).status(), 1);
  const Ended both = verify({"--known", "TILE@7", "--known=TILE@8"});
  EXPECT_EQ(both.status(), 0);
  EXPECT_THAT(both.out, HasSubstr("TILE@7 (report): "));
}

TEST_F(AuditVerify, LinesOfJson) {
  log_.flip_bit("tile/0/000.p/12", 7 * 32);

  const Ended plain = verify({"--json"});
  const Ended explained = verify({"--json", "--explain"});

  EXPECT_EQ(plain.status(), 1);
  std::istringstream lines(plain.out);
  std::string line;
  std::getline(lines, line);
  const auto finding = nlohmann::json::parse(line);
  EXPECT_EQ(
      finding,
      (nlohmann::json{
          {"finding", "TILE"}, {"severity", "proven"}, {"at", 7}, {"detail", "tile/0/000.p/12"}}));
  std::getline(lines, line);
  const auto verdict = nlohmann::json::parse(line);
  EXPECT_EQ(verdict.at("verdict"), "tampering or damage");
  EXPECT_EQ(verdict.at("origin"), "audit.example.test/dsar/dev");
  EXPECT_EQ(verdict.at("size"), 12);
  EXPECT_EQ(verdict.at("entries"), 12);
  EXPECT_EQ(verdict.at("findings"), 1);
  EXPECT_EQ(verdict.at("untold"), 0);
  EXPECT_FALSE(std::getline(lines, line));
  EXPECT_THAT(explained.out, HasSubstr("\"explanation\":\"a published hash is not"));
}

TEST_F(AuditVerify, ExplainsInASentence) {
  log_.flip_bit("tile/0/000.p/12", 7 * 32);

  EXPECT_THAT(verify().out, Not(HasSubstr("a published hash is not")));
  EXPECT_THAT(verify({"--explain"}).out, HasSubstr("\n  a published hash is not"));
}

TEST_F(AuditVerify, EntriesMayBeLeftUnread) {
  log_.bodies[5] = log_.bodies[6];
  log_.publish();

  EXPECT_EQ(verify().status(), 1);
  EXPECT_EQ(verify({"--hashes-only"}).status(), 0);
  EXPECT_THAT(verify({"--hashes-only"}).out, HasSubstr("verified (hashes only"));
}

TEST_F(AuditVerify, SignaturesOfEntriesMayBeLeftUnchecked) {
  Bytes& leaf = log_.bodies[5];
  leaf[leaf.size() - 10] =
      leaf[leaf.size() - 10] == std::byte{'A'} ? std::byte{'B'} : std::byte{'A'};
  log_.publish();

  EXPECT_EQ(verify().status(), 1);
  const Ended ended = verify({"--without-signatures"});
  EXPECT_EQ(ended.status(), 0) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("who signed the entries was not checked"));
}

TEST_F(AuditVerify, SaysWhatABadVerdictMeansAndWhatToDo) {
  EXPECT_THAT(verify({"--explain", "--max-age", "2s"}).out,
              HasSubstr("\nmeaning: neither that the log is sound nor"));
  log_.bodies[5][20] ^= std::byte{1};
  log_.publish();

  EXPECT_THAT(verify({"--explain"}).out, HasSubstr("\nmeaning: this copy is not what was signed."));
  const std::string last = verify({"--explain", "--json"}).out;
  const auto json = nlohmann::json::parse(last.substr(last.rfind("\n{") + 1));
  EXPECT_THAT(json.at("meaning").get<std::string>(), HasSubstr("get a second copy"));
  EXPECT_THAT(verify().out, Not(HasSubstr("meaning:"))) << "only for those who ask";
}

TEST_F(AuditVerify, NamesTheOptionThatIsWrong) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"--max-age", "soon"}, "--max-age is a number with s, m, h or d"},
      {{"--enrol", "abc"}, "--enrol is a key of 43 characters"},
      {{"--checkpoint", file("absent")}, "--checkpoint: no file"},
      {{"--previous", file("absent")}, "--previous: there is neither a folder nor an archive"}};
  for (const auto& [words, text] : wrong) {
    const Ended ended = verify(words);
    EXPECT_EQ(ended.status(), 3) << text;
    EXPECT_THAT(ended.err, HasSubstr(text));
  }
  const Ended time = run({"audit", "verify", "x", "--trust", file("trust"), "--now", "yesterday"});
  EXPECT_EQ(time.status(), 3);
  EXPECT_THAT(time.err, HasSubstr("--now: a time is RFC 3339"));
}

TEST_F(AuditVerify, SaysWhatWasShownAndWhatWasNot) {
  const Ended ended = verify({"--explain"});

  EXPECT_THAT(
      ended.out,
      HasSubstr(
          "shown: a key of the trust file signed this log as it stands here, with 12 entries"));
  EXPECT_THAT(ended.out, HasSubstr("shown: each entry is signed by a process"));
  EXPECT_THAT(ended.out, HasSubstr("not shown: that this is the log that others saw"));
  EXPECT_THAT(ended.out, HasSubstr("not shown: what happened after 2026-01-01T00:00:01.000Z"));
  EXPECT_THAT(ended.out, HasSubstr("not shown: anything that was never logged"));
  EXPECT_THAT(ended.out, HasSubstr("\nmeaning: nothing that was checked speaks against this log."));
  files_.write("held", as_text(log_.note()));
  EXPECT_THAT(verify({"--explain", "--checkpoint", file("held")}).out,
              Not(HasSubstr("that others saw")));
  const auto json = nlohmann::json::parse(verify({"--explain", "--json"}).out);
  EXPECT_EQ(json.at("checked"), "everything");
  EXPECT_GE(json.at("shown").size(), 4U);
  EXPECT_GE(json.at("not_shown").size(), 3U);
}

TEST_F(AuditVerify, AChainOfTwoLogs) {
  ledger::testing::PublishedLog next("audit.example.test/dsar/2027");
  next.signers.clear();
  next.signers.push_back(
      ledger::NoteSigner::create(next.origin.text(),
                                 crypto::SigningKey::from_seed(Bytes(32, std::byte{0x44})).value())
          .value());
  next.follow(log_.origin, log_.checkpoint().head);
  next.fill(10);
  next.publish();
  std::vector<ledger::NoteKey> keys = log_.request().keys;
  keys.push_back(next.request().keys[0]);
  files_.write("both", ledger::format_trust_file(keys));
  files_.write("last", as_text(log_.note()));
  const std::vector<std::string> words{"audit",
                                       "verify",
                                       next.folder.path().string(),
                                       "--trust",
                                       file("both"),
                                       "--explain",
                                       "--max-age=any"};

  EXPECT_THAT(run(words).out, HasSubstr("not shown: that the log goes on from audit.example.test"));
  for (const std::string& previous : {file("last"), log_.folder.path().string()}) {
    const Ended ended = run(words, {"--previous", previous});
    EXPECT_EQ(ended.status(), 0) << ended.out << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("\nshown: the log goes on from " + previous));
  }
  log_.bodies[5] = log_.bodies[6];
  log_.publish();
  const Ended changed = run(words, {"--previous", log_.folder.path().string()});
  EXPECT_EQ(changed.status(), 1);
  EXPECT_THAT(changed.out, HasSubstr("CHAIN@0 (proven): "));
}

TEST_F(AuditVerify, TheEnrolmentKeyMayBeGiven) {
  const std::string right = to_base64url(log_.enrolment.public_key().bytes());
  const std::string wrong = to_base64url(log_.writer.public_key().bytes());

  EXPECT_EQ(verify({"--enrol", right}).status(), 0);
  EXPECT_EQ(verify({"--enrol", wrong}).status(), 1);
}

}  // namespace
}  // namespace rightful::app
