// What leaves a verified log: lines, tables, archives that verify again, and never a changed log.

#include "rightful/ledger/log_export.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include <gmock/gmock.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/entry_verifier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_archive.hpp"

#include "ledger/ustar.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/published_log.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;

class MemorySink final : public EvidenceSink {
 public:
  void write(ByteView bytes) override { content += as_text(bytes); }

  std::string content;
};

class Collected final : public FindingSink {
 public:
  void found(const Finding& finding) override { findings.push_back(finding); }

  std::vector<Finding> findings;
};

class Exporting : public ::testing::Test {
 protected:
  Exporting() {
    log_.fill(600);
    const Staff officer{StaffRef::from_bytes(std::array<std::byte, 16>{})};
    log_.append({officer,
                 events::LogRedacted{.from = log_.writer.id(),
                                     .idx = 40,
                                     .leaf = leaf_hash(log_.bodies[40]),
                                     .n = 39,
                                     .second = StaffRef::from_bytes(std::array<std::byte, 16>{}),
                                     .why = "accident"}});
    log_.publish();
    log_.erase_body(40);
    verdict_ = log_.verify().verdict;
  }

  [[nodiscard]] Result<Exported> take(const ExportRequest& request) {
    auto directory = LogDirectory::open(log_.folder.path()).value();
    sink_.content.clear();
    return export_log(directory, verdict_, request, sink_);
  }

  [[nodiscard]] LogArchive archive() const {
    files_.write("log.tar", sink_.content);
    return LogArchive::open(files_.path() / "log.tar").value();
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::istringstream in(sink_.content);
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    return lines;
  }

  PublishedLog log_;
  Verdict verdict_;
  MemorySink sink_;
  LogFolder files_;
};

TEST_F(Exporting, LinesOfEveryEntry) {
  const auto exported = take({.format = EvidenceFormat::JsonLines});

  ASSERT_THAT(exported, IsOk());
  EXPECT_EQ(exported->entries, log_.size());
  EXPECT_EQ(exported->left_out, 0U);
  const auto all = lines();
  ASSERT_EQ(all.size(), log_.size());
  for (std::size_t index = 0; index < all.size(); ++index) {
    const std::string expected = format_evidence_line(
        index, leaf_hash(log_.bodies[index]), index == 40 ? ByteView() : log_.bodies[index]);
    EXPECT_EQ(all[index] + "\n", expected);
  }
}

TEST_F(Exporting, FiltersChoose) {
  const auto exported = take({.filter = {.from = 30, .to = 50, .act = "log.heartbeat"}});

  ASSERT_THAT(exported, IsOk());
  EXPECT_EQ(exported->entries, 2U);
  EXPECT_EQ(exported->left_out, 1U);  // the erased one may have been a heartbeat
  EXPECT_EQ(nlohmann::json::parse(lines()[0]).at("idx"), 37);
}

TEST_F(Exporting, ATableHasAHeaderAndARowEach) {
  const auto exported = take({.format = EvidenceFormat::Csv, .filter = {.from = 39, .to = 42}});

  ASSERT_THAT(exported, IsOk());
  const auto all = lines();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0] + "\n", csv_header());
  EXPECT_THAT(all[2], ::testing::StartsWith("40,,,,"));
}

TEST_F(Exporting, AnArchiveOfTheWholeLogVerifiesAlike) {
  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .tool = "test"}), IsOk());
  LogArchive tar = archive();

  const Verified result = PublishedLog::verify(log_.request(), tar);

  EXPECT_EQ(result.text(), log_.verify().text());
  EXPECT_EQ(result.verdict.severity, Severity::Report);
  EXPECT_EQ(result.verdict.entries, log_.size());
  EXPECT_FALSE(tar.is_selection());
}

TEST_F(Exporting, AnArchiveIsTheSameEachTimeAndSorted) {
  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .tool = "test"}), IsOk());
  const std::string first = sink_.content;
  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .tool = "test"}), IsOk());
  EXPECT_EQ(sink_.content, first);

  files_.write("log.tar", first);
  const std::string list = "tar -tf " + (files_.path() / "log.tar").string();
  std::vector<std::string> names;
  FILE* const pipe = ::popen(list.c_str(), "r");
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr)
    names.emplace_back(line.data(), std::string_view(line.data()).size() - 1);
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_THAT(names,
              ElementsAre("checkpoint",
                          "manifest.json",
                          "tile/0/000",
                          "tile/0/001",
                          "tile/0/002.p/91",
                          "tile/1/000.p/2",
                          "tile/entries/000",
                          "tile/entries/001",
                          "tile/entries/002.p/91"));
}

TEST_F(Exporting, SavedCheckpointsGoAlong) {
  for (const std::uint64_t size : {9U, 10U, 100U}) {
    log_.folder.write("checkpoints/" + std::to_string(size), "note " + std::to_string(size));
  }

  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .tool = "test"}), IsOk());

  LogArchive tar = archive();
  EXPECT_THAT(tar.saved_checkpoints().value(), ElementsAre(9, 10, 100));
  EXPECT_EQ(as_text(tar.read(LogPath::saved_checkpoint(100)).value()), "note 100");
}

