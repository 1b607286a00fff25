#include "tests/integration/app/standby_server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <stop_token>

#include <libpq-fe.h>

#include "rightful/core/clock.hpp"

#include "store/session.hpp"

namespace rightful::testing {

namespace {

using namespace std::chrono_literals;

void demand(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

void run_as_admin(const std::string& url, const std::string& statement) {
  store::Session({.url = url, .statement_timeout = 60s}).run_alone("test_statement", statement);
}

}  // namespace

StandbyServer::StandbyServer(const std::filesystem::path& primary_folder,
                             const store::EmbeddedCluster& primary)
    : user_(store::choose_server_user().value()),
      bin_(store::find_server_binaries(std::nullopt).value()) {
  std::ofstream(primary_folder / "postgres/pg_hba.conf", std::ios::app)
      << "local replication all peer map=rightful\n";
  run_as_admin(primary.url("postgres", store::EmbeddedCluster::kAdminRole),
               "SELECT pg_reload_conf()");
  demand(::chmod(folder_.path().c_str(), 0711) == 0, "cannot open the standby's folder");
  make_folder(data_);
  make_folder(run_);
  copy(primary_folder / "run");
  start();
}

StandbyServer::~StandbyServer() {
  stop();
}

void StandbyServer::make_folder(const std::filesystem::path& folder) const {
  std::filesystem::create_directory(folder);
  demand(::chmod(folder.c_str(), 0700) == 0, "cannot set the rights of the standby's folder");
  if (!user_.is_another) return;
  demand(::chown(folder.c_str(), user_.uid, user_.gid) == 0, "cannot give the folder away");
}

SubprocessSpec StandbyServer::tool(std::string_view name) const {
  SubprocessSpec spec;
  spec.program = bin_ / name;
  spec.environment = {"LC_ALL=C", "PATH=" + bin_.string() + ":/usr/bin:/bin"};
  spec.directory = "/";
  if (user_.is_another) {
    spec.user = user_.uid;
    spec.group = user_.gid;
  }
  return spec;
}

void StandbyServer::copy(const std::filesystem::path& primary_run) const {
  SystemClock clock;
  CapturedRun run;
  for (int attempt = 0; attempt < 50;
       ++attempt) {  // the server reads its new rights when it comes to it
    SubprocessSpec spec = tool("pg_basebackup");
    spec.arguments = {"--pgdata=" + data_.string(),
                      "--dbname=host='" + primary_run.string() + "' port=5432 user=postgres",
                      "--write-recovery-conf",
                      "--wal-method=stream",
                      "--checkpoint=fast",
                      "--no-sync"};
    run = run_captured(std::move(spec));
    if (run.status.is_success()) return;
    static_cast<void>(clock.wait_for(std::stop_token(), 100ms));
  }
  throw std::runtime_error("pg_basebackup: " + run.output);
}

void StandbyServer::start() {
  SubprocessSpec spec = tool("postgres");
  spec.arguments = {"-D", data_.string(), "-k", run_.string()};
  spec.new_session = true;
  server_.emplace(Subprocess::start(spec));
  SystemClock clock;
  const std::string target = url("postgres", store::EmbeddedCluster::kAdminRole);
  for (int look = 0; look < 600; ++look) {
    if (PQping(target.c_str()) == PQPING_OK) return;
    demand(!server_->try_wait(), "the standby does not start");
    static_cast<void>(clock.wait_for(std::stop_token(), 50ms));
  }
  throw std::runtime_error("the standby does not answer");
}

void StandbyServer::stop() {
  if (!server_) return;
  server_->send_signal(SIGINT);
  if (!server_->wait_for(20s)) {
    server_->send_signal(SIGQUIT);
    static_cast<void>(server_->wait_for(10s));
  }
  server_.reset();
}

void StandbyServer::promote() {
  run_as_admin(
      url("postgres", store::EmbeddedCluster::kAdminRole),
      "DO $$ BEGIN IF NOT pg_promote(true, 60) THEN RAISE EXCEPTION 'it stays'; END IF; END $$");
}

std::string StandbyServer::url(std::string_view database, std::string_view role) const {
  return "postgresql:///" + std::string(database) + "?host=" + run_.string() +
         "&port=5432&user=" + std::string(role);
}

}  // namespace rightful::testing
