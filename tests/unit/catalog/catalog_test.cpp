#include "rightful/catalog/catalog.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Fails the test with the problems, if there are any.
Catalog parse_ok(std::string_view text) {
  auto catalog = Catalog::parse(text, "catalog.yaml");
  if (!catalog) {
    for (const CatalogProblem& problem : catalog.error()) {
      ADD_FAILURE() << to_string(problem);
    }
    std::abort();
  }
  return *std::move(catalog);
}

TEST(Catalog, ReadsTheExampleOfItsDocument) {
  const Catalog catalog = parse_ok(testing::documented_example());

  EXPECT_THAT(catalog.datasets(), SizeIs(5));
  EXPECT_THAT(catalog.controller().languages, ElementsAre("en", "de"));
  EXPECT_EQ(catalog.controller().authority.url, "https://www.datenschutz-berlin.de");
  EXPECT_THAT(catalog.not_personal(), SizeIs(2));
}

TEST(Catalog, ReadsTheDemoCompany) {
  std::ifstream file(RIGHTFUL_SOURCE_DIR "/demo/catalog.yaml");
  std::stringstream content;
  content << file.rdbuf();

  EXPECT_FALSE(parse_ok(content.str()).datasets().empty());
}

TEST(Catalog, KeepsFieldsInTheOrderOfTheFile) {
  const Catalog catalog = parse_ok(testing::documented_example());

  std::vector<std::string> names;
  for (const Field& field : catalog.find_dataset("voice_recording")->fields) {
    names.push_back(field.name);
  }

  EXPECT_THAT(names, ElementsAre("recording_id", "recorded_at", "room", "transcript", "path"));
}

TEST(Catalog, ReadsSourcesByKind) {
  const Catalog catalog = parse_ok(testing::kExample);

  EXPECT_EQ(catalog.find_source("shop")->kind(), "postgresql");
  EXPECT_EQ(catalog.find_source("shop")->location_env(), "SHOP_URL");
  EXPECT_EQ(std::get<FilesSettings>(catalog.find_source("voice")->settings).root, "/srv/voice");
  EXPECT_EQ(catalog.find_source("voice")->location_env(), "");
  EXPECT_EQ(catalog.find_source("shops"), nullptr);
}

TEST(Catalog, ReadsOptionsOfADatabase) {
  const Catalog catalog = parse_ok(testing::with(
      "url_env: SHOP_URL",
      "url_env: SHOP_URL, schema: Sales, rls: rightful.account_id, allow_writable_role: true"));

  const auto& settings = std::get<PostgresqlSettings>(catalog.find_source("shop")->settings);
  EXPECT_TRUE(settings.has_row_security);
  EXPECT_TRUE(settings.allows_writable_role);
  EXPECT_EQ(catalog.find_dataset("note")->table, (TableName{"Sales", "note"}));
  EXPECT_EQ(catalog.not_personal().front().table, (TableName{"Sales", "country"}));
}

TEST(Catalog, TakesDefaultsUnlessTheDatasetSaysItsOwn) {
  const Catalog catalog = parse_ok(testing::documented_example());

  const Dataset& recording = *catalog.find_dataset("voice_recording");
  const Dataset& call = *catalog.find_dataset("support_call");
  EXPECT_EQ(recording.retention.period, "P3M");
  EXPECT_EQ(recording.retention.from, "recorded_at");
  EXPECT_EQ(call.retention.criteria.in("de"), "bis das Konto geschlossen wird");
  EXPECT_EQ(call.recipients.front().name, "Cloud GmbH");
}

TEST(Catalog, ReadsSeveralOwners) {
  const Catalog catalog = parse_ok(testing::documented_example());

  const Dataset& call = *catalog.find_dataset("support_call");
  ASSERT_THAT(call.owners, SizeIs(2));
  EXPECT_EQ(call.owners[0].column, "caller_id");
  EXPECT_TRUE(call.owners[1].is_direct());
}

