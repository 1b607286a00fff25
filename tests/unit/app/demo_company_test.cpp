#include "app/demo_company.hpp"

#include <sstream>

#include <gmock/gmock.h>

#include "app/demo_files.hpp"
#include "app/demo_hostile.hpp"
#include "app/demo_people.hpp"
#include "app/service.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::content_of;
using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::Not;

/// As many recordings as the Debian packages have, a few bytes each.
class DemoCompanyTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    sounds_ = new TemporaryFolder();
    for (int i = 0; i < 2255; ++i) {
      sounds_->write("en_US_f_Allison/digits/w-" + std::to_string(i) + ".wav",
                     "RIFF" + std::to_string(i));
    }
  }

  static void TearDownTestSuite() { delete sounds_; }

  static DemoCompany make(const TemporaryFolder& folder, DemoScale scale, std::uint64_t seed = 1) {
    return make_demo_company(folder.path(),
                             {.sounds = sounds_->path(), .seed = seed, .scale = scale})
        .value();
  }

  static const TemporaryFolder* sounds_;
};

const TemporaryFolder* DemoCompanyTest::sounds_ = nullptr;

TEST_F(DemoCompanyTest, GivesEachPersonTheirShare) {
  const TemporaryFolder folder;

  const DemoCompany company = make(folder, DemoScale::Full);

  const DemoHoldings& schmidt = company.holdings.find("C-10204417")->second;
  const DemoHoldings& schmitt = company.holdings.find("C-10204471")->second;
  EXPECT_EQ(schmidt.recordings, 1700U);
  EXPECT_EQ(schmitt.recordings, 0U);
  EXPECT_FALSE(schmitt.rows.contains("device"));
  EXPECT_FALSE(schmitt.rows.contains("voice_recording"));
  EXPECT_GT(schmitt.rows.find("support_call")->second, 0U);
  EXPECT_EQ(company.holdings.find(kNobodyAccount)->second.total_rows, 0U);
  EXPECT_GE(company.rows, 100'000U);
}

TEST_F(DemoCompanyTest, CountsWhatItWrites) {
  const TemporaryFolder folder;

  const DemoCompany company = make(folder, DemoScale::Small);

  std::uint64_t lines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "load")) {
    const std::string text = content_of(entry.path());
    lines += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  }
  EXPECT_EQ(company.rows, lines);
  std::uint64_t files = 0;
  for (const char* tree : {"voice", "doorbell"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / tree)) {
      files += entry.is_regular_file() ? 1 : 0;
    }
  }
  EXPECT_EQ(company.files, files);
}

TEST_F(DemoCompanyTest, MakesTheSameCompanyForTheSameSeed) {
  const TemporaryFolder one;
  const TemporaryFolder two;
  const TemporaryFolder other;
  make(one, DemoScale::Small, 1);
  make(two, DemoScale::Small, 1);
  make(other, DemoScale::Small, 2);

  EXPECT_EQ(content_of(one.path() / "load/search.tsv"), content_of(two.path() / "load/search.tsv"));
  EXPECT_NE(content_of(one.path() / "load/search.tsv"),
            content_of(other.path() / "load/search.tsv"));
}

TEST_F(DemoCompanyTest, MarksEveryRowWithItsOwnersMark) {
  const TemporaryFolder folder;
  make(folder, DemoScale::Small);
  for (const char* table : {"account",
                            "device",
                            "voice_recording",
                            "search",
                            "music_command",
                            "transit_question",
                            "wallet"}) {
    std::istringstream lines(content_of(folder.path() / "load" / (std::string(table) + ".tsv")));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find("C-1020");
      ASSERT_NE(at, std::string::npos) << table;
      EXPECT_TRUE(line.ends_with(demo_mark(line.substr(at, 10)))) << table;
    }
  }
}

TEST_F(DemoCompanyTest, SaysNothingAboutNobody) {
  const TemporaryFolder folder;
  make(folder, DemoScale::Small);

  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "load")) {
    EXPECT_THAT(content_of(entry.path()), Not(HasSubstr(std::string(kNobodyAccount))));
  }
}

TEST_F(DemoCompanyTest, HoldsHostileAndVeryLongText) {
  const TemporaryFolder folder;
  make(folder, DemoScale::Small);
  const std::string purchases = content_of(folder.path() / "load/purchase.tsv");

  EXPECT_GT(purchases.size(), 2'000'000U);
  EXPECT_THAT(content_of(folder.path() / "load/account.tsv"), HasSubstr("DROP TABLE account;--"));
  EXPECT_THAT(content_of(folder.path() / "load/account.tsv"), HasSubstr("Back\\\\slash\\nNewline"));
}

TEST_F(DemoCompanyTest, NamesThePackagesWhenTheRecordingsAreMissing) {
  const TemporaryFolder folder;
  const TemporaryFolder empty;

  const auto refused = make_demo_company(folder.path(), {.sounds = empty.path()});

  ASSERT_THAT(refused, IsError(ErrorCode::NotFound));
  EXPECT_THAT(refused.error().detail, HasSubstr("asterisk-core-sounds-en-wav"));
}

TEST_F(DemoCompanyTest, RefusesTooFewRecordings) {
  const TemporaryFolder folder;
  const TemporaryFolder few;
  few.write("en_US_f_Allison/one.wav", "RIFF");

  EXPECT_THAT(make_demo_company(folder.path(), {.sounds = few.path()}),
              IsError(ErrorCode::Conflict));
}

TEST(DemoCatalog, IsWithoutAMistake) {
  const auto loaded = parse_catalog(std::string(kDemoCatalogYaml), "demo/catalog.yaml");

  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->catalog.datasets().size(), 12U);
}

TEST(DemoHostile, PutsTheMarkIntoTheMiddleOfALongText) {
  const std::string text = long_text(1000, "MARK");

  EXPECT_EQ(text.size(), 1000U);
  EXPECT_THAT(text, HasSubstr("MARK"));
}

}  // namespace
}  // namespace rightful::app
