#include "rightful/archive/verify_package.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/archive/canary.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"
#include "tests/unit/archive/refusal_matcher.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using testing::account;
using testing::build;
using testing::Built;
using testing::MemoryReadAt;
using testing::Recipe;
using testing::RecipeEntry;
using testing::record_of;
using testing::Refuses;
using testing::verify;

TEST(VerifyPackage, AcceptsATruePackage) {
  for (const VerifyDepth depth : {VerifyDepth::Structure, VerifyDepth::Full}) {
    const Built built = build(Recipe::small());

    const auto report = verify(built, depth);

    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->entries, 5U);
    EXPECT_EQ(report->records, 2U);
    EXPECT_EQ(report->objects, 1U);
    EXPECT_EQ(report->size, built.bytes.size());
    EXPECT_EQ(report->manifest_digest, *built.expectation.manifest_digest);
  }
}

TEST(VerifyPackage, AcceptsAPackageWithoutEntries) {
  EXPECT_THAT(verify(build(Recipe{})), IsOk());
}

TEST(VerifyPackage, AcceptsEntriesOfEverySize) {
  for (const std::size_t size :
       {0UL, 1UL, 65'536UL, 300'000UL, 1UL << 20U, (1UL << 20U) + 1, 3'000'000UL}) {
    for (const Compression compression : {Compression::Store, Compression::Deflate}) {
      Recipe recipe = Recipe::small();
      recipe.entries[0].content = std::string(size, 'p');
      recipe.entries[3].content = std::string(size, 'm');
      recipe.entries[3].compression = compression;
      EXPECT_THAT(verify(build(recipe)), IsOk()) << size;
      EXPECT_THAT(verify(build(recipe), VerifyDepth::Structure), IsOk()) << size;
    }
  }
}

TEST(VerifyPackage, AcceptsAnAccountWithUnusualCharacters) {
  Recipe recipe;
  recipe.writer = account("Zoë \"\\ 😀/..");

  Built built = build(recipe);

  EXPECT_THAT(verify(built), IsOk());
}

TEST(VerifyPackage, RefusesAWrongPassphrase) {
  const Built built = build(Recipe::small());
  const auto other = crypto::Passphrase::parse("ZZZZ-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ");
  ASSERT_THAT(other, IsOk());
  const MemoryReadAt stored(built.bytes);

  EXPECT_THAT(verify_package(stored, *other, built.expectation, VerifyDepth::Full),
              Refuses(ErrorCode::NotAuthentic, "passphrase"));
}

TEST(VerifyPackage, RefusesAnotherPersonsPackage) {
  Built built = build(Recipe::small());
  built.expectation.account = account("A-2");

  EXPECT_THAT(verify(built), Refuses(ErrorCode::Conflict, "manifest"));
}

TEST(VerifyPackage, RefusesAnotherRequestsPackage) {
  Built built = build(Recipe::small());
  built.expectation.request = testing::request_id(8);

  EXPECT_THAT(verify(built), Refuses(ErrorCode::Conflict, "envelope"));
}

TEST(VerifyPackage, RefusesAnotherServicesPackage) {
  Built built = build(Recipe::small());
  testing::CountingRandom random(77);
  built.expectation.service_key = crypto::SigningKey::generate(random).public_key();

  EXPECT_THAT(verify(built), Refuses(ErrorCode::Conflict, "envelope"));
}

TEST(VerifyPackage, ComparesWhatIsExpected) {
  const Built built = build(Recipe::small());
  const crypto::Sha256Digest other = crypto::Sha256Digest::from(std::array<std::byte, 32>{});

  Built changed = built;
  changed.expectation.content_sha256 = other;
  EXPECT_THAT(verify(changed), Refuses(ErrorCode::NotAuthentic, "content"));
  changed = built;
  changed.expectation.manifest_digest = other;
  EXPECT_THAT(verify(changed), Refuses(ErrorCode::Conflict, "manifest"));
  changed = built;
  changed.expectation.envelope_json = "{}";
  EXPECT_THAT(verify(changed), Refuses(ErrorCode::Conflict, "envelope"));
  changed = built;
  changed.expectation.size = built.bytes.size() + 1;
  EXPECT_THAT(verify(changed), Refuses(ErrorCode::Conflict, "outer"));
}

TEST(VerifyPackage, NeedsNoMoreThanAccountRequestAndKey) {
  Built built = build(Recipe::small());
  built.expectation.content_sha256.reset();
  built.expectation.manifest_digest.reset();
  built.expectation.envelope_json.reset();
  built.expectation.size.reset();

  EXPECT_THAT(verify(built), IsOk());
}

