// `rightful audit export`: only what verifies leaves, whole or not at all; what left verifies
// again.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <gmock/gmock.h>

#include "rightful/core/files.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/evidence.hpp"
#include "rightful/ledger/trust_file.hpp"

#include "tests/unit/app/ended.hpp"
#include "tests/unit/app/file_size_limit.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AuditExport : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.fill(298);
    log_.publish();
    files_.write("trust", ledger::format_trust_file(log_.request().keys));
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (files_.path() / name).string();
  }

  [[nodiscard]] std::string content(const std::string& name) const {
    return std::string(as_text(read_file(file(name), 1U << 24U).value()));
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(files_.path()))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  [[nodiscard]] Ended export_to(const std::string& name,
                                const std::string& format,
                                const std::vector<std::string>& more = {}) const {
    return run(
        "export", log_.folder.path().string(), {"--out", file(name), "--format", format}, more);
  }

  [[nodiscard]] Ended run(const std::string& command,
                          const std::string& place,
                          std::vector<std::string> options,
                          const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"audit", command};
    if (!place.empty()) words.push_back(place);
    words.insert(words.end(), {"--trust", file("trust"), "--max-age=any"});
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), more.begin(), more.end());
    return app::run(words);
  }

  ledger::testing::PublishedLog log_;
  ledger::testing::LogFolder files_;
};

TEST_F(AuditExport, LinesGiveBackEveryLeaf) {
  const Ended ended = export_to("log.jsonl", "jsonl");

  ASSERT_EQ(ended.status(), 0) << ended.out << ended.err;
  const std::string text = content("log.jsonl");
  EXPECT_THAT(ended.out,
              HasSubstr("exported: 300 entries, 0 left out, " + file("log.jsonl") + ", sha256 " +
                        to_hex(crypto::sha256(as_bytes(text)).bytes())));
  std::istringstream lines(text);
  std::string line;
  for (std::size_t index = 0; std::getline(lines, line); ++index) {
    const std::size_t begin = line.find("\"leaf\":") + 7;
    ASSERT_EQ(line.substr(begin, line.size() - begin - 1), as_text(log_.bodies.at(index)));
  }
  EXPECT_EQ(std::filesystem::status(file("log.jsonl")).permissions(), std::filesystem::perms(0600));
}

TEST_F(AuditExport, FiltersAreOptions) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> filters{
      {{"--from", "10", "--to", "20"}, "10 entries"},
      {{"--act", "log.heartbeat"}, "30 entries"},
      {{"--act", "log.heartbeat", "--to=100"}, "10 entries"},
      {{"--actor", "system"}, "300 entries"},
      {{"--actor", "self"}, "0 entries"},
      {{"--subj", "-"}, "300 entries"},
      {{"--req", "r_AAAAAAAAAAAAAAAAAAAAAA"}, "0 entries"},
      {{"--since", "2026-01-01T00:00:10Z"}, "199 entries"},
      {{"--until", "2026-01-01T00:00:10Z"}, "101 entries"}};
  for (std::size_t at = 0; at < filters.size(); ++at) {
    const Ended ended = export_to("part" + std::to_string(at), "csv", filters[at].first);

    EXPECT_EQ(ended.status(), 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("exported: " + filters[at].second));
  }
}

TEST_F(AuditExport, AnArchiveVerifiesAndExportsToTheSameBytes) {
  ASSERT_EQ(export_to("log.tar", "tar").status(), 0);

  EXPECT_EQ(run("verify", file("log.tar"), {}).status(), 0);
  ASSERT_EQ(
      run("export", file("log.tar"), {"--out", file("again.tar"), "--format", "tar"}).status(), 0);
  EXPECT_EQ(content("again.tar"), content("log.tar"));
  ASSERT_EQ(export_to("log.csv", "csv").status(), 0);
  ASSERT_EQ(run("export", file("log.tar"), {"--out", file("tar.csv"), "--format", "csv"}).status(),
            0);
  EXPECT_EQ(content("tar.csv"), content("log.csv"));
}

