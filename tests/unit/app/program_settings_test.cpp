#include "app/program_settings.hpp"

#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TemporaryFolder;

CommandSpec a_spec() {
  CommandSpec spec;
  spec.name = "serve";
  spec.settings = TakesSettings::Yes;
  return spec;
}

Result<Settings> read(const std::vector<std::string>& words,
                      const std::vector<std::string>& environment) {
  const auto line = parse_command(a_spec(), words);
  if (!line) return std::unexpected(line.error());
  return read_settings(*line, environment);
}

TEST(ProgramSettings, LetsFlagsWinOverEnvironmentOverFile) {
  const TemporaryFolder folder;
  const std::string file =
      folder.write("settings.yaml", "workers: 3\nworker:\n  poll_ms: 300\n  lease: 30\n").string();

  const auto settings = read({"--config", file, "--workers", "5"},
                             {"RIGHTFUL_WORKERS=4", "RIGHTFUL_WORKER_POLL_MS=400"});

  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->integer("workers"), 5);
  EXPECT_EQ(settings->integer("worker.poll_ms"), 400);
  EXPECT_EQ(settings->seconds("worker.lease").count(), 30);
}

TEST(ProgramSettings, RefusesAMissingFileAndAWrongLine) {
  const TemporaryFolder folder;
  const std::string wrong = folder.write("settings.yaml", "workres: 3\n").string();

  EXPECT_THAT(read({"--config", "/nonexistent.yaml"}, {}), IsError(ErrorCode::NotFound));
  EXPECT_THAT(read({"--config", wrong}, {}), IsError(ErrorCode::InvalidArgument));
}

TEST(ProgramSettings, FindsThePlacesOfAnInstallation) {
  const auto settings = read({"--data-dir", "/srv/rightful"}, {}).value();
  const auto elsewhere =
      read({"--keys-dir", "/etc/keys", "--package-dir", "/mnt/packages"}, {}).value();

  EXPECT_EQ(data_directory(settings, {}).value(), "/srv/rightful");
  EXPECT_EQ(key_directory(settings, "/srv/rightful"), "/srv/rightful/keys");
  EXPECT_EQ(package_directory(settings, "/srv/rightful"), "/srv/rightful/packages");
  EXPECT_EQ(key_directory(elsewhere, "/srv/rightful"), "/etc/keys");
  EXPECT_EQ(package_directory(elsewhere, "/srv/rightful"), "/mnt/packages");
}

TEST(ProgramSettings, ChoosesADataDirectoryByUser) {
  const auto chosen = data_directory(Settings(), {"HOME=/home/anna"}).value();

  EXPECT_EQ(chosen, ::geteuid() == 0 ? "/var/lib/rightful" : "/home/anna/.local/share/rightful");
}

}  // namespace
}  // namespace rightful::app
