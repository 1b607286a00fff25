#include "bench/unlocking.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/tables.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Command = std::vector<std::string>;

constexpr std::uint64_t kPackageBytes = 400'000'000;  // with the work
constexpr std::uint64_t kRoundBytes = 700'000'000;    // no round's output is removed before the end
constexpr const char* kWorkToUnlock = "VJ";

std::string first_line_of(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

Command unlock(const Setup& setup,
               const fs::path& package,
               const std::string& option,
               const fs::path& target) {
  return {setup.programs.rightful.string(),
          "unlock",
          package.string(),
          "--code-file",
          package.string() + ".code",
          option,
          target.string()};
}

Command extract(const fs::path& archive, const fs::path& target, const std::string& code) {
  Command command{"/usr/bin/7zz", "x", "-y", "-bso0", "-bsp0", "-o" + target.string()};
  if (!code.empty()) command.push_back("-p" + code);
  command.push_back(archive.string());
  return command;
}

std::vector<Contender> openers(const Setup& setup, const fs::path& place, const fs::path& package) {
  const std::string code = first_line_of(package.string() + ".code");
  const fs::path both = place / "both";
  const fs::path outer = place / "outer";
  return {
      {.name = kUnlockFolder,
       .commands = {unlock(setup, package, "--into", place / "ours")},
       .directory = place,
       .output = place / "ours"},
      {.name = kSevenZipBoth,
       .commands = {extract(package, both, code), extract(both / "export.zip", both / "files", "")},
       .directory = place,
       .output = both},
      {.name = "rightful unlock --output",
       .commands = {unlock(setup, package, "--output", place / "ours.zip")},
       .directory = place,
       .output = place / "ours.zip"},
      {.name = "7zz x, the outer ZIP alone",
       .commands = {extract(package, outer, code)},
       .directory = place,
       .output = outer}};
}

}  // namespace

ordered_json measure_unlocking(const Setup& setup) {
  setup.progress.begin("unlock");
  setup.folder.demand_space(kPackageBytes + kRoundBytes * static_cast<std::uint64_t>(setup.rounds),
                            "unlocking");
  const fs::path place = setup.folder.make("unlock");
  const fs::path folder = place / "work";
  const fs::path package = place / "package.zip";
  run_apart({setup.programs.self.string(), "--make", kWorkToUnlock, folder.string()});
  run_apart(
      {setup.programs.writer.string(), "--write", "default", folder.string(), package.string()});
  const auto rows = measure_in_turn(openers(setup, place, package), setup.rounds, setup.progress);
  run_apart(
      {"/usr/bin/diff", "-r", (place / "ours").string(), (place / "both" / "files").string()});
  fs::remove_all(place);

  print_title("unlock: the package of VJ, opened with its code on its owner's machine");
  print_rows(rows);
  return {{"what", "the default package of VJ, opened with its code"},
          {"rounds", setup.rounds},
          {"contenders", json_of(rows)}};
}

}  // namespace rightful::bench
