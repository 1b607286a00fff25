#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "export/dataset_schema.hpp"
#include "export/omissions.hpp"
#include "export/summary_pages.hpp"
#include "tests/unit/export/example.hpp"

namespace rightful::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PagesTest : public ::testing::Test {
 protected:
  [[nodiscard]] PackageSummary a_summary(std::uint64_t rows,
                                         std::string_view language = "en") const {
    PackageSummary summary{
        .catalog = catalog_,
        .phrases = phrases_in(language),
        .request = RequestId::parse("11111111-2222-4333-8444-555555555555").value(),
        .created = parse_rfc3339("2026-01-02T03:04:05Z").value(),
        .catalog_version = 3,
        .snapshots =
            {{"shop", "postgresql", parse_rfc3339("2026-01-02T03:04:05Z").value(), true, false}},
        .datasets = {}};
    for (const auto& dataset : catalog_.datasets()) {
      DatasetSummary facts;
      facts.dataset = &dataset;
      summary.datasets.push_back(std::move(facts));
    }
    summary.datasets[0].rows = rows;
    if (rows > 0) {
      summary.datasets[0].redacted["caller"] = 2;
      summary.datasets[0].missing_objects = 1;
    }
    return summary;
  }

  catalog::Catalog catalog_ = testing::example_catalog();
};

TEST_F(PagesTest, OverviewListsEveryPlaceThatWasSearched) {
  const std::string page = index_page(a_summary(4));

  EXPECT_THAT(page, HasSubstr("Recordings &lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("href=\"pages/recording-0001.html\""));
  EXPECT_THAT(page, HasSubstr("href=\"data/order_line.json\""));
  EXPECT_THAT(page, HasSubstr("Musterton &lt;GmbH&gt; &amp; Co"));
  EXPECT_THAT(page,
              HasSubstr("<time dir=\"ltr\" datetime=\"2026-01-02T03:04:05.000Z\">2026-01-02 03:04 "
                        "UTC</time>"));
  EXPECT_THAT(page, HasSubstr("11111111-2222-4333-8444-555555555555"));
  EXPECT_THAT(page, Not(HasSubstr("No personal data about you were found")));
}

TEST_F(PagesTest, OverviewSaysThatNothingWasFound) {
  EXPECT_THAT(index_page(a_summary(0)), HasSubstr("No personal data about you were found"));
}

TEST_F(PagesTest, OverviewTellsWhatIsLeftOut) {
  const std::string page = index_page(a_summary(4));

  EXPECT_THAT(page, HasSubstr("removed, because it concerns other people"));
  EXPECT_THAT(page, HasSubstr("a security feature"));
  EXPECT_THAT(page, HasSubstr("files that were no longer there"));
}

TEST_F(PagesTest, OverviewSpeaksTheLanguageOfTheRequest) {
  EXPECT_THAT(index_page(a_summary(1, "de")), HasSubstr("Ihre personenbezogenen Daten"));
  EXPECT_THAT(index_page(a_summary(1, "fr")), HasSubstr("<html lang=\"fr\" dir=\"ltr\">"));
}

TEST_F(PagesTest, AboutTellsOnlyWhatConcernsThisPerson) {
  const std::string page = about_page(a_summary(1));

  EXPECT_THAT(page, HasSubstr("Recordings &lt;b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<h2>Orders</h2>")));
  EXPECT_THAT(page, HasSubstr("BlnBDI"));
  EXPECT_THAT(page, HasSubstr("dpo@example.org"));
  EXPECT_THAT(page, HasSubstr("Art. 16"));
  EXPECT_THAT(page, HasSubstr("Art. 77"));
  EXPECT_THAT(page, HasSubstr("until closed"));
}

TEST_F(PagesTest, AboutSaysPeriodsInWords) {
  PackageSummary english = a_summary(1);
  english.datasets[1].rows = 1;
  PackageSummary german = a_summary(1, "de");
  german.datasets[1].rows = 1;

  EXPECT_THAT(about_page(english), HasSubstr("1 year, 6 months, counted from Amount"));
  EXPECT_THAT(about_page(german), HasSubstr("1 Jahr, 6 Monate, gerechnet ab Betrag"));
}

TEST_F(PagesTest, DisclosureTellsTheSameToPrograms) {
  const auto document = nlohmann::json::parse(disclosure_jsonld(a_summary(1)));

  EXPECT_EQ(document.at("type"), "eu-gdpr:SARNotice");
  ASSERT_EQ(document.at("processes").size(), 1U) << "only what was found";
  const auto& process = document.at("processes")[0];
  EXPECT_EQ(process.at("purpose")[0], "dpv:ServiceProvision");
  EXPECT_EQ(process.at("personalData")[0], "pd:Name");
  EXPECT_EQ(process.at("storage").at("description"), "until closed");
  EXPECT_EQ(document.at("authority").at("name"), "BlnBDI");
  EXPECT_EQ(document.at("copy").size(), 2U);
}

TEST_F(PagesTest, OmissionsAreCountedForPrograms) {
  const auto list = nlohmann::json::parse(omissions_json(a_summary(1)));

  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].at("field"), "caller");
  EXPECT_EQ(list[0].at("rule"), "redacted");
  EXPECT_EQ(list[0].at("count"), 2);
  EXPECT_EQ(list[1].at("rule"), "security");
  EXPECT_EQ(list[2].at("rule"), "missing_file");
}

TEST_F(PagesTest, SchemaDescribesOwnerFieldsAndFiles) {
  const auto& dataset = catalog_.datasets()[0];
  const std::vector<sources::ColumnHead> columns{{&dataset.fields[0], sources::ValueKind::Instant},
                                                 {&dataset.fields[1], sources::ValueKind::Text},
                                                 {&dataset.fields[2], sources::ValueKind::Text}};

  const auto schema = nlohmann::json::parse(dataset_schema(columns, dataset, phrases_in("en")));

  const auto& properties = schema.at("items").at("properties");
  EXPECT_EQ(properties.size(), 4U);
  EXPECT_TRUE(properties.contains("@owner"));
  EXPECT_EQ(properties.at("taken_at").at("anyOf")[0].at("format"), "date-time");
  EXPECT_TRUE(properties.at("path").at("anyOf")[0].at("properties").contains("file"));
  EXPECT_EQ(schema.at("items").at("required").size(), 4U);
}

}  // namespace
}  // namespace rightful::exporting