TEST_F(Exporting, APartialTileIsCutFromTheFullOne) {
  // 603 entries were signed; meanwhile there are more, and of some tiles only the full ones.
  const Bytes level_one = read_file(log_.folder.path() / "tile/1/000.p/2", 64).value();
  log_.fill(700);
  log_.publish();
  log_.erase_body(40);
  log_.folder.write("tile/1/000.p/2", as_text(level_one));

  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .tool = "test"}), IsOk());

  LogArchive tar = archive();
  EXPECT_EQ(tar.read(LogPath::hash_tile(0, 2, 91)).value().size(), 91U * 32);
}

TEST_F(Exporting, SelectedEntriesCarryTheirProofs) {
  const auto exported =
      take({.format = EvidenceFormat::Archive, .filter = {.act = "log.heartbeat"}, .tool = "test"});
  ASSERT_THAT(exported, IsOk());
  EXPECT_EQ(exported->entries, 60U);
  LogArchive tar = archive();
  ASSERT_TRUE(tar.is_selection());
  EXPECT_EQ(tar.selected().size(), 60U);

  Collected sink;
  const Verdict verdict = verify_selection(tar, log_.request(), sink);

  EXPECT_EQ(verdict.severity, Severity::Report);
  EXPECT_EQ(verdict.entries, 60U);
  EXPECT_TRUE(sink.findings.empty());
  EXPECT_EQ(tar.read_leaf(7).value(), log_.bodies[7]);
}

TEST_F(Exporting, ASelectionThatWasChangedIsFound) {
  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .filter = {.from = 5, .to = 7}}), IsOk());
  const std::size_t nonce = sink_.content.find("\"nonce\":\"") + 9;
  sink_.content[nonce] = sink_.content[nonce] == 'A' ? 'B' : 'A';
  LogArchive tar = archive();

  Collected sink;
  const Verdict verdict = verify_selection(tar, log_.request(), sink);

  EXPECT_EQ(verdict.severity, Severity::Proven);
  ASSERT_EQ(sink.findings.size(), 1U);
  EXPECT_EQ(sink.findings[0].kind, FindingKind::LeafHash);
  EXPECT_EQ(sink.findings[0].at, 5U);
}

TEST_F(Exporting, ASelectionUnderAnotherCheckpointOfThatSizeIsAFork) {
  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .filter = {.from = 5, .to = 7}}), IsOk());
  Checkpoint other = verdict_.checkpoint->checkpoint;
  other.head.root = empty_root();
  const std::string note(as_text(verdict_.note));
  const std::string forked = log_.note_of(other);
  ASSERT_EQ(forked.size(), note.size());
  sink_.content.replace(sink_.content.find(note), note.size(), forked);  // the member `checkpoint`
  LogArchive tar = archive();

  Collected sink;
  const Verdict verdict = verify_selection(tar, log_.request(), sink);

  EXPECT_EQ(verdict.severity, Severity::Proven);
  ASSERT_EQ(sink.findings.size(), 1U);
  EXPECT_EQ(sink.findings[0].kind, FindingKind::Fork);
  EXPECT_EQ(sink.findings[0].at, log_.size());
}

TEST_F(Exporting, APartOfASelectionMayBeMissing) {
  ASSERT_THAT(take({.format = EvidenceFormat::Archive, .filter = {.from = 5, .to = 7}}), IsOk());
  // The header of leaf 6 becomes that of an entry without a proof.
  const auto rename = [this](const std::string& from, const std::string& to, std::size_t size) {
    const auto header = format_ustar_header(to, size);
    sink_.content.replace(sink_.content.find(from), kUstarBlockBytes, as_text(header));
  };
  rename("leaf/6.json", "leaf/8.json", log_.bodies[6].size());
  LogArchive tar = archive();

  Collected sink;
  const Verdict verdict = verify_selection(tar, log_.request(), sink);

  EXPECT_EQ(verdict.severity, Severity::NotEnough);
  ASSERT_EQ(sink.findings.size(), 2U);
  EXPECT_EQ(sink.findings[0].kind, FindingKind::BodyMissing);
  EXPECT_EQ(sink.findings[0].at, 6U);
  EXPECT_EQ(sink.findings[1].kind, FindingKind::TileMissing);
  EXPECT_EQ(sink.findings[1].at, 8U);
}

TEST_F(Exporting, ASelectionOfNothingIsNone) {
  EXPECT_THAT(take({.format = EvidenceFormat::Archive, .filter = {.act = "package.sealed"}}),
              IsError(ErrorCode::NotFound));
}

TEST_F(Exporting, ALogThatChangedMeanwhileIsRefused) {
  Bytes other = log_.bodies[9];
  std::swap(log_.bodies[9], log_.bodies[19]);
  auto bodies = log_.bodies;
  bodies[40].clear();
  log_.publish_bodies(bodies);

  for (const auto format : {EvidenceFormat::JsonLines, EvidenceFormat::Csv}) {
    EXPECT_THAT(take({.format = format}), IsError(ErrorCode::Conflict));
  }
  EXPECT_THAT(take({.format = EvidenceFormat::Archive, .filter = {.from = 1}}),
              IsError(ErrorCode::Conflict));
  log_.publish();  // another log as a whole
  EXPECT_THAT(take({.format = EvidenceFormat::JsonLines}), IsError(ErrorCode::Conflict));
}

}  // namespace
}  // namespace rightful::ledger::testing
