// Writes, verifies and unlocks packages of extreme sizes in a process of its own, whose memory the
// caller can watch:
//
//   archive_package_tool write <shape> <package>       sized_package.hpp names the shapes
//   archive_package_tool verify structure|full <package>
//   archive_package_tool unlock <package> <inner.zip>
//   archive_package_tool passphrase
//
// The first three end with a line that says how much memory this program held at its peak. wait4
// would tell less: what it says of a process counts what its parent held at the fork.
#include <algorithm>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "rightful/archive/read_at.hpp"
#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/failure.hpp"

#include "tests/integration/archive/sized_package.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive::testing {
namespace {

template <class T>
int answer(const Result<T>& result) {
  if (result) return 0;
  fmt::print(stderr, "{}: {}\n", name_of(result.error().code), result.error().detail);
  return 1;
}

int write(std::string_view word, std::string_view path) {
  const auto shape = parse_shape(word);
  if (!shape) {
    fmt::print(stderr, "no such shape: {}\n", word);
    return 2;
  }
  write_sized_package(*shape, path);
  return 0;
}

int verify(std::string_view depth, std::string_view path) {
  const auto stored = FileReadAt::open(path);
  if (!stored) return answer(stored);
  return answer(verify_package(*stored,
                               fixed_passphrase(),
                               expectation_of_sized_package(),
                               depth == "full" ? VerifyDepth::Full : VerifyDepth::Structure));
}

int unlock(std::string_view path, std::string_view target) {
  const auto stored = FileReadAt::open(path);
  if (!stored) return answer(stored);
  return answer(unlock_package(
      *stored, fixed_passphrase(), {.target = target, .form = UnlockForm::InnerZip}));
}

/// `peak memory: <n> kB`, since this program began (proc_pid_status(5), VmHWM).
void print_peak_memory() {
  constexpr std::string_view kName = "VmHWM:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kName)) continue;
    const std::size_t number = line.find_first_not_of("\t ", kName.size());
    fmt::print("peak memory: {}\n", line.substr(std::min(number, line.size())));
  }
}

int measured(int exit_code) {
  print_peak_memory();
  return exit_code;
}

int run(const std::vector<std::string_view>& words) {
  if (words.size() == 3 && words[0] == "write") return measured(write(words[1], words[2]));
  if (words.size() == 3 && words[0] == "verify") return measured(verify(words[1], words[2]));
  if (words.size() == 3 && words[0] == "unlock") return measured(unlock(words[1], words[2]));
  if (words.size() == 1 && words[0] == "passphrase") {
    fmt::print("{}", fixed_passphrase().expose());
    return 0;
  }
  fmt::print(stderr, "usage: at the top of package_tool.cpp\n");
  return 2;
}

}  // namespace
}  // namespace rightful::archive::testing

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  try {
    return rightful::archive::testing::run({arguments.begin() + 1, arguments.end()});
  } catch (const rightful::Failure& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    return 1;
  }
}
