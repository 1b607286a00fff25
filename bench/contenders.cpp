#include "bench/contenders.hpp"

#include <string>

#include "rightful/core/failure.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSevenZipProgram = "/usr/bin/7zz";
constexpr const char* kBsdtarProgram = "/usr/bin/bsdtar";
// As long as ours; nobody's time depends on which it is.
constexpr const char* kPassword = "0123-4567-89AB-CDEF-0123-4567-89AB-CDEF";

/// Outputs lie beside the work, not in it.
fs::path output_beside(const fs::path& folder, std::string name) {
  for (char& letter : name)
    if (letter == ' ' || letter == ',' || letter == '=') letter = '_';
  return folder.parent_path() / (name + ".zip");
}

Contender ours(const Programs& programs,
               const fs::path& folder,
               const char* name,
               const char* mode) {
  const fs::path output = output_beside(folder, name);
  return {
      .name = name,
      .commands = {{programs.writer.string(), "--write", mode, folder.string(), output.string()}},
      .directory = folder.parent_path(),
      .output = output};
}

Contender seven_zip(const fs::path& folder,
                    const char* name,
                    const std::vector<std::string>& options) {
  const fs::path output = output_beside(folder, name);
  std::vector<std::string> command{kSevenZipProgram,
                                   "a",
                                   "-tzip",
                                   "-mem=AES256",
                                   std::string("-p") + kPassword,
                                   "-bso0",
                                   "-bsp0"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(output.string());
  command.emplace_back(".");
  return {.name = name, .commands = {command}, .directory = folder, .output = output};
}

Contender bsdtar(const fs::path& folder) {
  const fs::path output = output_beside(folder, kBsdtar);
  return {.name = kBsdtar,
          .commands = {{kBsdtarProgram,
                        "-c",
                        "--format=zip",
                        "--options",
                        "zip:encryption=aes256",
                        "--passphrase",
                        kPassword,
                        "-f",
                        output.string(),
                        "."}},
          .directory = folder,
          .output = output};
}

Contender libzip(const Programs& programs,
                 const fs::path& folder,
                 const char* name,
                 const char* mode) {
  const fs::path output = output_beside(folder, name);
  return {.name = name,
          .commands = {{programs.libzip.string(), mode, kPassword, output.string()}},
          .directory = folder,
          .output = output};
}

void demand(const fs::path& program, const std::string& how) {
  if (!fs::exists(program))
    throw Failure(Retry::Never, "bench", program.string() + " is missing: " + how);
}

}  // namespace

Programs find_programs() {
  const fs::path self = fs::read_symlink("/proc/self/exe");
  Programs programs{.self = self,
                    .writer = self.parent_path() / "bench_writer",
                    .libzip = self.parent_path() / "bench_libzip",
                    .rightful = self.parent_path().parent_path() / "rightful"};
  demand(kSevenZipProgram, "apt-get install 7zip");
  demand(kBsdtarProgram, "apt-get install libarchive-tools");
  demand(programs.writer, "build the target bench");
  demand(programs.libzip, "build the target bench");
  demand(programs.rightful, "build the target bench");
  return programs;
}

std::vector<Contender> our_packers(const Programs& programs, const fs::path& folder) {
  return {ours(programs, folder, kDefault, "default"),
          ours(programs, folder, kCompact, "compact"),
          ours(programs, folder, kStored, "stored")};
}

std::vector<Contender> all_packers(const Programs& programs, const fs::path& folder) {
  std::vector<Contender> all = our_packers(programs, folder);
  all.push_back(seven_zip(folder, kSevenZip1, {"-mx=1", "-mmt=2"}));
  all.push_back(seven_zip(folder, "7zz -mx=1 -mmt=1", {"-mx=1", "-mmt=1"}));
  all.push_back(seven_zip(folder, kSevenZipCopy, {"-mm=Copy", "-mmt=2"}));
  all.push_back(seven_zip(folder, "7zz -mm=Copy -mmt=1", {"-mm=Copy", "-mmt=1"}));
  all.push_back(bsdtar(folder));
  all.push_back(libzip(programs, folder, "libzip, deflate 1", "deflate"));
  all.push_back(libzip(programs, folder, "libzip, store", "store"));
  return all;
}

}  // namespace rightful::bench
