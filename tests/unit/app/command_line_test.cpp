#include "app/command_line.hpp"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::app {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

CommandSpec a_command() {
  return {.name = "fetch",
          .summary = "Fetch a thing.",
          .purpose = "Fetches one thing from far away.",
          .arguments = {{"THING", "What to fetch.", true}, {"PLACE", "Where to put it.", false}},
          .options = {{"--from", "URL", "Where it is."},
                      {"--quick", "", "Do not look twice."},
                      {"--not", "THING", "What to leave there.", Repeats::Yes}},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful fetch tea", "Fetches tea."}},
          .exit_codes = "4 Nobody answers."};
}

Result<ParsedCommand> parse(const std::vector<std::string>& words) {
  return parse_command(a_command(), words);
}

TEST(CommandLine, ReadsOptionsInBothForms) {
  const auto parsed = parse({"--from", "a", "tea", "--quick"});
  const auto joined = parse({"--from=b=c", "tea"});

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->value("--from"), "a");
  EXPECT_TRUE(parsed->has("--quick"));
  EXPECT_EQ(parsed->argument(0), "tea");
  EXPECT_EQ(parsed->argument(1), std::nullopt);
  ASSERT_THAT(joined, IsOk());
  EXPECT_EQ(joined->value("--from"), "b=c");
}

TEST(CommandLine, KeepsEveryValueOfAnOptionThatRepeats) {
  const auto parsed = parse({"--not", "milk", "tea", "--not=sugar", "--not", "milk"});
  const auto without = parse({"tea"});

  ASSERT_THAT(parsed, IsOk());
  EXPECT_THAT(parsed->values("--not"), ElementsAre("milk", "sugar", "milk"));
  ASSERT_THAT(without, IsOk());
  EXPECT_THAT(without->values("--not"), ::testing::IsEmpty());
}

TEST(CommandLine, TakesEverythingAsArgumentAfterTwoHyphens) {
  const auto parsed = parse({"--", "--from"});

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->argument(0), "--from");
}

TEST(CommandLine, KeepsSettingsInTheirOrder) {
  const auto parsed = parse({"tea", "--child-memory-mib", "256", "--listen=127.0.0.1:0"});

  ASSERT_THAT(parsed, IsOk());
  EXPECT_THAT(parsed->settings(),
              ElementsAre(Pair("child.memory_mib", "256"), Pair("listen", "127.0.0.1:0")));
}

TEST(CommandLine, RefusesWhatTheTableDoesNotHold) {
  EXPECT_THAT(parse({"tea", "--slow"}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse({"tea", "--quick=yes"}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse({"tea", "--from"}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse({"tea", "--from", "a", "--from", "b"}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse({}), IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse({"tea", "cup", "spoon"}), IsError(ErrorCode::InvalidArgument));
}

TEST(CommandLine, RefusesSettingsWhereTheCommandHasNone) {
  CommandSpec spec = a_command();
  spec.settings = TakesSettings::No;
  const std::vector<std::string> words = {"tea", "--listen", "127.0.0.1:0"};

  EXPECT_THAT(parse_command(spec, words), IsError(ErrorCode::InvalidArgument));
}

TEST(CommandLine, NamesTheWrongOptionAndNeverAValue) {
  const auto refused = parse({"tea", "--credential=hunter2"});

  ASSERT_THAT(refused, IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(refused.error().detail, HasSubstr("--credential"));
  EXPECT_THAT(refused.error().detail, Not(HasSubstr("hunter2")));
  EXPECT_THAT(refused.error().detail, HasSubstr("rightful fetch --help"));
}

TEST(CommandLine, ExplainsEverythingOnTheHelpPage) {
  const std::string page = help_page(a_command());

  for (const char* part : {"Fetches one thing",
                           "USAGE",
                           "rightful fetch [options] THING [PLACE]",
                           "--from URL",
                           "--child-memory-mib N",
                           "SETTINGS",
                           "EXAMPLES",
                           "rightful fetch tea",
                           "EXIT CODES",
                           "Nobody answers."}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(CommandLine, LeavesUnlistedCommandsOutOfTheOverview) {
  CommandSpec hidden = a_command();
  hidden.name = "secret";
  hidden.summary = "";
  const std::vector<CommandSpec> commands = {a_command(), hidden};

  const std::string page = overview_page(commands);

  EXPECT_THAT(page, HasSubstr("Fetch a thing."));
  EXPECT_THAT(page, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace rightful::app