TEST(Catalog, ReadsThirdPartyRulesAndTheirReasons) {
  const Catalog catalog = parse_ok(testing::documented_example());

  const Dataset& call = *catalog.find_dataset("support_call");
  EXPECT_EQ(call.find_field("note")->third_party, ThirdParty::Redact);
  EXPECT_EQ(call.find_field("note")->third_party_reason.in("en"),
            "The note speaks of another person.");
  EXPECT_EQ(call.find_field("caller_id")->third_party, ThirdParty::Pseudonymise);
  EXPECT_EQ(call.find_field("recording_key")->withhold, Withhold::Security);
}

TEST(Catalog, ReadsAttachmentsAndCodes) {
  const Catalog catalog = parse_ok(testing::documented_example());

  const Dataset& recording = *catalog.find_dataset("voice_recording");
  const Field& path = *recording.find_field("path");
  ASSERT_TRUE(path.attach);
  EXPECT_EQ(path.attach->owner_prefix, "{account}/");
  EXPECT_EQ(path.attach->missing, MissingObject::Fail);
  EXPECT_EQ(recording.find_field("room")->codes.at("k").in("de"), "Küche");
}

TEST(Catalog, AllowsAnAttachmentOwnedByItsRow) {
  const Catalog catalog =
      parse_ok(testing::with("owner_prefix: \"{account}/\"", "owner: row, missing: note"));

  const Attachment& attach = *catalog.find_dataset("note")->find_field("path")->attach;
  EXPECT_EQ(attach.owner_prefix, "");
  EXPECT_EQ(attach.missing, MissingObject::Note);
}

TEST(Catalog, TakesPlainWordsWhereThereIsOneLanguage) {
  std::string text = testing::with("[en, de]", "[en]");
  text.replace(text.find("{ en: Notes, de: Notizen }"), 26, "Notes");

  EXPECT_EQ(parse_ok(text).find_dataset("note")->title.in("en"), "Notes");
}

TEST(Catalog, AnswersInALanguageOfTheController) {
  const Catalog catalog = parse_ok(testing::kExample);

  EXPECT_EQ(catalog.language_for("de"), "de");
  EXPECT_EQ(catalog.language_for("fr"), "en");
}

TEST(Catalog, NeedsASafeguardOnlyOutsideTheEea) {
  const Catalog catalog = parse_ok(testing::with(
      "recipients: []",
      "recipients: [{ name: A, country: US, role: controller, safeguard: { en: SCC, de: SVK } }]"));

  EXPECT_EQ(catalog.find_dataset("note")->recipients.front().safeguard.in("de"), "SVK");
}

TEST(Catalog, StoresFilesUnlessToldToBeCompact) {
  const auto with_package = [](std::string_view words) {
    return parse_ok(testing::with("sources:\n", "package: " + std::string(words) + "\nsources:\n"));
  };

  EXPECT_FALSE(parse_ok(testing::kExample).packaging().is_compact);
  EXPECT_FALSE(with_package("{ compact: false }").packaging().is_compact);
  EXPECT_TRUE(with_package("{ compact: true }").packaging().is_compact);
}

TEST(LocalizedText, FallsBackToEnglishThenToAny) {
  const LocalizedText both({{"en", "Name"}, {"de", "Nachname"}});
  const LocalizedText one({{"it", "Nome"}});

  EXPECT_EQ(both.in("de"), "Nachname");
  EXPECT_EQ(both.in("fr"), "Name");
  EXPECT_EQ(one.in("en"), "Nome");
  EXPECT_EQ(LocalizedText().in("en"), "");
}

TEST(Term, HasReadyWordsOrItsNameInWords) {
  EXPECT_EQ(text_of({"ServiceProvision", {}}, "de"), "Erbringung des Dienstes");
  EXPECT_EQ(text_of({"DigitalFingerprint", {}}, "en"), "Digital fingerprint");
  EXPECT_EQ(text_of({"user.contact.email", {}}, "en"), "user contact email");
  EXPECT_EQ(text_of({"ServiceProvision", LocalizedText({{"en", "To serve"}})}, "en"), "To serve");
}

}  // namespace
}  // namespace rightful::catalog
