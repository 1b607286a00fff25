#include "export/dataset_collector.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "export/export_stopped.hpp"
#include "tests/support/collected_folder.hpp"

namespace rightful::exporting {
namespace {

using sources::ValueKind;
using ::testing::HasSubstr;
using testing::MadeDataset;
using testing::MadeRecord;
using ::testing::Not;

constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
package: { csv: true }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  voice: { kind: files, root: /srv/voice }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until closed }
  origin: the subject
datasets:
  - name: recording
    source: shop
    table: recording
    owner: account_id
    title: Recordings
    fields:
      taken_at: { title: When }
      path: { title: File, attach: { source: voice, owner_prefix: "{account}/", missing: note } }
      second: { title: Copy, attach: { source: voice, owner_prefix: "{account}/" } }
      caller: { title: Caller, third_party: { rule: redact, reason: weighed } }
  - name: thing
    source: shop
    table: thing
    owner: account_id
    title: Things
    fields:
      a: { title: Field a }
      b: { title: Field b }
      c: { title: Field c }
      d: { title: Field d }
      e: { title: Field e }
      f: { title: Field f }
      g: { title: Field g }
)";

class DatasetCollectorTest : public ::testing::Test {
 protected:
  DatasetCollectorTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rightful-collect-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }

  ~DatasetCollectorTest() override { std::filesystem::remove_all(folder_); }

  std::map<std::string, std::string> collect(
      const std::vector<MadeDataset>& datasets,
      const testing::MadeObject& object = [](const std::string&) { return "sound"; }) {
    const auto catalog = catalog::Catalog::parse(kCatalog, "catalog");
    EXPECT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
    testing::collect_folder(*catalog, "en", datasets, object, folder_);
    return testing::files_in(folder_);
  }

  static MadeDataset things(std::uint64_t rows, const std::string& text) {
    return {
        .name = "thing",
        .kinds = std::vector(7, ValueKind::Text),
        .rows = rows,
        .record = [=](std::uint64_t number) {
          MadeRecord record{.values = std::vector(7, testing::MadeValue{ValueKind::Text, text})};
          record.values[0].text = std::to_string(number);
          return record;
        }};
  }

  std::filesystem::path folder_;
};

TEST_F(DatasetCollectorTest, PutsEachObjectWhereItsRecordNamesIt) {
  const MadeDataset recordings{
      .name = "recording",
      .kinds = {ValueKind::Instant, ValueKind::Text, ValueKind::Text, ValueKind::Text},
      .rows = 2,
      .record = [](std::uint64_t number) {
        return MadeRecord{
            .values = {{ValueKind::Instant, "2024-02-29T12:00:00Z"},
                       {ValueKind::Text, number == 1 ? "acc-1/gone.wav" : "acc-1/a.wav"},
                       {ValueKind::Text, "acc-1/b.jpg"},
                       {ValueKind::Redacted, ""}}};
      }};

  const auto files = collect({recordings}, [](const std::string& reference) {
    return reference == "acc-1/gone.wav" ? std::optional<std::string>() : "bytes of " + reference;
  });

  const auto data = nlohmann::json::parse(files.at("data/recording.json"));
  EXPECT_EQ(data[0].at("path"), nlohmann::json({{"value", "acc-1/gone.wav"}, {"file", nullptr}}));
  EXPECT_EQ(data[0].at("second").at("file"), "media/recording/000001.jpg");
  EXPECT_EQ(data[1].at("path").at("file"), "media/recording/000002.wav");
  EXPECT_EQ(data[1].at("second").at("file"), "media/recording/000003.jpg");
  EXPECT_EQ(files.at("media/recording/000002.wav"), "bytes of acc-1/a.wav");
  EXPECT_EQ(files.at("data/recording.csv"),
            "\xEF\xBB\xBF\"'@owner\",taken_at,path,path (file),second,second (file),caller\r\n"
            "acc-1,2024-02-29T12:00:00Z,acc-1/gone.wav,,acc-1/b.jpg,media/recording/"
            "000001.jpg,[redacted]\r\n"
            "acc-1,2024-02-29T12:00:00Z,acc-1/a.wav,media/recording/000002.wav,acc-1/b.jpg,media/"
            "recording/000003.jpg,[redacted]\r\n");
  const std::string& page = files.at("pages/recording-0001.html");
  EXPECT_THAT(page, HasSubstr("acc-1/gone.wav <i>This file was no longer there"));
  EXPECT_THAT(page,
              HasSubstr("acc-1/a.wav <audio controls preload=none aria-label=\"File 2\" "
                        "src=\"../media/recording/000002.wav\">"));
  EXPECT_THAT(
      page,
      HasSubstr(
          "acc-1/b.jpg <img loading=lazy alt=\"Copy 2\" src=\"../media/recording/000003.jpg\">"));
}

