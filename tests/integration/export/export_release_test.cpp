// What a requester gets, and what nobody else gets.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/export/export_world.hpp"

namespace rightful::exporting {
namespace {

using nlohmann::json;
using testing::canary;
using ::testing::Contains;
using testing::ExportWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Files = std::map<std::string, std::string>;

bool any_holds(const Files& files, const std::string& needle) {
  return std::ranges::any_of(
      files, [&](const auto& file) { return file.second.find(needle) != std::string::npos; });
}

TEST(ExportRelease, TwoLookAlikesGetTheirOwnAndNothingElse) {
  ExportWorld world;
  world.standard_company({"anna", "Anna"});
  for (const char* account : {"anna", "Anna"})
    world.add_account(account);
  const auto small = world.ask("anna");
  const auto large = world.ask("Anna");

  ASSERT_TRUE(world.work());

  ASSERT_EQ(world.state(small), "ready") << world.cause(small);
  ASSERT_EQ(world.state(large), "ready") << world.cause(large);
  const Files own = world.unpack(small, "anna");
  const Files other = world.unpack(large, "Anna");
  ASSERT_FALSE(own.empty());
  ASSERT_FALSE(other.empty());
  EXPECT_TRUE(any_holds(own, canary("anna")));
  EXPECT_FALSE(any_holds(own, canary("Anna")));
  EXPECT_TRUE(any_holds(other, canary("Anna")));
  EXPECT_FALSE(any_holds(other, canary("anna")));
  EXPECT_EQ(world.code_for(small, "Anna"), std::nullopt) << "the envelope opens for nobody else";
  EXPECT_EQ(world.count("package"), 2);
  EXPECT_THAT(world.stored_files(), SizeIs(2));
  EXPECT_THAT(world.work_files(), IsEmpty());
}

class ReleasedPackage : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new ExportWorld();
    world_->standard_company({"anna", "bert"});
    world_->add_account("anna");
    request_ = world_->ask("anna");
    ASSERT_TRUE(world_->work());
    ASSERT_EQ(world_->state(*request_), "ready") << world_->cause(*request_);
    files_ = world_->unpack(*request_, "anna");
  }

  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  static const std::string& file(const std::string& name) {
    static const std::string kNone;
    const auto found = files_.find(name);
    EXPECT_NE(found, files_.end()) << name;
    return found == files_.end() ? kNone : found->second;
  }

  static ExportWorld* world_;
  static std::optional<RequestId> request_;
  static Files files_;
};

ExportWorld* ReleasedPackage::world_ = nullptr;
std::optional<RequestId> ReleasedPackage::request_;
Files ReleasedPackage::files_;

TEST_F(ReleasedPackage, HoldsWhatItShould) {
  for (const char* name : {"index.html",
                           "style.css",
                           "about/index.html",
                           "about/disclosure.jsonld",
                           "about/omissions.json",
                           "about/ledger-checkpoint.txt",
                           "data/recording.json",
                           "data/recording.schema.json",
                           "data/note.json",
                           "data/empty_thing.json",
                           "pages/recording-0001.html",
                           "pages/note-0003.html",
                           "pages/empty_thing-0001.html",
                           "media/recording/000001.wav",
                           "manifest.json",
                           "MANIFEST.sha256",
                           "manifest.sig"}) {
    EXPECT_TRUE(files_.contains(name)) << name;
  }
}

TEST_F(ReleasedPackage, CarriesTheCheckpointForWhoeverAudits) {
  EXPECT_EQ(file("about/ledger-checkpoint.txt"), testing::kTestCheckpoint);
  EXPECT_EQ(json::parse(file("manifest.json")).at("checkpoint"), testing::kTestCheckpoint);
}

TEST_F(ReleasedPackage, HasExactTypedRecords) {
  const auto notes = json::parse(file("data/note.json"));

  ASSERT_EQ(notes.size(), 1200U);
  EXPECT_EQ(notes[0].at("@owner"), "anna");
  EXPECT_EQ(notes[0].at("id"), 10001);
  EXPECT_EQ(notes[0].at("price"), "1234567890.10");
  EXPECT_EQ(notes[0].at("active"), false);
  EXPECT_EQ(notes[0].at("extra"), json::parse(R"({"a":[1,null]})"));
  EXPECT_EQ(notes[0].at("seen"), "2024-01-01T00:00:00Z");
  EXPECT_EQ(notes[0].at("other"), json::parse(R"({"@redacted":true})"));
  EXPECT_FALSE(notes[0].contains("secret"));
  EXPECT_THAT(notes[0].at("body").get<std::string>(), HasSubstr("<script>alert(1)</script> \"q\""));
}