TEST(VerifyPackage, RefusesASignatureForSomethingElse) {
  Recipe recipe = Recipe::small();
  recipe.has_valid_signature = false;

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::NotAuthentic, "signature"));
}

TEST(VerifyPackage, RefusesOneForeignRecordAmongMany) {
  Recipe recipe = Recipe::small();
  std::string records = "[";
  for (int i = 0; i < 20'000; ++i) {
    records += record_of(i == 13'579 ? "A-2" : "A-1", "note " + std::to_string(i)) + ",";
  }
  records.back() = ']';
  recipe.entries[1].content = records;
  recipe.entries[1].records = 20'000;
  recipe.datasets[0].rows = 20'000;

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Denied, "owner"));
  EXPECT_THAT(verify(build(recipe), VerifyDepth::Structure), Refuses(ErrorCode::Denied, "owner"));
}

TEST(VerifyPackage, RefusesARecordWithoutOwner) {
  Recipe recipe = Recipe::small();
  recipe.entries[1].content = "[" + record_of("A-1", "one") + R"(,{"note":"two"}])";

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Denied, "owner"));
}

TEST(VerifyPackage, RefusesDataThatIsNotJson) {
  Recipe recipe = Recipe::small();
  recipe.entries[1].content = "[" + record_of("A-1", "one") + ",";

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::InvalidArgument, "records"));
}

TEST(VerifyPackage, RefusesAnotherNumberOfRecords) {
  Recipe recipe = Recipe::small();
  recipe.entries[1].records = 3;
  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "records"));

  recipe = Recipe::small();
  recipe.datasets[0].rows = 1;
  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "records"));

  recipe = Recipe::small();
  recipe.datasets[1].objects = 2;
  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "records"));
}

TEST(VerifyPackage, RefusesAnUnlistedDataset) {
  Recipe recipe = Recipe::small();
  recipe.datasets.erase(recipe.datasets.begin());

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "entry"));
}

TEST(VerifyPackage, RefusesContentThatTheManifestDoesNotMean) {
  for (const std::size_t which : {0U, 1U, 2U, 3U, 4U}) {
    Recipe recipe = Recipe::small();
    RecipeEntry& entry = recipe.entries[which];
    entry.listed_content = entry.content;
    entry.listed_content->back() ^= 1;
    EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "entry")) << which;
    entry.listed_content = entry.content + "x";
    EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "entry")) << which;
  }
}

TEST(VerifyPackage, RefusesSwappedEntries) {
  Recipe recipe = Recipe::small();
  recipe.entries.push_back({.name = "media/voice/000002.wav",
                            .content = "RIFF,,,,WAVE",
                            .compression = Compression::Store,
                            .dataset = "voice"});
  recipe.datasets[1].objects = 2;
  ASSERT_THAT(verify(build(recipe)), IsOk());
  recipe.entries[3].listed_name = recipe.entries[5].name;
  recipe.entries[5].listed_name = recipe.entries[3].name;

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "entry"));

  recipe.entries[3].listed_name.reset();
  recipe.entries[5].listed_name.reset();
  recipe.entries[3].listed_content = recipe.entries[5].content;
  recipe.entries[5].listed_content = recipe.entries[3].content;

  EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "entry"));
}

TEST(VerifyPackage, RefusesAForeignCanaryInEveryKindOfEntry) {
  const std::string foreign = canary_token(account("A-2"));
  for (const std::size_t which : {0U, 1U, 2U, 3U, 4U}) {
    Recipe recipe = Recipe::small();
    RecipeEntry& entry = recipe.entries[which];
    entry.content = which == 1 ? "[" + record_of("A-1", foreign) + "," + record_of("A-1", "") + "]"
                               : std::string(262'130, ' ') + foreign;
    EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Denied, "canary")) << which;
  }
}

// Contents are hashed and searched beside the walk: whichever thread is faster, the answer is that
// of the first entry that is wrong.
TEST(VerifyPackage, NamesTheFirstFaultOfSeveral) {
  for (int round = 0; round < 20; ++round) {
    Recipe recipe = Recipe::small();
    recipe.entries[1].content = "[" + record_of("A-2", "") + "," + record_of("A-1", "") + "]";
    EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Denied, "owner"));

    recipe.entries[0].content = std::string(400'000, ' ') + canary_token(account("A-2"));
    EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Denied, "canary"));

    recipe.entries[0].content = "one";
    recipe.entries[0].listed_content = "two";
    EXPECT_THAT(verify(build(recipe)), Refuses(ErrorCode::Conflict, "entry"));
  }
}

TEST(VerifyPackage, AcceptsTheAccountsOwnCanary) {
  Recipe recipe = Recipe::small();
  recipe.entries[0].content += canary_token(account("A-1"));

  EXPECT_THAT(verify(build(recipe)), IsOk());
}