TEST_F(AuditExport, SingleEntriesVerifyAloneAndInTheirArchive) {
  ASSERT_EQ(export_to("some.tar", "tar", {"--from", "5", "--to", "7"}).status(), 0);

  const Ended all = run("verify", file("some.tar"), {});
  EXPECT_EQ(all.status(), 0) << all.out << all.err;
  EXPECT_THAT(all.out, HasSubstr("verdict: verified, 2 single entries of audit.example.test/"));
  ASSERT_EQ(std::system(("tar -xf " + file("some.tar") + " -C " + files_.path().string()).c_str()),
            0);
  const Ended one =
      run("verify", "", {"--leaf", file("leaf/6.json"), "--proof", file("leaf/6.tlog-proof")});
  EXPECT_EQ(one.status(), 0) << one.out << one.err;
  const Ended wrong =
      run("verify", "", {"--leaf", file("leaf/5.json"), "--proof", file("leaf/6.tlog-proof")});
  EXPECT_EQ(wrong.status(), 1);
  EXPECT_THAT(wrong.out, HasSubstr("LEAF_HASH@6 (proven): "));
  const Ended from_it = run("export", file("some.tar"), {"--out", file("x"), "--format", "csv"});
  EXPECT_EQ(from_it.status(), 3);
  EXPECT_THAT(from_it.err, HasSubstr("single entries only"));
  const auto manifest = nlohmann::json::parse(content("manifest.json"));
  EXPECT_EQ(manifest.at("kind"), "selection");
  EXPECT_EQ(manifest.at("entries"), 2);
  EXPECT_EQ(manifest.at("size"), 300);
  EXPECT_EQ(manifest.at("filter").at("from"), 5);
}

TEST_F(AuditExport, WhatDoesNotVerifyStays) {
  log_.flip_bit("tile/0/000", 7 * 32);
  for (const std::string format : {"jsonl", "csv", "tar"}) {
    const Ended ended = export_to("log", format);

    EXPECT_EQ(ended.status(), 1);
    EXPECT_THAT(ended.out, HasSubstr("TILE@7 (proven)"));
  }
  std::filesystem::remove(log_.folder.path() / "checkpoint");
  EXPECT_EQ(export_to("log", "jsonl").status(), 2);
  EXPECT_THAT(names(), ElementsAre("trust"));
}

TEST_F(AuditExport, AFullDiskLeavesNothing) {
  for (const std::string format : {"jsonl", "csv", "tar"}) {
    const rightful::testing::FileSizeLimit limit(4096);

    const Ended ended = export_to("log", format);

    EXPECT_EQ(ended.status(), 3) << ended.out;
    EXPECT_THAT(ended.err, HasSubstr("write beside"));
  }
  EXPECT_THAT(names(), ElementsAre("trust"));
}

TEST_F(AuditExport, NothingIsReplaced) {
  files_.write("log", "mine");

  const Ended ended = export_to("log", "jsonl");

  EXPECT_EQ(ended.status(), 3);
  EXPECT_THAT(ended.err, HasSubstr("has the name"));
  EXPECT_EQ(content("log"), "mine");
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST_F(AuditExport, WhatCannotBeUsedIsThree) {
  const std::string folder = log_.folder.path().string();
  const std::vector<std::pair<std::vector<std::string>, std::string>> refused{
      {{"--format", "jsonl"}, "--out FILE is missing"},
      {{"--out", file("x")}, "--format jsonl|csv|tar is missing"},
      {{"--out", file("x"), "--format", "zip"}, ""},
      {{"--out", file("x"), "--format", "csv", "--from", "x"}, "--from is the number"},
      {{"--out", file("x"), "--format", "csv", "--to", "-1"}, "--to is the number"},
      {{"--out", file("x"), "--format", "csv", "--since", "today"}, ""},
      {{"--out", file("no/x"), "--format", "csv"}, "create a file beside"},
      {{"--out", file("x"), "--format", "tar", "--act", "package.sealed"}, "no entry fits"}};
  for (const auto& [options, why] : refused) {
    const Ended ended = run("export", folder, options);

    EXPECT_EQ(ended.status(), 3) << ended.out << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(why));
  }
  EXPECT_EQ(run("export", file("none"), {"--out", file("x"), "--format", "csv"}).status(), 3);
  EXPECT_THAT(names(), ElementsAre("trust"));
}

}  // namespace
}  // namespace rightful::app