TEST_F(ReleasedPackage, CarriesTheSoundThatARecordNames) {
  const auto recordings = json::parse(file("data/recording.json"));

  ASSERT_EQ(recordings.size(), 1U);
  EXPECT_EQ(recordings[0].at("path").at("value"), "anna/voice-1.wav");
  EXPECT_EQ(recordings[0].at("path").at("file"), "media/recording/000001.wav");
  std::ifstream original(world_->voice_folder / "anna/voice-1.wav", std::ios::binary);
  std::stringstream content;
  content << original.rdbuf();
  EXPECT_EQ(file("media/recording/000001.wav"), content.str());
  EXPECT_THAT(
      file("pages/recording-0001.html"),
      HasSubstr("<audio controls preload=none aria-label=\"File 1\" src=\"../media/recording/"));
}

TEST_F(ReleasedPackage, HasPagesWithoutScriptOrNetwork) {
  for (const auto& [name, content] : files_) {
    if (!name.ends_with(".html")) continue;
    EXPECT_EQ(content.find("<script"), std::string::npos) << name;
    EXPECT_EQ(content.find("://"), std::string::npos) << name;
    EXPECT_NE(content.find("<html lang=\"en\" dir=\"ltr\">"), std::string::npos) << name;
    EXPECT_NE(content.find("<h1>"), std::string::npos) << name;
  }
  EXPECT_THAT(file("pages/note-0001.html"), HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(file("pages/note-0002.html"), HasSubstr("note-0003.html"));
}

TEST_F(ReleasedPackage, SaysWhatIsLeftOutAndWhy) {
  const auto omissions = json::parse(file("about/omissions.json"));

  ASSERT_EQ(omissions.size(), 2U);
  EXPECT_EQ(omissions[0].at("field"), "other");
  EXPECT_EQ(omissions[0].at("count"), 1200);
  EXPECT_EQ(omissions[1].at("field"), "secret");
  EXPECT_FALSE(any_holds(files_, "hush"));
  EXPECT_FALSE(any_holds(files_, "Othername"));
}

TEST_F(ReleasedPackage, SaysThatAnEmptyPlaceWasSearched) {
  EXPECT_EQ(json::parse(file("data/empty_thing.json")), json::array());
  EXPECT_THAT(file("pages/empty_thing-0001.html"), HasSubstr("no records of yours"));
  EXPECT_THAT(file("index.html"), HasSubstr("empty_thing-0001.html"));
}

TEST_F(ReleasedPackage, IsVerifiedByStandardTools) {
  const auto folder = world_->folder / ("opened-" + request_->to_string()) / "files";
  SubprocessSpec spec;
  spec.program = "/usr/bin/sha256sum";
  spec.arguments = {"--check", "--strict", "MANIFEST.sha256"};
  spec.directory = folder;
  const auto run = run_captured(std::move(spec));

  EXPECT_TRUE(run.status.is_success()) << run.output;
}

TEST_F(ReleasedPackage, ShowsNothingPersonalWithoutTheCode) {
  std::ifstream stored(world_->package_path(*request_), std::ios::binary);
  std::stringstream content;
  content << stored.rdbuf();

  EXPECT_THAT(content.str(), Not(HasSubstr(canary("anna"))));
  EXPECT_THAT(content.str(), Not(HasSubstr("anna")));
  EXPECT_THAT(content.str(), HasSubstr("READ-ME.html"));
}

TEST_F(ReleasedPackage, IsInTheLedgerStepByStep) {
  const auto acts = world_->acts();
  std::vector<std::string> export_acts;
  std::ranges::copy_if(acts, std::back_inserter(export_acts), [](const auto& act) {
    return act != "catalog.activated";
  });

  EXPECT_EQ(export_acts,
            (std::vector<std::string>{"job.claimed",
                                      "dataset.collected",
                                      "dataset.collected",
                                      "dataset.redacted",
                                      "dataset.collected",
                                      "job.collected",
                                      "package.sealed",
                                      "package.verified",
                                      "package.released"}));
}

TEST_F(ReleasedPackage, LeavesNoTraceOfThePersonInTheLedger) {
  for (const auto& event : world_->recorder().events()) {
    EXPECT_EQ(event.fields().find("anna"), std::string::npos) << event.act();
    EXPECT_EQ(event.fields().find("1200"), std::string::npos) << event.act();
  }
}

TEST_F(ReleasedPackage, IsOnRecordWithCountsAndDigests) {
  EXPECT_EQ(world_->count("package WHERE rows = 1201 AND objects = 1"), 1);
  EXPECT_EQ(world_->count("job_attempt WHERE outcome = 'released' AND death = 'exit 0'"), 1);
  EXPECT_EQ(world_->count("access_request WHERE state = 'ready' AND catalog_version = 1"), 1);
}

TEST(ExportRelease, AnAccountWithoutDataGetsAPackageThatSaysSo) {
  ExportWorld world;
  world.standard_company({"bert"});
  world.add_account("nobody");
  const auto request = world.ask("nobody");

  ASSERT_TRUE(world.work());

  ASSERT_EQ(world.state(request), "ready") << world.cause(request);
  const Files files = world.unpack(request, "nobody");
  EXPECT_THAT(files.at("index.html"), HasSubstr("No personal data about you were found"));
  EXPECT_FALSE(any_holds(files, canary("bert")));
}

/// What 7-Zip lists of the inner ZIP that ExportWorld::unpack() left: path → one of its facts.
std::map<std::string, std::string> listed(const std::filesystem::path& zip, std::string_view fact) {
  SubprocessSpec spec;
  spec.program = "/usr/bin/7zz";
  spec.arguments = {"l", "-slt", zip.string()};
  std::istringstream lines(run_captured(std::move(spec)).output);
  std::map<std::string, std::string> facts;
  std::string path;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Path = ")) path = line.substr(7);
    if (line.starts_with(std::string(fact) + " = ")) facts[path] = line.substr(fact.size() + 3);
  }
  return facts;
}

