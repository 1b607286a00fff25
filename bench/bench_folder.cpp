#include "bench/bench_folder.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "rightful-bench-";

void remove_leftovers() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    pid_t owner = 0;
    const char* const number = name.data() + std::string_view(kPrefix).size();
    std::from_chars(number, name.data() + name.size(), owner);
    if (owner > 1 && ::kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry, ignored);
  }
}

}  // namespace

BenchFolder::BenchFolder() {
  remove_leftovers();
  path_ = fs::temp_directory_path() / fmt::format("{}{}", kPrefix, ::getpid());
  if (::mkdir(path_.c_str(), 0700) != 0) throw_system_failure("mkdir " + path_.string(), errno);
  // PostgreSQL runs as a user of its own and passes through; it cannot list.
  fs::permissions(path_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
}

BenchFolder::~BenchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path BenchFolder::make(const std::string& name) const {
  const fs::path folder = path_ / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

void BenchFolder::demand_space(std::uint64_t bytes, const std::string& for_what) const {
  const std::uint64_t free_bytes = fs::space(path_).available;
  if (free_bytes >= bytes) return;
  throw Failure(Retry::Never,
                "bench",
                fmt::format("{} needs {:.1f} GB in {} and {:.1f} GB are free: set TMPDIR to a "
                            "larger place, or choose other --parts",
                            for_what,
                            static_cast<double>(bytes) / 1e9,
                            path_.parent_path().string(),
                            static_cast<double>(free_bytes) / 1e9));
}

}  // namespace rightful::bench
