// Writes, verifies and unlocks packages of extreme sizes in a process of its own, whose memory the
// caller can watch:
//
//   archive_package_tool write <shape> <package>       sized_package.hpp names the shapes
//   archive_package_tool verify structure|full <package>
//   archive_package_tool unlock <package> <inner.zip>
//   archive_package_tool passphrase
#include <span>
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

int run(const std::vector<std::string_view>& words) {
  if (words.size() == 3 && words[0] == "write") return write(words[1], words[2]);
  if (words.size() == 3 && words[0] == "verify") return verify(words[1], words[2]);
  if (words.size() == 3 && words[0] == "unlock") return unlock(words[1], words[2]);
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