// Pages are made beside the reading, in batches; a long record is not copied for that.
TEST_F(DatasetCollectorTest, PutsEveryRecordOnThePagesInItsOrder) {
  constexpr std::uint64_t kRows = 3'000;
  MadeDataset things{
      .name = "thing",
      .kinds = std::vector(7, ValueKind::Text),
      .rows = kRows,
      .record = [](std::uint64_t number) {
        const std::string text =
            std::to_string(number) + "-th;" + std::string(number % 97 == 0 ? 70'000 : 50, 't');
        return MadeRecord{.values = std::vector(7, testing::MadeValue{ValueKind::Text, text})};
      }};

  const auto files = collect({things});

  std::string pages;
  for (const auto& [name, content] : files) {
    const bool holds_records = name.starts_with("pages/thing-0");
    if (holds_records) pages += content;
  }
  std::size_t at = 0;
  for (std::uint64_t number = 1; number <= kRows; ++number) {
    at = pages.find("<h2>Record " + std::to_string(number) + "</h2>", at);
    ASSERT_NE(at, std::string::npos) << number;
    for (int column = 0; column < 7; ++column) {
      at = pages.find(">" + std::to_string(number) + "-th;t", at);
      ASSERT_NE(at, std::string::npos) << number;
    }
  }
  EXPECT_EQ(pages.find("<h2>Record ", at), std::string::npos);
}

TEST_F(DatasetCollectorTest, PutsObjectsOnThePagesOfManyRecords) {
  constexpr std::uint64_t kRows = 4'000;
  const MadeDataset recordings{
      .name = "recording",
      .kinds = {ValueKind::Instant, ValueKind::Text, ValueKind::Text, ValueKind::Text},
      .rows = kRows,
      .record = [](std::uint64_t number) {
        return MadeRecord{.values = {{ValueKind::Instant, "2024-02-29T12:00:00Z"},
                                     {ValueKind::Text, fmt::format("acc-1/{}.wav", number)},
                                     {ValueKind::Null, ""},
                                     {ValueKind::Text, std::string(number % 7, 'x')}}};
      }};

  const auto files = collect({recordings});

  std::string pages;
  for (const auto& [name, content] : files) {
    const bool holds_records = name.starts_with("pages/recording-0");
    if (holds_records) pages += content;
  }
  std::size_t at = 0;
  for (std::uint64_t number = 1; number <= kRows; ++number) {
    at =
        pages.find(fmt::format("acc-1/{0}.wav <audio controls preload=none aria-label=\"File {0}\" "
                               "src=\"../media/recording/{0:06}.wav\">",
                               number),
                   at);
    ASSERT_NE(at, std::string::npos) << number;
  }
}

TEST_F(DatasetCollectorTest, SaysOnThePageWhereOthersAreMasked) {
  const MadeDataset recordings{
      .name = "recording",
      .kinds = {ValueKind::Instant, ValueKind::Text, ValueKind::Text, ValueKind::Text},
      .rows = 501,
      .record = [](std::uint64_t number) {
        return MadeRecord{.values = {{ValueKind::Null, ""},
                                     {ValueKind::Null, ""},
                                     {ValueKind::Null, ""},
                                     {number == 501 ? ValueKind::Redacted : ValueKind::Null, ""}}};
      }};

  const auto files = collect({recordings});

  EXPECT_THAT(files.at("pages/recording-0001.html"), Not(HasSubstr("Other people in these data")));
  EXPECT_THAT(files.at("pages/recording-0002.html"), HasSubstr("Other people in these data"));
  EXPECT_THAT(files.at("pages/recording-0002.html"),
              HasSubstr("<li>Caller: removed, because it concerns other people: weighed</li>"));
}

TEST_F(DatasetCollectorTest, DividesRecordsIntoPagesThatFindEachOther) {
  const auto files = collect({things(1001, "x")});

  EXPECT_THAT(files.at("pages/thing-0001.html"), HasSubstr("Record 500</h2>"));
  EXPECT_THAT(files.at("pages/thing-0001.html"), Not(HasSubstr("Record 501</h2>")));
  EXPECT_THAT(files.at("pages/thing-0002.html"),
              HasSubstr("href=\"thing-0001.html\">Previous page"));
  EXPECT_THAT(files.at("pages/thing-0002.html"), HasSubstr("href=\"thing-0003.html\">Next page"));
  EXPECT_THAT(files.at("pages/thing-0002.html"), HasSubstr("Page 2 of 3"));
  EXPECT_THAT(files.at("pages/thing-0003.html"), HasSubstr("Record 1001</h2>"));
  EXPECT_THAT(files.at("pages/thing-0003.html"), Not(HasSubstr("Next page")));
  EXPECT_FALSE(files.contains("pages/thing-0004.html"));
}

TEST_F(DatasetCollectorTest, TellsWhatStandsOnWhichPage) {
  const auto files = collect({things(1001, "x")});

  const std::string& find = files.at("pages/thing-find.html");
  EXPECT_THAT(find, HasSubstr("href=\"thing-all.html\""));
  EXPECT_THAT(find, HasSubstr("Field a: from"));
  EXPECT_THAT(find, HasSubstr("Page 2</a><td>501 – 1,000<td dir=auto>501<td dir=auto>1000"));
  const std::string& all = files.at("pages/thing-all.html");
  EXPECT_THAT(all, HasSubstr("Record 1</h2>"));
  EXPECT_THAT(all, HasSubstr("Record 1001</h2>"));
  EXPECT_THAT(files.at("pages/thing-0001.html"), HasSubstr("href=\"thing-find.html\""));
}

TEST_F(DatasetCollectorTest, EndsAPageOfLongTextsSooner) {
  const auto files = collect({things(20, std::string(40'000, 'x'))});

  EXPECT_TRUE(files.contains("pages/thing-0004.html"));
  EXPECT_LT(files.at("pages/thing-0001.html").size(), 2U << 20U);
}

TEST_F(DatasetCollectorTest, MakesNoPageThatABrowserCouldNotShow) {
  const auto files = collect({things(20'001, "x")});

  EXPECT_FALSE(files.contains("pages/thing-all.html"));
  EXPECT_THAT(files.at("pages/thing-find.html"), HasSubstr("too many for one page"));
  EXPECT_THAT(files.at("pages/thing-find.html"), HasSubstr("href=\"../data/thing.csv\""));
}

TEST_F(DatasetCollectorTest, MakesOnePageForADatasetWithoutRecords) {
  const auto files = collect({});

  EXPECT_EQ(files.at("data/thing.json"), "[]\n");
  EXPECT_THAT(files.at("pages/thing-0001.html"), HasSubstr("There are no records of yours here."));
  EXPECT_FALSE(files.contains("pages/thing-find.html"));
}

TEST_F(DatasetCollectorTest, GivesTextsOfOtherWritingTheirDirection) {
  const auto files = collect({things(1, "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D")});

  EXPECT_THAT(files.at("pages/thing-0001.html"),
              HasSubstr("<dt>Field b<dd dir=auto>\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D"));
  EXPECT_THAT(files.at("pages/thing-0001.html"), HasSubstr("<dt>Field a<dd>1"));
}

TEST_F(DatasetCollectorTest, DoesNotNameOtherOwners) {
  MadeDataset shared = things(1, "x");
  shared.record = [make = shared.record](std::uint64_t number) {
    MadeRecord record = make(number);
    record.owners = {"acc-2-of-somebody", "acc-1"};
    return record;
  };

  const auto files = collect({shared});

  for (const auto& [name, content] : files)
    EXPECT_THAT(content, Not(HasSubstr("acc-2"))) << name;
  EXPECT_THAT(files.at("data/thing.csv"), HasSubstr("\"another person; acc-1\",1,x"));
}

TEST_F(DatasetCollectorTest, StopsAtAnObjectThatMustNotBeMissing) {
  const MadeDataset recordings{
      .name = "recording", .kinds = {}, .rows = 1, .record = [](std::uint64_t) {
        return MadeRecord{.values = {{}, {}, {ValueKind::Text, "acc-1/gone.wav"}, {}}};
      }};

  EXPECT_THROW(
      collect({recordings}, [](const std::string&) { return std::optional<std::string>(); }),
      ExportStopped);
}

}  // namespace
}  // namespace rightful::exporting
