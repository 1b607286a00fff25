// What an export tells the ledger, and who tells it: buckets that hide nothing and one from each
// other, written by the supervisor; a child has no way to write a leaf.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/export/export_world.hpp"

namespace rightful::exporting {
namespace {

using testing::ExportWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

/// `d` of all leaves about datasets, of an account with so many notes.
std::vector<std::string> dataset_fields(int notes) {
  ExportWorld world;
  world.standard_company({"anna", "bert"});
  world.company(
      fmt::format("DELETE FROM note WHERE account_id = 'anna' AND id > 10000 + {}", notes));
  world.add_account("anna");
  const auto request = world.ask("anna");
  EXPECT_TRUE(world.work());
  EXPECT_EQ(world.state(request), "ready") << world.cause(request);
  std::vector<std::string> fields;
  for (const auto& event : world.recorder().events())
    if (event.act() == "dataset.collected") fields.push_back(event.fields());
  return fields;
}

TEST(ExportLeaves, DoNotTellNothingFromNine) {
  const auto none = dataset_fields(0);

  EXPECT_EQ(none.size(), 3U);
  EXPECT_EQ(none, dataset_fields(9));
  EXPECT_NE(none, dataset_fields(10)) << "the next bucket begins";
}

class ExportChild : public ::testing::Test {
 protected:
  ExportChild() {
    world_.standard_company({"anna"});
    world_.add_account("anna");
    request_ = world_.ask("anna");
  }

  ExportWorld world_;
  std::optional<RequestId> request_;
};

TEST_F(ExportChild, IsToldNothingOfTheStateDatabaseOrTheKeys) {
  const auto job = world_.claim();
  const std::string input = world_.handler().begin(job)->child_input();

  ASSERT_THAT(input, HasSubstr(world_.text("SELECT 'shop'"))) << "the sources it is told";
  EXPECT_THAT(input, Not(HasSubstr(world_.text("SELECT current_database()"))));
  EXPECT_THAT(input, Not(HasSubstr((world_.folder / "keys").string())));
  EXPECT_THAT(input, Not(HasSubstr("ledger.")));
}

TEST_F(ExportChild, InheritsNoConnectionAndNoEnvironment) {
  const auto child = world_.folder / "child.sh";
  const auto seen = world_.folder / "seen";
  std::ofstream(child)
      << "#!/bin/sh\n"
      << "cat /proc/$$/environ > " << seen.string() << ".environment\n"
      << "for n in /proc/$$/fd/*; do echo \"$(basename $n) $(readlink $n)\"; done > "
      << seen.string() << ".open\nexit 9\n";
  std::filesystem::permissions(child, std::filesystem::perms::owner_all);
  world_.worker_settings.child_program = child;

  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.cause(*request_), "exit_code");
  EXPECT_THAT(read_whole(seen.string() + ".environment"), IsEmpty());
  std::istringstream open(read_whole(seen.string() + ".open"));
  std::vector<std::string> sockets;
  for (std::string line; std::getline(open, line);)
    if (line.find("socket:") != std::string::npos)
      sockets.push_back(line.substr(0, line.find(' ')));
  EXPECT_THAT(sockets, ::testing::ElementsAre("3", "4")) << "the talk with its supervisor";
}

}  // namespace
}  // namespace rightful::exporting
