#include <sstream>

#include <gmock/gmock.h>

#include "tests/unit/app/ended.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> words_of(std::string_view name) {
  std::istringstream stream{std::string(name)};
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

TEST(Program, ShowsTheOverviewAndFailsWithoutACommand) {
  const Ended result = run({});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("rightful demo"));
}

TEST(Program, PrintsItsVersion) {
  const Ended result = run({"--version"});

  EXPECT_EQ(result.code, ExitCode::Ok);
  EXPECT_THAT(result.out, ::testing::MatchesRegex("rightful [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Program, RefusesAnUnknownCommand) {
  const Ended result = run({"exprot"});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.err, HasSubstr("there is no command `exprot`"));
}

TEST(Program, ListsTheCommandsOfAGroup) {
  const Ended asked = run({"admin", "--help"});
  const Ended cut_short = run({"admin"});

  EXPECT_EQ(asked.code, ExitCode::Ok);
  EXPECT_THAT(asked.out, HasSubstr("admin account add"));
  EXPECT_EQ(cut_short.code, ExitCode::Usage);
  EXPECT_THAT(cut_short.err, HasSubstr("`admin` needs one of the words above"));
}

TEST(Program, RefusesAnUnknownCommandOfAGroupAndListsWhatItHas) {
  const Ended result = run({"admin", "ledger", "stat", "--data-dir", "x"});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.err, HasSubstr("there is no command `admin ledger stat`"));
  EXPECT_THAT(result.err, HasSubstr("admin ledger status"));
  EXPECT_THAT(result.err, ::testing::Not(HasSubstr("admin staff add")));
}

TEST(Program, ExplainsEveryCommand) {
  for (const Command& command : all_commands()) {
    std::vector<std::string> words = words_of(command.spec.name);
    words.emplace_back("--help");

    const Ended result = run(words);

    EXPECT_EQ(result.code, ExitCode::Ok) << command.spec.name;
    EXPECT_THAT(result.out, HasSubstr(command.spec.purpose.substr(0, 30)));
    EXPECT_THAT(result.out, HasSubstr("EXIT CODES"));
  }
}

TEST(Program, HidesTheExportChild) {
  EXPECT_THAT(run({"--help"}).out, Not(HasSubstr("export-child")));
}

TEST(Program, RefusesACredentialOnTheCommandLine) {
  for (const char* name : {"enrol", "request", "status", "download", "unlock"}) {
    const Ended result = run({name, "--credential", "hunter2"});

    EXPECT_EQ(result.code, ExitCode::Usage) << name;
    EXPECT_THAT(result.err, Not(HasSubstr("hunter2"))) << name;
  }
}

TEST(Program, SaysWhichSettingIsWrong) {
  const Ended wrong_value = run({"serve", "--workers", "many"});
  const Ended wrong_name = run({"serve"}, {"RIGHTFUL_WORKRES=2"});

  EXPECT_EQ(wrong_value.code, ExitCode::Usage);
  EXPECT_THAT(wrong_value.err, HasSubstr("`workers` must be a whole number"));
  EXPECT_EQ(wrong_name.code, ExitCode::Usage);
  EXPECT_THAT(wrong_name.err, HasSubstr("RIGHTFUL_WORKRES"));
}

TEST(Program, RefusesToServeWithoutACatalog) {
  const Ended result = run({"serve", "--data-dir", "/nonexistent/rightful"});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.err, HasSubstr("--catalog"));
}

TEST(Program, RefusesPlainHttpToAnotherMachine) {
  const Ended result = run({"status", "--server", "http://example.org", "--account", "a"});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.err, HasSubstr("https://"));
}

struct WrongLine {
  std::vector<std::string> words;
  std::string_view says;
};

/// Nothing was done, says exit code 2: not one of these comes as far as a file or a server.
class WrongLines : public ::testing::TestWithParam<WrongLine> {};

TEST_P(WrongLines, EndWithTwoAndSayWhy) {
  const Ended result = run(GetParam().words);

  EXPECT_EQ(result.code, ExitCode::Usage) << result.err;
  EXPECT_THAT(result.err, HasSubstr(std::string(GetParam().says)));
  EXPECT_THAT(result.out, IsEmpty());
}

const std::string kSomeCatalog = "/nonexistent/catalog.yaml";