/// Does not shrink: a fixed xorshift sequence.
std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = 0x9E3779B97F4A7C15U;
  for (char& byte : bytes) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    byte = static_cast<char>(state >> 56U);
  }
  return bytes;
}

TEST(ExportRelease, ACompactPackageDeflatesRecordingsToo) {
  constexpr std::size_t kNoiseBytes = 3U << 20U;
  ExportWorld world;
  world.standard_company({"anna"});
  const std::map<std::string, std::string> recordings = {
      {"anna/voice-1.wav", "RIFF" + std::string(2U << 20U, 'v')},
      {"anna/voice-2.mp3", noise(kNoiseBytes)},
      {"anna/voice-3.wav", ""}};
  for (const auto& [path, content] : recordings)
    world.put_recording(path, content);
  world.company(
      "INSERT INTO recording VALUES (2, 'anna', now(), 'anna/voice-2.mp3'), "
      "(3, 'anna', now(), 'anna/voice-3.wav')");
  world.activate_compact_catalog();
  world.add_account("anna");
  const auto request = world.ask("anna");

  ASSERT_TRUE(world.work());

  ASSERT_EQ(world.state(request), "ready") << world.cause(request);
  const Files files = world.unpack(request, "anna");
  std::vector<std::string> found;
  for (const auto& [name, content] : files) {
    if (!name.starts_with("media/")) continue;
    found.push_back(name);
    EXPECT_TRUE(
        std::ranges::any_of(recordings, [&](const auto& one) { return one.second == content; }))
        << name << " is not what was recorded";
  }
  EXPECT_THAT(found, SizeIs(3));
  const auto zip = world.folder / ("opened-" + request.to_string()) / "export.zip";
  const auto methods = listed(zip, "Method");
  const auto packed = listed(zip, "Packed Size");
  for (const auto& name : found) {
    EXPECT_EQ(methods.at(name), "Deflate") << name;
    const auto size = files.at(name).size();
    // Into stored blocks goes what does not shrink: docs/catalog.md says less than 0.1 %.
    EXPECT_LE(std::stoul(packed.at(name)), size + size / 1000 + 5) << name;
    if (size == 4 + (2U << 20U)) EXPECT_LT(std::stoul(packed.at(name)), size / 50);
  }
  for (const auto depth : {archive::VerifyDepth::Structure, archive::VerifyDepth::Full}) {
    const auto report = world.verify(request, "anna", depth);
    ASSERT_TRUE(report.has_value()) << report.error().detail;
    EXPECT_EQ(report->objects, 3U);
  }
}

