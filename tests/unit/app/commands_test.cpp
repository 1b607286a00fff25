#include <sstream>

#include <gmock/gmock.h>

#include "app/command.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Ended {
  ExitCode code;
  std::string out;
  std::string err;
};

Ended run(const std::vector<std::string>& words, const std::vector<std::string>& environment = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code =
      run_program(words, environment, {.out = out, .err = err, .is_err_terminal = false});
  return {code, out.str(), err.str()};
}

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

  EXPECT_EQ(result.code, ExitCode::Failed);
  EXPECT_THAT(result.err, HasSubstr("--catalog"));
}

TEST(Program, RefusesPlainHttpToAnotherMachine) {
  const Ended result = run({"status", "--server", "http://example.org", "--account", "a"});

  EXPECT_EQ(result.code, ExitCode::Failed);
  EXPECT_THAT(result.err, HasSubstr("https://"));
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