TEST(VerifyPackage, StructureTakesTheBytesOfMediaOnTrustOfTheHmac) {
  Recipe recipe = Recipe::small();
  recipe.entries[3].content = canary_token(account("A-2"));

  EXPECT_THAT(verify(build(recipe), VerifyDepth::Structure), IsOk());
}

// --- A manifest written by hand, so that the reader is not tested against the writer alone. ---

constexpr std::string_view kHash =
    "bf16e5ad0bbe55e2ae3dab7f5d8a3ee3a28ba7c5ab6ae1ea6f8d5bf8a1ae5d2d";

std::string listing(const std::string& name, const std::string& content, const std::string& more) {
  return R"({"name":")" + name + R"(","size":)" + std::to_string(content.size()) +
         R"(,"sha256":")" + to_hex(crypto::sha256(as_bytes(content)).bytes()) + R"(",)" + more +
         "}";
}

std::string manifest_around(const std::string& entries, const std::string& datasets) {
  return R"({"format":"rightful/v1/manifest","request":"00000000-0000-0000-0000-000000000007",)"
         R"("account":"A-1","created":"2026-03-14T15:09:26.000Z","catalog":{"version":"7","sha256":")" +
         std::string(kHash) + R"("},"checkpoint":"-","random":"AAAA","snapshots":[],"datasets":[)" +
         datasets + R"(],"entries":[)" + entries + "]}";
}

const std::string kDataset =
    R"({"name":"d","title":"D","source":"s","rows":0,"objects":1,"reason_if_empty":"","missing":[],"redactions":[]})";

testing::HandWritten hand_written() {
  testing::HandWritten content;
  content.entries = {{.name = "index.html", .content = "hello"},
                     {.name = "media/1", .content = "m", .compression = Compression::Store}};
  content.manifest =
      manifest_around(listing("index.html", "hello", R"("kind":"page")") + "," +
                          listing("media/1", "m", R"("kind":"media","dataset":"d","owner":"A-1")"),
                      kDataset);
  return content;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(VerifyByHand, AcceptsATrueManifest) {
  EXPECT_THAT(verify(build_by_hand(hand_written())), IsOk());
}

TEST(VerifyByHand, RefusesAnEntryOutsideTheManifest) {
  testing::HandWritten content = hand_written();
  content.entries.push_back({.name = "extra.html", .content = "x"});

  EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::Conflict, "entry"));
}

TEST(VerifyByHand, RefusesAListedEntryThatIsAbsent) {
  testing::HandWritten content = hand_written();
  content.entries.pop_back();

  EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::Conflict, "entry"));
}

TEST(VerifyByHand, RefusesMediaOfSomebodyElse) {
  testing::HandWritten content = hand_written();
  content.manifest = replaced(content.manifest, R"("owner":"A-1")", R"("owner":"A-2")");

  EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::Denied, "owner"));
}

TEST(VerifyByHand, RefusesAnotherMANIFESTsha256) {
  testing::HandWritten content = hand_written();
  content.sums = testing::sums_of(content.entries, content.manifest) + "\n";

  EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::Conflict, "manifest"));
}

/// As the published log of the Go project's example looks, with another name.
constexpr std::string_view kNote =
    "audit.example.test/dsar/dev\\n257\\nBFyPel487w1cmMT0o0fN8L2+7lfqV6m353eMhyvQ1DA=\\n\\n"
    "\xE2\x80\x94 audit.example.test/dsar/dev AAAAAA==\\n";

std::string unescaped(std::string text) {
  for (std::size_t at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at))
    text.replace(at, 2, "\n");
  return text;
}

/// The manifest says `in_manifest`, the file holds `in_file`; empty: there is no file.
testing::HandWritten with_checkpoint(std::string_view in_manifest, const std::string& in_file) {
  testing::HandWritten content = hand_written();
  if (!in_file.empty()) {
    content.entries.insert(content.entries.begin(),
                           {.name = "about/ledger-checkpoint.txt", .content = in_file});
    content.manifest =
        replaced(content.manifest,
                 R"("entries":[)",
                 R"("entries":[)" +
                     listing("about/ledger-checkpoint.txt", in_file, R"("kind":"about")") + ",");
  }
  content.manifest = replaced(content.manifest,
                              R"("checkpoint":"-")",
                              R"("checkpoint":")" + std::string(in_manifest) + '"');
  return content;
}

TEST(VerifyByHand, TakesACheckpointWithItsFile) {
  EXPECT_THAT(verify(build_by_hand(with_checkpoint(kNote, unescaped(std::string(kNote))))), IsOk());
}