TEST_F(ReleasedPackage, StoresRecordingsUnlessTheCatalogSaysCompact) {
  const auto methods =
      listed(world_->folder / ("opened-" + request_->to_string()) / "export.zip", "Method");

  EXPECT_EQ(methods.at("media/recording/000001.wav"), "Store");
  EXPECT_EQ(methods.at("data/note.json"), "Deflate");
}

TEST(ExportRelease, MemoryDoesNotGrowWithTheData) {
  ExportWorld world;
  world.standard_company({"anna"});
  world.company(
      "INSERT INTO note SELECT 1000000 + i, 'anna', repeat('x', 150) || i, 1.10, true, NULL, "
      "now(), 'o', 's' "
      "FROM generate_series(1, 150000) i");
  world.put_recording("anna/voice-1.wav", "RIFF" + std::string(64U << 20U, 'v'));
  world.add_account("anna");
  const auto request = world.ask("anna");

  ASSERT_TRUE(world.work());

  ASSERT_EQ(world.state(request), "ready") << world.cause(request);
  EXPECT_EQ(world.count("package WHERE rows = 151201 AND objects = 1"), 1);
#ifndef RIGHTFUL_SANITIZED
  EXPECT_EQ(world.count("job_attempt WHERE peak_memory_kib > 64 * 1024"), 0)
      << world.text("SELECT max(peak_memory_kib) FROM job_attempt") << " KiB";
#endif
}

TEST(ExportRelease, ASharedRecordDoesNotNameTheOtherPerson) {
  ExportWorld world;
  world.company(
      "CREATE TABLE call (id int PRIMARY KEY, caller text, callee text);"
      "INSERT INTO call VALUES (1, 'anna', 'bert'), (2, 'carl', 'bert')");
  world.activate_catalog(R"(version: 1
controller: { name: M, address: B, timezone: Europe/Berlin, authority: { name: A, address: B }, languages: [en] }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
defaults: { purposes: [ServiceProvision], categories: [Name], recipients: [], retention: { criteria: x }, origin: x }
datasets:
  - name: call
    source: shop
    table: call
    owner: [caller, callee]
    title: Calls
    fields:
      id: { title: Number }
      caller: { title: Caller, third_party: pseudonymise }
      callee: { title: Callee, third_party: pseudonymise }
)");
  world.add_account("anna");
  const auto request = world.ask("anna");

  ASSERT_TRUE(world.work());

  ASSERT_EQ(world.state(request), "ready") << world.cause(request);
  const Files files = world.unpack(request, "anna");
  EXPECT_FALSE(any_holds(files, "bert"));
  const auto calls = json::parse(files.at("data/call.json"));
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].at("@owner").size(), 2U);
}

TEST(ExportRelease, AMissingFileIsAFindingWhereTheCatalogAllowsIt) {
  ExportWorld world;
  world.company(
      "CREATE TABLE recording (id int PRIMARY KEY, account_id text, path text);"
      "INSERT INTO recording VALUES (1, 'anna', 'anna/gone.wav'), (2, 'anna', 'anna/here.wav')");
  world.put_recording("anna/here.wav", "RIFF");
  world.activate_catalog(R"(version: 1
controller: { name: M, address: B, timezone: Europe/Berlin, authority: { name: A, address: B }, languages: [en] }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  voice: { kind: files, root_env: VOICE_ROOT }
defaults: { purposes: [ServiceProvision], categories: [Name], recipients: [], retention: { criteria: x }, origin: x }
datasets:
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: Recordings
    fields:
      id: { title: Number }
      path: { title: File, attach: { source: voice, owner_prefix: "{account}/", missing: note } }
)");
  world.add_account("anna");
  const auto request = world.ask("anna");

  ASSERT_TRUE(world.work());

  ASSERT_EQ(world.state(request), "ready") << world.cause(request);
  const Files files = world.unpack(request, "anna");
  const auto recordings = json::parse(files.at("data/recording.json"));
  EXPECT_TRUE(recordings[0].at("path").at("file").is_null());
  EXPECT_EQ(recordings[1].at("path").at("file"), "media/recording/000001.wav");
  EXPECT_THAT(files.at("pages/recording-0001.html"), HasSubstr("no longer there"));
  EXPECT_EQ(json::parse(files.at("about/omissions.json"))[0].at("rule"), "missing_file");
}

}  // namespace
}  // namespace rightful::exporting
