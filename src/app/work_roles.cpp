#include "app/work_roles.hpp"

#include <pwd.h>

#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/crypto/process_hardening.hpp"
#include "rightful/store/ledger_pressure.hpp"

#include "app/program_settings.hpp"
#include "app/signer_server.hpp"
#include "app/state_store.hpp"

namespace rightful::app {

namespace {

constexpr int kLookEveryMilliseconds = 1000;

/// Both places without the data directory, when both are named: the signer's own user may have no
/// home.
Result<SignerServerOptions> signer_options(const Invocation& invocation, const Settings& settings) {
  SignerServerOptions options;
  std::filesystem::path data;
  if (settings.path("signer.dir").empty() || settings.path("ledger.dir").empty()) {
    RIGHTFUL_TRY(data, data_directory(settings, invocation.environment));
  }
  options.signer_directory = signer_directory(settings, data);
  options.ledger_directory = ledger_directory(settings, data);
  return options;
}

Result<uid_t> user_number(const std::string& name) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (error != 0 && error != ENOENT) throw_system_failure("getpwnam", error);
  if (found == nullptr) {
    return fail(ErrorCode::InvalidArgument, "--peer-user: this machine has no user of that name");
  }
  return entry.pw_uid;
}

void look_after(StateStore& state, store::LedgerPressure& pressure) {
  state.keep();
  try {
    static_cast<void>(pressure.trouble());
  } catch (const Failure& failure) {
    log::warn("keeper_failed", "cause={}", failure.cause());
  }
}

}  // namespace

Result<void> work_as_sequencer(const Invocation& invocation,
                               const Settings& settings,
                               const StopSignal& stop) {
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.cluster = ClusterUse::Attach;
  options.role = "sequencer";
  RIGHTFUL_TRY(const auto state, StateStore::open(options, clock, random));
  RIGHTFUL_TRY(state->run_ledger(SignerUse::Elsewhere));
  store::LedgerPressure pressure(state->pool(), clock);
  invocation.console.out << fmt::format("rightful {} sequences\n", RIGHTFUL_VERSION) << std::flush;
  while (!stop.wait(kLookEveryMilliseconds))
    look_after(*state, pressure);
  invocation.console.err << "stopping\n";
  return {};
}

Result<void> work_as_signer(const Invocation& invocation,
                            const Settings& settings,
                            const StopSignal& stop) {
  crypto::forbid_core_dumps();
  SystemClock clock;
  RIGHTFUL_TRY(auto options, signer_options(invocation, settings));
  for (const std::string& name : invocation.line.values("--peer-user")) {
    RIGHTFUL_TRY(const uid_t user, user_number(name));
    options.further_peers.push_back(user);
  }
  RIGHTFUL_TRY(auto server, SignerServer::open(std::move(options), clock));
  invocation.console.out << fmt::format("rightful {} signs\n", RIGHTFUL_VERSION) << std::flush;
  server.serve([&stop] { return stop.wait(0); });
  return {};
}

}  // namespace rightful::app