TEST(VerifyByHand, RefusesACheckpointThatIsNotItsFile) {
  const std::string note = unescaped(std::string(kNote));
  EXPECT_THAT(verify(build_by_hand(with_checkpoint(kNote, note + "\n"))),
              Refuses(ErrorCode::Conflict, "entry"));
  EXPECT_THAT(verify(build_by_hand(with_checkpoint("-", note))),
              Refuses(ErrorCode::Conflict, "entry"));
  EXPECT_THAT(verify(build_by_hand(with_checkpoint("-", "-"))),
              Refuses(ErrorCode::Conflict, "manifest"));
  EXPECT_THAT(verify(build_by_hand(with_checkpoint(kNote, ""))),
              Refuses(ErrorCode::Conflict, "manifest"));
}

TEST(VerifyByHand, RefusesACheckpointOfAnotherShape) {
  const std::string note(kNote);
  for (const std::string& other : {std::string(),
                                   std::string("c"),
                                   note + note,
                                   note.substr(0, note.size() - 2),
                                   replaced(note, "audit", "Audit"),
                                   replaced(note, "257", "0257"),
                                   replaced(note, "257", "-1"),
                                   replaced(note, "257", ""),
                                   replaced(note, "BFyP", "BFy"),
                                   replaced(note, "DA=", "DAA"),
                                   replaced(note, "\\n\\n", "\\n"),
                                   replaced(note, "\\n\\n", "\\nmore\\n\\n"),
                                   replaced(note, "\xE2\x80\x94", "-"),
                                   replaced(note, " AAAAAA==", ""),
                                   replaced(note, "AAAAAA==", "A?")}) {
    EXPECT_THAT(verify(build_by_hand(with_checkpoint(other, ""))),
                Refuses(ErrorCode::InvalidArgument, "manifest"))
        << other;
  }
}

TEST(VerifyByHand, RefusesAManifestOfAnotherShape) {
  const std::string manifest = hand_written().manifest;
  const std::vector<std::string> others = {
      "",
      "{}",
      "[]",
      manifest + "{}",
      manifest.substr(0, manifest.size() - 1),
      replaced(manifest, "rightful/v1/manifest", "rightful/v2/manifest"),
      replaced(manifest, R"("checkpoint":"-",)", ""),
      replaced(manifest, R"("checkpoint":"-",)", R"("checkpoint":"-","new":1,)"),
      replaced(manifest, R"("checkpoint":"-")", R"("checkpoint":null)"),
      replaced(manifest, R"("rows":0)", R"("rows":-1)"),
      replaced(manifest, R"("rows":0)", R"("rows":0.0)"),
      replaced(manifest, R"("rows":0)", R"("rows":99999999999999999999)"),
      replaced(manifest, kDataset, kDataset + "," + kDataset),
      replaced(manifest, R"("kind":"page")", R"("kind":"page","more":1)"),
      replaced(manifest, R"(,"kind":"page")", "")};
  for (const std::string& other : others) {
    testing::HandWritten content = hand_written();
    content.manifest = other;
    EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::InvalidArgument, "manifest"))
        << other;
  }
}

TEST(VerifyByHand, RefusesAListingThatSaysTooMuchOrTooLittle) {
  for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
           {R"("kind":"page")", R"("kind":"media")"},
           {R"("kind":"page")", R"("kind":"page","records":1)"},
           {R"("kind":"page")", R"("kind":"page","owner":"A-1")"},
           {R"(,"owner":"A-1")", ""},
           {R"("dataset":"d",)", ""},
           {R"("dataset":"d")", R"("dataset":"e")"},
           {R"("size":5)", R"("size":6)"},
           {R"("name":"index.html")", R"("name":"Index.html")"}}) {
    testing::HandWritten content = hand_written();
    content.manifest = replaced(content.manifest, what, by);
    EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::Conflict, "entry")) << what;
  }
}

TEST(VerifyByHand, RefusesATextWithoutEnd) {
  testing::HandWritten content = hand_written();
  content.manifest = replaced(content.manifest,
                              R"("checkpoint":"-")",
                              R"("checkpoint":")" + std::string(20'000, 'c') + '"');

  EXPECT_THAT(verify(build_by_hand(content)), Refuses(ErrorCode::LimitExceeded, "manifest"));
}

TEST(ReadEnvelope, GivesTheTextWithoutPassphrase) {
  const Built built = build(Recipe::small());

  EXPECT_EQ(read_envelope(MemoryReadAt(built.bytes)).value(), *built.expectation.envelope_json);
  EXPECT_THAT(read_envelope(MemoryReadAt(Bytes(100))),
              Refuses(ErrorCode::InvalidArgument, "outer"));
}

}  // namespace
}  // namespace rightful::archive
