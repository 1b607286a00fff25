// A worker as a process of its own, for tests that kill it: `export_test_worker <state url> <shop
// url> <folder> <child>`. With a fifth word, `dies-at-the-gate`, it dies of SIGKILL between
// package.verified and the release.
#include <poll.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>

#include "rightful/crypto/server_keys.hpp"
#include "rightful/export/authority_check.hpp"
#include "rightful/export/export_handler.hpp"
#include "rightful/queue/worker.hpp"
#include "rightful/store/pool.hpp"

#include "tests/integration/export/test_gate.hpp"
#include "tests/support/collecting_recorder.hpp"

int main(int argument_count, char** arguments) {
  if (argument_count != 5 && argument_count != 6) return 2;
  const std::filesystem::path folder = arguments[3];
  rightful::store::ConnectionSettings connection;
  connection.url = arguments[1];
  rightful::testing::CollectingRecorder recorder;
  rightful::store::Pool pool(connection, 4, &recorder);
  rightful::store::Pool heartbeat(connection, 1, &recorder);
  rightful::SystemClock clock;
  rightful::SystemRandom random;
  const auto keys = rightful::crypto::ServerKeys::open(folder / "keys").value();
  rightful::exporting::DirectoryPackageStore packages(folder / "packages");
  rightful::exporting::StatementAuthority authority(pool, keys);
  rightful::exporting::ExportSettings settings;
  settings.package_directory = folder / "packages";
  settings.work_directory = folder / "work";
  settings.environment = [&](const std::string& name) {
    return std::optional<std::string>(name == "SHOP_URL" ? std::string(arguments[2])
                                                         : (folder / "voice").string());
  };
  rightful::exporting::testing::TestGate gate;
  if (argument_count == 6) gate.while_waiting = [] { std::raise(SIGKILL); };
  rightful::exporting::ExportHandler handler(
      pool, packages, keys, clock, random, gate, std::move(settings));
  rightful::queue::WorkerSettings worker_settings;
  worker_settings.name = "killed-worker";
  worker_settings.poll = std::chrono::milliseconds(10);
  worker_settings.lease = std::chrono::seconds(1);
  worker_settings.child_program = arguments[4];
  rightful::queue::Worker worker(
      pool, heartbeat, handler, authority, clock, random, std::move(worker_settings));
  worker.start();
  for (;;)
    ::poll(nullptr, 0, -1);
}
