#include "app/demo_shop.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include "rightful/core/subprocess.hpp"

#include "app/demo_files.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabase = "shop";

/// `/usr/lib/postgresql/15` → 15; 0 when it is no number.
int version_of(const fs::path& folder) {
  int version = 0;
  for (const char digit : folder.filename().string()) {
    if (digit < '0' || digit > '9' || version > 1000) return 0;
    version = version * 10 + (digit - '0');
  }
  return version;
}

}  // namespace

Result<fs::path> find_postgresql_program(std::string_view name) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    if (version_of(entry.path()) > 0) folders.push_back(entry.path());
  }
  std::ranges::sort(folders, std::ranges::greater(), version_of);
  for (const fs::path& folder : folders) {
    if (fs::path program = folder / "bin" / name; fs::exists(program, error)) return program;
  }
  return fail(ErrorCode::NotFound,
              "the program " + std::string(name) +
                  " is not installed; apt-get install postgresql-15 brings it");
}

Result<void> run_psql(const std::string& url, std::string_view script, const fs::path& directory) {
  RIGHTFUL_TRY(const auto psql, find_postgresql_program("psql"));
  const fs::path file = directory / "script.sql";
  std::ofstream(file, std::ios::binary) << script;
  const CapturedRun run = run_captured(
      {.program = psql,
       .arguments =
           {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", file.filename().string()},
       .environment =
           {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PGCLIENTENCODING=UTF8", "HOME=/nonexistent"},
       .directory = directory,
       .descriptors = {},
       .user = std::nullopt,
       .group = std::nullopt});
  fs::remove(file);
  if (!run.status.is_success()) return fail(ErrorCode::Unavailable, "psql failed: " + run.output);
  return {};
}

Result<DemoShop> DemoShop::build(const fs::path& directory) {
  store::EmbeddedClusterSettings settings;
  settings.directory = directory;
  settings.durability = store::Durability::Unsynced;  // it is rebuilt at every run
  RIGHTFUL_TRY(auto cluster, store::EmbeddedCluster::start_or_adopt(settings));
  RIGHTFUL_TRY(cluster.create_database(kDatabase));
  RIGHTFUL_TRY(cluster.create_role(kReader));
  const fs::path load = directory / "load";
  const std::string owner = cluster.url(kDatabase);
  RIGHTFUL_TRY(run_psql(owner, kDemoSchemaSql, load));
  RIGHTFUL_TRY(run_psql(owner, kDemoLoadSql, load));
  RIGHTFUL_TRY(run_psql(owner, kDemoPoliciesSql, load));
  fs::remove_all(load);
  return DemoShop(std::move(cluster));
}

}  // namespace rightful::app
