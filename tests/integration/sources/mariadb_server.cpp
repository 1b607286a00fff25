#include "tests/integration/sources/mariadb_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "rightful/core/unique_fd.hpp"

#include "sources/odbc_connection.hpp"

namespace rightful::sources::testing {
namespace {

constexpr const char* kServer = "/usr/sbin/mariadbd";
constexpr const char* kScripts = "/usr/share/mysql/";

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "MariaDB for tests: " << why << " (Debian package mariadb-server-core)\n";
  std::abort();
}

std::vector<std::string> options(const std::filesystem::path& folder) {
  return {"--no-defaults",
          "--user=" + std::string(::getuid() == 0 ? "root" : "mysql"),
          "--datadir=" + (folder / "data").string(),
          "--socket=" + (folder / "s").string(),
          "--pid-file=" + (folder / "pid").string(),
          "--skip-networking",
          "--character-set-server=utf8mb4",
          "--max-allowed-packet=1G",
          "--innodb-flush-log-at-trx-commit=0",
          "--innodb-log-file-size=32M",
          "--innodb-buffer-pool-size=64M",
          "--innodb-data-file-path=ibdata1:8M:autoextend",
          "--innodb-temp-data-file-path=ibtmp1:4M:autoextend"};
}

SubprocessSpec server(const std::filesystem::path& folder) {
  SubprocessSpec spec;
  spec.program = kServer;
  spec.arguments = options(folder);
  spec.dies_with_parent = true;
  return spec;
}

/// The system tables, from the scripts that the package brings.
void make_cluster(const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder / "data");
  const std::filesystem::path script = folder / "bootstrap.sql";
  {
    std::ofstream out(script);
    out << "create database mysql;\nuse mysql;\n";
    for (const char* name : {"mysql_system_tables.sql",
                             "mysql_performance_tables.sql",
                             "mysql_system_tables_data.sql"}) {
      std::ifstream in(std::string(kScripts) + name);
      if (!in) give_up("its scripts are missing");
      out << in.rdbuf() << '\n';
    }
  }
  SubprocessSpec spec = server(folder);
  spec.arguments.emplace_back("--bootstrap");
  const UniqueFd input(::open(script.c_str(), O_RDONLY | O_CLOEXEC));
  spec.descriptors.emplace_back(input.get(), STDIN_FILENO);
  if (!Subprocess::start(spec).wait().is_success()) give_up("no cluster could be made");
}

}  // namespace

MariadbServer::MariadbServer() {
  make_cluster(folder_.path());
  start();
}

void MariadbServer::start() {
  server_ = std::make_unique<Subprocess>(Subprocess::start(server(folder_.path())));
  for (int tries = 0; tries < 300; ++tries) {
    try {
      const auto connected = OdbcConnection::open("test", connection("mysql", "root"));
      if (connected) return;
      give_up(to_string(connected.error()));
    } catch (const std::exception&) {
      // Not listening yet.
    }
    if (server_->wait_for(std::chrono::milliseconds(100))) give_up("the server ended");
  }
  give_up("the server does not answer");
}

MariadbServer& MariadbServer::shared() {
  static MariadbServer server;
  return server;
}

void MariadbServer::kill() {
  server_->send_signal(9);
  (void)server_->wait();
}

std::string MariadbServer::connection(const std::string& database, const std::string& user) const {
  return "Driver=MariaDB Unicode;Socket=" + (folder_.path() / "s").string() + ";User=" + user +
         ";Password=" + (user == "root" ? "" : "hunter2hunter2") + ";Database=" + database;
}

void MariadbServer::make_database(const std::string& name) {
  execute("mysql",
          "DROP DATABASE IF EXISTS " + name + ";\nCREATE DATABASE " + name +
              ";\nCREATE OR REPLACE USER reader@localhost IDENTIFIED BY 'hunter2hunter2';\n"
              "GRANT SELECT ON *.* TO reader@localhost;");
}

void MariadbServer::execute(const std::string& database, const std::string& script) {
  execute_over_odbc(connection(database, "root"), script);
}

void execute_over_odbc(const std::string& connection, const std::string& script) {
  const auto opened = OdbcConnection::open("test", connection);
  if (!opened) give_up(to_string(opened.error()));
  std::size_t begin = 0;
  while (begin < script.size()) {
    const std::size_t end = std::min(script.find(";\n", begin), script.size());
    const std::string statement = script.substr(begin, end - begin);
    if (!statement.empty()) (*opened)->execute("setup: " + statement.substr(0, 200), statement);
    begin = end + 2;
  }
}

}  // namespace rightful::sources::testing
