#include "app/demo_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/store/embedded_cluster.hpp"

#include "app/program_settings.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "rightful-demo.lock";
constexpr mode_t kPassable = 0755;  // PostgreSQL's own user passes through

bool is_foreign(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory, error) && !fs::is_empty(directory, error) &&
         !fs::exists(directory / kLockName, error);
}

/// A server whose owner was killed still runs: it is adopted and ended in order, then its files may
/// go.
/// @return Conflict when its owner lives (somebody serves the demo's folder): then nothing may go.
Result<void> end_left_server(const fs::path& cluster) {
  std::error_code error;
  if (!fs::exists(cluster / "postgres" / "postmaster.pid", error)) return {};
  store::EmbeddedClusterSettings settings;
  settings.directory = cluster;
  auto adopted = store::EmbeddedCluster::start_or_adopt(settings);
  if (adopted) adopted->stop();
  if (!adopted && adopted.error().code == ErrorCode::Conflict)
    return std::unexpected(adopted.error());
  return {};
}

}  // namespace

Result<fs::path> demo_directory(const Settings& settings,
                                const std::vector<std::string>& environment) {
  if (!settings.path("data_dir").empty()) return fs::absolute(settings.path("data_dir"));
  RIGHTFUL_TRY(const auto data, data_directory(settings, environment));
  return data / "demo";
}

Result<DemoPlace> DemoPlace::prepare(const fs::path& directory) {
  if (is_foreign(directory)) {
    return fail(
        ErrorCode::Conflict,
        fmt::format("{} holds something that is not a demo; name another folder with --data-dir",
                    directory.string()));
  }
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return fail(ErrorCode::Denied,
                fmt::format("cannot make {} ({}); name another folder with --data-dir",
                            directory.string(),
                            error.message()));
  if (::chmod(directory.c_str(), kPassable) != 0)
    throw_system_failure("chmod " + directory.string(), errno);
  const fs::path lock_file = directory / kLockName;
  UniqueFd lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!lock.is_open())
    return fail(ErrorCode::Denied,
                "cannot write in " + directory.string() + "; name another folder with --data-dir");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(
        ErrorCode::Conflict,
        fmt::format(
            "another demo runs in {}; end it with Ctrl-C, or name another folder with --data-dir",
            directory.string()));
  }
  DemoPlace place(directory, std::move(lock));
  for (const fs::path& folder : {place.state(), place.company(), place.people(), place.proof()}) {
    RIGHTFUL_TRY(end_left_server(folder));
    fs::remove_all(folder);
    fs::create_directory(folder);
  }
  return place;
}

}  // namespace rightful::app
