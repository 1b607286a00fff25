/// @file
/// The whole life of one export child: from the first frame to the verified, sealed package. It
/// knows one account, holds no key of the service and no connection to the state database.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/export/package_store.hpp"

namespace rightful::exporting {

/// What the child takes from outside; tests put failing parts in its place.
struct ChildWorld {
  std::function<std::unique_ptr<PackageStore>(const std::filesystem::path&)> open_store;
  Clock& clock;
  Random& random;
};

/// Format   docs/formats/child-protocol.md
/// Secrets  no core dump, no ptrace, no new privileges; the passphrase never leaves locked memory
///          and is wiped before the result is reported. Nothing of the data reaches standard error.
/// @param in_fd, out_fd  the pipe to the supervisor.
/// @return the exit code: 0 after a result, 1 after a named failure, 2 when not even that could be
/// said.
[[nodiscard]] int run_export_child(int in_fd, int out_fd);
[[nodiscard]] int run_export_child(int in_fd, int out_fd, const ChildWorld& world);

}  // namespace rightful::exporting