INSTANTIATE_TEST_SUITE_P(
    Settings,
    WrongLines,
    ::testing::Values(
        WrongLine{{"serve", "--catalog", kSomeCatalog, "--listen", "localhost"}, "address:port"},
        WrongLine{{"serve", "--catalog", kSomeCatalog, "--listen", "0.0.0.0:80"}, "plain HTTP"},
        WrongLine{{"serve", "--catalog", kSomeCatalog, "--tls-key", "/k"}, "both or neither"},
        WrongLine{{"serve", "--catalog", kSomeCatalog, "--database", "mydb"}, "neither `embedded`"},
        WrongLine{{"work", "--database", "postgresql://[a/"}, "neither `embedded`"},
        WrongLine{{"work", "--workers", "0"}, "at least 1"},
        WrongLine{{"migrate", "--database", "here"}, "postgresql://user@host/database"},
        WrongLine{{"admin", "keys", "init", "--database", "here"}, "neither `embedded`"},
        WrongLine{{"admin", "account", "add", "a", "--language", "EN"}, "two small letters"},
        WrongLine{{"admin", "account", "add", std::string(200, 'x')}, "ACCOUNT"},
        WrongLine{{"admin", "request", "retry", "7"}, "REQUEST is an id"}));

INSTANTIATE_TEST_SUITE_P(
    Customers,
    WrongLines,
    ::testing::Values(
        WrongLine{{"status", "--server", "example.org"}, "must look like https://"},
        WrongLine{{"request", "--service-key", "zz"}, "--service-key is malformed"},
        WrongLine{{"enrol", "--account", ""}, "--account"},
        WrongLine{{"enrol", "--language", "italian"}, "two small letters"},
        WrongLine{{"download", "7"}, "REQUEST is an id"},
        WrongLine{{"unlock", "x.zip", "--service-key", "zz"}, "--service-key is malformed"},
        WrongLine{{"unlock", "x.zip", "--into", "a", "--output", "b"}, "--into and --output"},
        WrongLine{{"unlock", "x.zip", "--into", "a", "--reveal-code"}, "--reveal-code and --into"},
        WrongLine{{"unlock", "x.zip", "--code-file", "a", "--recovery-code"}, "exclude each other"},
        WrongLine{{"demo", "--scale", "huge"}, "one of full|small"}));

TEST(Program, DoesNotRepeatADatabaseUrl) {
  const Ended result = run({"migrate", "--database", "postgresql://me:hunter2@[/"});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.err, Not(HasSubstr("hunter2")));
}

TEST(Program, SaysOnceHowToMakeKeys) {
  const rightful::testing::TemporaryFolder folder;

  const Ended result = run({"migrate", "--data-dir", folder.path().string()});

  EXPECT_EQ(result.code, ExitCode::Failed);
  const auto first = result.err.find("rightful admin keys init");
  ASSERT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("rightful admin keys init", first + 1), std::string::npos)
      << result.err;
}

TEST(Program, RefusesAFileThatIsNoPackage) {
  const Ended result = run({"unlock", "/etc/hostname", "--account", "a"});

  EXPECT_EQ(result.code, ExitCode::Failed);
  EXPECT_THAT(result.err, HasSubstr("is not a package"));
}

TEST(Program, ShowsEveryMistakeOfACatalogWithItsPlace) {
  const rightful::testing::TemporaryFolder folder;
  const auto file = folder.write("catalog.yaml", "version: 1\nsurces: {}\ndatsets: []\n");

  const Ended result = run({"catalog", "check", file.string()});

  EXPECT_EQ(result.code, ExitCode::Failed);
  EXPECT_THAT(result.err, HasSubstr("catalog.yaml:2:1"));
  EXPECT_THAT(result.err, HasSubstr("catalog.yaml:3:1"));
}

TEST(Program, RefusesAnUnknownScaleOfTheDemo) {
  EXPECT_EQ(run({"demo", "--scale", "huge"}).code, ExitCode::Usage);
  EXPECT_EQ(run({"demo", "--seed", "-1"}).code, ExitCode::Usage);
}

TEST(Program, RefusesForeignPartsInTheDemo) {
  const Ended result = run({"demo", "--database", "postgresql:///production"});

  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_THAT(result.err, HasSubstr("`rightful serve` takes yours"));
}

}  // namespace
}  // namespace rightful::app
